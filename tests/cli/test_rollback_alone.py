"""Rollback where the files, the project or the machine are gone, and what is typed to agree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from mmctl.cli.changes.stores import project_elsewhere
from mmctl.cli.main import exit_code
from mmctl.cli.options.store import StoreOptions
from mmctl.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GATEWAY = Path(__file__).parent / "gateway"
ACCOUNT = "000000000000"
STORE = ".mmctl/snapshots"
BENEATH = f"{ACCOUNT}-us-east-1-acme"


def mmctl(root: Path, *words: str) -> int:
    return exit_code([words[0], "-C", str(root), *words[1:]])


def bad_apply(root: Path) -> None:
    """A good state, and a bad one after it."""
    assert mmctl(root, "apply", "--yes", "-q") == 0
    rules = root / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("192.0.2.0/24", "192.0.2.0/25"))
    assert mmctl(root, "apply", "--yes", "-q") == 0


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bad")
    shutil.copytree(GATEWAY, root, dirs_exist_ok=True)
    bad_apply(root)
    return root


@pytest.fixture
def root(bad: Path, tmp_path: Path) -> Path:
    """A project in whose embedded gateway a bad rule is live."""
    copy = tmp_path / "project"
    shutil.copytree(bad, copy)
    return copy


def store_of(root: Path) -> Path:
    return root / STORE / BENEATH


def is_good(root: Path) -> bool:
    """Whether the first state is live again."""
    for name in ("mmctl.yaml", "rules", "cases"):
        path = root / name
        if path.is_dir():
            shutil.rmtree(path)
        copy = shutil.copytree if (GATEWAY / name).is_dir() else shutil.copy
        copy(GATEWAY / name, path)
    return mmctl(root, "plan", "-q", "--detailed-exitcode") == 0


def without_rules(root: Path) -> None:
    shutil.rmtree(root / "rules")
    shutil.rmtree(root / "cases")


def with_merge_markers(root: Path) -> None:
    (root / "rules" / "rules.yaml").write_text("<<<<<<< ours\nrules: [\n=======\n")


def with_bytes(root: Path) -> None:
    (root / "rules" / "rules.yaml").write_bytes(b"\xff\xfe\x00\x00")


def with_a_folder_for_a_file(root: Path) -> None:
    (root / "rules" / "rules.yaml").unlink()
    (root / "rules" / "rules.yaml").mkdir()


def with_a_pipe(root: Path) -> None:
    (root / "rules" / "rules.yaml").unlink()
    os.mkfifo(root / "rules" / "rules.yaml")


def deeply_nested(root: Path) -> None:
    (root / "rules" / "rules.yaml").write_text("[" * 20_000)


def with_a_link_to_itself(root: Path) -> None:
    (root / "rules" / "rules.yaml").unlink()
    (root / "rules" / "rules.yaml").symlink_to("rules.yaml")


def with_other_problems_of_the_project_file(root: Path) -> None:
    path = root / "mmctl.yaml"
    path.write_text(path.read_text() + "lints: {}\nrules: [nothing/*.yaml]\n")


@pytest.mark.parametrize(
    "broken",
    [
        without_rules,
        with_merge_markers,
        with_bytes,
        with_a_folder_for_a_file,
        with_a_pipe,
        deeply_nested,
        with_a_link_to_itself,
        with_other_problems_of_the_project_file,
    ],
)
def test_the_project_file_alone_is_enough_whatever_the_rules_look_like(
    broken: Callable[[Path], None], root: Path
) -> None:
    broken(root)
    assert mmctl(root, "rollback", "--yes", "-q") == 0
    assert mmctl(root, "history") == 0
    assert mmctl(root, "unpin") == 0
    assert is_good(root)


def test_without_a_project_the_store_tells_all(root: Path) -> None:
    (root / "mmctl.yaml").unlink()
    without_rules(root)
    assert mmctl(root, "rollback", "--yes", "-q", "--store", STORE) == 0
    assert mmctl(root, "history", "--store", STORE) == 0
    assert is_good(root)


@pytest.mark.parametrize("place", [STORE, f"{STORE}/{BENEATH}", f"{STORE}/"])
def test_the_store_is_named_as_a_whole_or_as_the_history_names_it(root: Path, place: str) -> None:
    assert mmctl(root, "rollback", "--yes", "-q", "--store", place, "--account", ACCOUNT) == 0


def test_a_broken_project_file_names_the_way_without_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "mmctl.yaml").write_text("environments: [\n")
    assert mmctl(root, "rollback", "--yes") == 1
    assert "mmctl rollback --store" in capsys.readouterr().err
    assert mmctl(root, "rollback", "--yes", "--store", STORE) == 0


def test_where_nothing_is_the_way_without_a_project_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("rollback", "history", "unpin"):
        assert mmctl(tmp_path, command) == 64
        assert "there is no `mmctl.yaml`" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["rollback", "history", "unpin"])
def test_without_a_project_file_the_history_of_another_project_is_not_taken_for_none(
    command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "mmctl.yaml").unlink()
    assert mmctl(root, command) == 64
    err = capsys.readouterr().err
    assert "there is no `mmctl.yaml` here; .mmctl/snapshots has the history of `acme`" in err
    assert f"mmctl rollback --store {STORE}" in err


def test_an_environment_that_is_not_there_is_the_one_problem_without_the_rules(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_rules(root)
    capsys.readouterr()
    assert mmctl(root, "rollback", "--yes", "--env", "prood") == 64
    err = capsys.readouterr().err
    assert err.startswith("error: there is no environment `prood`\nhelp: ")
    assert "no file matches" not in err


@pytest.mark.parametrize("kept", [b'{"cut', None])
def test_a_newest_snapshot_that_is_damaged_or_gone_names_the_way_on(
    kept: bytes | None, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (newest,) = store_of(root).glob("0002-*.snapshot.json")
    newest.unlink()
    if kept is not None:
        newest.write_bytes(kept)
    capsys.readouterr()
    assert mmctl(root, "rollback", "--yes") == 5
    help_ = "help: choose another one: mmctl history, then mmctl rollback ID\n"
    assert capsys.readouterr().err.endswith(help_)


def test_of_several_histories_one_must_be_named(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(store_of(root), root / STORE / f"{ACCOUNT}-us-east-1-other-1")
    assert mmctl(root, "rollback", "--yes", "--store", STORE) == 64
    assert "has 2 histories" in capsys.readouterr().err
    assert mmctl(root, "rollback", "--yes", "--store", STORE, "--project", "third") == 64
    assert "has no history of project third" in capsys.readouterr().err
    asked = answering(monkeypatch, "acme")
    assert mmctl(root, "rollback", "--yes", "--store", STORE) == 0
    assert asked == ["which project? "]


def test_options_of_a_store_need_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mmctl(root, "rollback", "--yes", "--account", ACCOUNT) == 64
    assert "got `--account` without `--store`" in capsys.readouterr().err


def test_an_embedded_gateway_that_is_gone_is_not_made_anew(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".mmctl" / "embedded.db").unlink()
    (root / "mmctl.yaml").unlink()
    assert mmctl(root, "rollback", "--yes", "--store", STORE) == 64
    assert "is missing" in capsys.readouterr().err
    assert not (root / ".mmctl" / "embedded.db").exists()


# -- what is typed


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    """Have a person there who answers; the questions."""
    asked: list[str] = []

    def ask(_run: Run, question: str) -> str:
        asked.append(question)
        return answer

    monkeypatch.setattr(Run, "can_ask", lambda _run: True)
    monkeypatch.setattr(Run, "ask", ask)
    return asked


def protect(root: Path) -> None:
    path = root / "mmctl.yaml"
    text = path.read_text().replace("endpoint: embedded", "endpoint: embedded, protected: true")
    assert "protected" in text
    path.write_text(text)


def forget_protection(root: Path) -> None:
    """Make snapshots that do not say whether the environment is protected, as 0.1.0 did."""
    for path in store_of(root).glob("*.snapshot.json"):
        document = json.loads(path.read_text())
        for name in ("protected", "brakes", "wanted", "state_before", "saved_plan", "digest"):
            del document[name]
        path.write_text(json.dumps(document))
    for path in store_of(root).glob("*.entry.json"):
        document = json.loads(path.read_text())
        del document["snapshot"], document["rebuilt"]
        path.write_text(json.dumps(document))


def test_a_snapshot_of_0_1_0_counts_as_protected_and_the_account_is_spelled(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_protection(root)
    words = ("rollback", "--store", STORE)
    assert mmctl(root, *words, "--yes") == 3
    assert f"--yes --account {ACCOUNT}" in capsys.readouterr().err
    asked = answering(monkeypatch, "local")
    assert mmctl(root, *words) == 3
    assert f"type the number of the account ({ACCOUNT})" in asked[0]
    answering(monkeypatch, ACCOUNT)
    assert mmctl(root, *words) == 0


def test_a_protected_environment_is_known_from_the_snapshot(root: Path) -> None:
    protect(root)
    words = ("rollback", "1", "--store", STORE, "--allow-delete", "--force", "irreversible", "-q")
    assert mmctl(root, "rollback", "2", "--yes", "--env", "local", "-q") == 0
    assert mmctl(root, "rollback", "3", "--store", STORE, "--yes") == 3
    assert mmctl(root, "rollback", "3", "--store", STORE, "--yes", "--account", ACCOUNT) == 0
    assert mmctl(root, *words, "--yes") == 0, "the first state was of an environment without it"


@pytest.mark.parametrize("damage", ["missing", "cut"])
@pytest.mark.parametrize("alone", [False, True])
def test_a_snapshot_without_a_sound_entry_is_shown_and_agreed_to_by_number(
    damage: str,
    alone: bool,
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (entry,) = store_of(root).glob("0002-*.entry.json")
    entry.unlink() if damage == "missing" else entry.write_text(entry.read_text()[:50])
    words = ("rollback", *(("--store", STORE) if alone else ()))
    assert mmctl(root, *words, "--yes") == 3
    out, err = capsys.readouterr()
    assert "is not in the history" in out
    assert "block-network" in out
    needed = ("--unverified", *(("--account", ACCOUNT) if alone else ()))
    assert " ".join(("--yes", *needed)) in err
    asked = answering(monkeypatch, "yes")
    assert mmctl(root, *words) == 3
    assert ACCOUNT in asked[0]
    assert mmctl(root, *words, "--yes", "--unverified") == (3 if alone else 0)
    assert mmctl(root, *words, "--yes", *needed) == 0
    assert is_good(root)


@pytest.mark.parametrize("flags", [(), ("--unverified",)])
def test_a_snapshot_that_was_edited_is_refused_by_every_flag(
    flags: tuple[str, ...], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = store_of(root).glob("0002-*.snapshot.json")
    document = json.loads(path.read_text())
    for thing in document["configuration"]["objects"]:
        if thing["kind"] == "rule_sets":
            del thing["shape"]["Rules"][0]
    path.write_text(json.dumps(document))
    assert mmctl(root, "rollback", "--yes", *flags) == 3
    assert "is not the one in its entry" in capsys.readouterr().err


def with_endpoint(root: Path, endpoint: str, *, sealed: bool) -> None:
    """Have the snapshot of the last apply name another endpoint; `sealed`: as one of 0.1.0."""
    (path,) = store_of(root).glob("0002-*.snapshot.json")
    document = json.loads(path.read_text()) | {"endpoint": endpoint}
    if sealed:
        del document["digest"]
    path.write_text(json.dumps(document))


def test_no_snapshot_that_was_edited_is_followed_anywhere(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mmctl.live.aws.connect.connect", lambda *_a, **_k: pytest.fail("connected")
    )
    with_endpoint(root, "http://127.0.0.1:9", sealed=False)
    words = ("rollback", "--store", STORE, "--yes", "--account", ACCOUNT, "--unverified")
    assert mmctl(root, *words) == 3
    assert "is not the one in its entry" in capsys.readouterr().err


def test_a_snapshot_without_entry_chooses_no_endpoint_that_no_file_may_name(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_endpoint(root, "http://ec2-192-0-2-1.compute-1.amazonaws.com", sealed=True)
    (entry,) = store_of(root).glob("0002-*.entry.json")
    entry.unlink()
    words = ("rollback", "--store", STORE, "--yes", "--account", ACCOUNT, "--unverified")
    assert mmctl(root, *words) == 64
    assert "is neither one of Mail Manager's nor on this machine" in capsys.readouterr().err


def test_the_environment_comes_from_the_snapshot(root: Path) -> None:
    run = Run(directory=root, today=date(2026, 11, 28))
    named = StoreOptions(store=STORE, profile="ours")
    found = project_elsewhere(run, named, None).environment
    assert (found.name, found.endpoint, found.account, found.region, found.profile) == (
        "local",
        "embedded",
        ACCOUNT,
        "us-east-1",
        "ours",
    )
    assert not found.protected
    (entry,) = store_of(root).glob("0002-*.entry.json")
    entry.unlink()
    assert project_elsewhere(run, named, None).environment.protected


def test_damaged_pins_are_kept_when_they_are_lifted(root: Path) -> None:
    assert mmctl(root, "rollback", "--yes", "-q") == 0
    pins = store_of(root) / "pins.json"
    pins.write_text("[{")
    assert mmctl(root, "unpin", "3") == 0
    assert not pins.exists()
    assert (store_of(root) / "pins.json.damaged-1").read_text() == "[{"


def test_a_second_rollback_says_how_to_go_further_back(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = root / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("192.0.2.0/25", "192.0.2.0/26"))
    assert mmctl(root, "apply", "--yes", "-q") == 0
    assert mmctl(root, "rollback", "--yes", "-q") == 0
    capsys.readouterr()
    assert mmctl(root, "rollback", "--yes") == 0
    said = capsys.readouterr().err
    assert "to go further back: mmctl rollback 0002-" in said
    assert mmctl(root, "rollback", "2", "--yes", "-q", "--store", STORE) == 0
    capsys.readouterr()
    assert mmctl(root, "rollback", "2", "--yes", "--store", STORE) == 0
    assert "the history has no earlier state" in capsys.readouterr().err


# -- where a store may be


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


@pytest.mark.parametrize("command", ["rollback", "apply", "plan", "history", "drift", "unpin"])
def test_a_store_that_git_tracks_is_refused(
    command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(root, "init", "-q")
    git(root, "add", "-f", f"{STORE}/{BENEATH}/applied.json")
    assert mmctl(root, command) == 3
    assert "git tracks 1 file of the store" in capsys.readouterr().err
    assert mmctl(root, "rollback", "--store", STORE, "--yes") == 3
    git(root, "rm", "-q", "-r", "--cached", STORE)
    assert mmctl(root, "rollback", "--yes") == 0


def test_a_link_to_a_folder_that_git_tracks_is_refused_too(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.move(root / STORE, root / "kept")
    (root / STORE).symlink_to("../kept")
    git(root, "init", "-q")
    git(root, "add", "kept")
    assert mmctl(root, "rollback", "--yes") == 3
    assert "git tracks" in capsys.readouterr().err


def test_a_store_that_looks_like_a_repository_is_asked_about_around_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a folder is a repository to git, and says of itself that it tracks nothing."""
    git(root, "init", "-q")
    git(root, "add", "-f", f"{STORE}/{BENEATH}/applied.json")
    git(root, "init", "-q", "--bare", str(root / STORE / BENEATH))
    assert mmctl(root, "rollback", "--yes") == 3
    assert "git tracks 1 file of the store" in capsys.readouterr().err


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    # The embedded Mail Manager answers for itself.
    passing: Any = {"core": {"passthrough": {"urls": [r"https://mail-manager\..*"]}}}
    with mock_aws(config=passing):
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="kept")
        yield "s3://kept/mail/gateway"


