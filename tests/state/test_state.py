"""What earlier versions left behind is read, finished and undone by this one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mmctl.cli.main import exit_code
from mmctl.live.history.history import History
from mmctl.live.history.snapshots import Standing, snapshot_of
from mmctl.live.history.store import DirectoryStore
from mmctl.live.plan.plan import object_digests

HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in HERE.iterdir() if (path / "snapshots").is_dir())


@pytest.fixture(params=VERSIONS)
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project as a version left it, in the middle of its fifth entry."""
    kept = HERE / request.param
    for name in ("mmctl.yaml", "saved.plan.json", "rules"):
        copy = shutil.copytree if (kept / name).is_dir() else shutil.copy
        copy(kept / name, tmp_path / name)
    state = tmp_path / ".mmctl"
    shutil.copytree(kept / "snapshots", state / "snapshots")
    for path in kept.glob("embedded.db*"):
        shutil.copy(path, state / path.name)
    return tmp_path


def history_of(left: Path) -> History:
    return History(DirectoryStore(next((left / ".mmctl" / "snapshots").iterdir())))


def mmctl(left: Path, *words: str) -> int:
    return exit_code([words[0], "-C", str(left), *words[1:]])


def rules(left: Path, old: str, new: str) -> None:
    path = left / "rules" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def as_before_the_fifth(left: Path) -> None:
    rules(left, "two@vendor.example", "one@vendor.example")
    rules(left, "port: 2525,", "port: 25,")
    rules(left, '"@example.net"', '"@exarnple.com"')


def test_there_is_state_of_every_version_that_was_released() -> None:
    assert "0.1.0" in VERSIONS


def test_the_history_is_read_whole(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mmctl(left, "history", "--format", "json") == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [(entry["kind"], entry["result"]) for entry in entries] == [
        ("apply", "done"),
        ("apply", "done"),
        ("rollback", "done"),
        ("apply", "done"),
        ("apply", "unfinished"),
    ]
    assert mmctl(left, "history", "show", "5") == 0
    assert "UpdateRelay  exchange  no answer recorded" in capsys.readouterr().out
    assert mmctl(left, "history", "diff", "4", "5") == 2


def test_every_snapshot_is_read_and_is_the_state_that_its_entry_names(left: Path) -> None:
    found = history_of(left)
    for entry in found.entries():
        assert found.snapshot(entry.id).configuration.project == "acme"
    assert found.applied() is not None


def test_every_snapshot_stands_in_the_history_and_none_that_was_edited(left: Path) -> None:
    found = history_of(left)
    for entry in found.entries():
        assert found.standing(entry) is Standing.KEPT
        name = entry.id + ".snapshot.json"
        text = found.store.get(name) or ""
        document = json.loads(text)
        for thing in document["configuration"]["objects"]:
            thing["tags"] = {"edited": "yes"}
        for change in ({}, {"digests": object_digests(snapshot_of(document).configuration)}):
            found.store.put(name, json.dumps(document | change))
            edited = found.standing(entry)
            assert edited is (
                Standing.OTHER if document["configuration"]["objects"] else Standing.KEPT
            ), entry.id
        found.store.put(name, text)


def test_snapshots_of_0_1_0_count_as_of_a_protected_environment(left: Path) -> None:
    found = history_of(left)
    assert all(found.snapshot(entry.id).protected for entry in found.entries())


def test_what_was_cut_off_is_named_by_drift(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mmctl(left, "drift", "--format", "json") == 2
    document = json.loads(capsys.readouterr().out)
    assert document["cut_off"].startswith("0005-")


def test_an_apply_that_was_killed_is_rolled_back(left: Path) -> None:
    assert mmctl(left, "rollback", "--yes") == 3, "the lock of another machine holds"
    assert mmctl(left, "rollback", "--yes", "--break-lock") == 0
    entry = history_of(left).entries()[-1]
    assert entry.goes_back_to is not None
    assert entry.goes_back_to.startswith("0005-")
    as_before_the_fifth(left)
    assert mmctl(left, "plan", "--detailed-exitcode") == 0


def test_an_apply_that_was_killed_is_finished(left: Path) -> None:
    assert mmctl(left, "apply", "--yes", "--break-lock", "--force", "relay-target") == 0
    assert mmctl(left, "plan", "--detailed-exitcode") == 0


def test_what_a_rollback_pinned_is_pinned(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_before_the_fifth(left)
    rules(left, '["@examp1e.com", "@exarnple.com"]', '["@example.org"]')
    assert mmctl(left, "apply", "--yes", "--break-lock") == 3
    assert "pinned" in capsys.readouterr().err
    assert mmctl(left, "unpin") == 0
    assert mmctl(left, "apply", "--yes", "--break-lock") == 0


def test_a_plan_from_before_is_not_carried_out_and_says_what_to_do(
    left: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--yes", "--break-lock", "--force", "relay-target")
    assert mmctl(left, "apply", str(left / "saved.plan.json"), *words) in {3, 64}
    assert "mmctl plan" in capsys.readouterr().err