def test_another_machine_rolls_back_from_the_bucket_alone(
    bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tmp_path / "first"
    shutil.copytree(GATEWAY, first)
    path = first / "mmctl.yaml"
    path.write_text(path.read_text() + f"snapshots: {bucket}\n")
    bad_apply(first)
    other = tmp_path / "other"
    (other / ".mmctl").mkdir(parents=True)
    for state in (first / ".mmctl").glob("embedded.db*"):
        shutil.move(state, other / ".mmctl")
    shutil.rmtree(first)
    named = ("--store", bucket, "--account", ACCOUNT, "--region", "us-east-1")
    capsys.readouterr()
    assert mmctl(other, "history", *named) == 0
    assert "0002-" in capsys.readouterr().out
    client = boto3.client("s3", region_name="us-east-1")
    key = f"mail/gateway/{BENEATH}/applied.json"
    client.put_object(Bucket="kept", Key=key, Body=b"\xff")
    assert mmctl(other, "rollback", "--yes", *named) == 0
    assert "applied.json" in capsys.readouterr().err
    kept = client.get_object(Bucket="kept", Key=f"{key}.damaged-1")["Body"].read()
    assert kept == b"\xff"
    shutil.copytree(GATEWAY, other, dirs_exist_ok=True)
    assert mmctl(other, "plan", "-q", "--detailed-exitcode") == 0


def test_a_bucket_that_holds_several_projects_asks_for_one(
    bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = boto3.client("s3", region_name="us-east-1")
    for name in ("one", "two"):
        key = f"mail/gateway/{ACCOUNT}-eu-central-1-{name}/applied.json"
        client.put_object(Bucket="kept", Key=key, Body=b"{}")
    assert mmctl(tmp_path, "rollback", "--store", bucket) == 64
    err = capsys.readouterr().err
    assert "--region eu-central-1 --project one" in err
    assert "--project two" in err
