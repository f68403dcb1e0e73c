"""What a plan does to every message: remembered, kept in files, missing only with a reason."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from story import check_document

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable

GATEWAY = Path(__file__).parent / "gateway"
PLAN = ("plan", "-q", "--format", "json")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose rules are live, and one network of them changed since."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    shutil.copytree(GATEWAY, folder)
    (folder / "cases" / "cases.yaml").write_text("version: 1\n")
    monkeypatch.chdir(folder)
    assert exit_code(["apply", "--yes", "-q"]) == 0
    rules = folder / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("192.0.2.0/24", "203.0.113.0/24"))
    return folder


@pytest.fixture(name="planned")
def planned_fixture(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, object]]:
    """A plan's JSON, checked against its schema."""

    def planned(*options: str) -> dict[str, object]:
        capsys.readouterr()
        assert exit_code([*PLAN, *options]) == 0
        text = capsys.readouterr().out
        assert check_document(text) == "mmctl/plan@1"
        found: dict[str, object] = json.loads(text)["every_message"]
        return found

    return planned


def test_a_plan_remembers_what_it_proved_and_writes_its_messages_again(
    folder: Path,
    planned: Callable[..., dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = planned()
    kept = sorted((folder / ".mmctl" / "witness").iterdir())
    before = [file.read_bytes() for file in kept]
    assert len(kept) == 4
    kept[0].unlink()
    kept[1].write_text("changed by somebody")
    monkeypatch.setattr("mmctl.analysis.questions.versions.Proof", None)
    assert planned() == first
    assert [file.read_bytes() for file in kept] == before


def test_other_readings_or_rules_are_another_question(
    folder: Path, tmp_path: Path, planned: Callable[..., dict[str, object]]
) -> None:
    def answers() -> int:
        planned()
        return len(list((tmp_path / "cache").rglob("proof-*.json")))

    counts = [answers(), answers()]
    project = folder / "mmctl.yaml"
    project.write_text(project.read_text() + "semantics: {text_case: sensitive}\n")
    counts.append(answers())
    rules = folder / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("10MB", "11MB"))
    counts.append(answers())
    assert counts == [1, 1, 2, 3]


def test_a_damaged_answer_is_proved_again(
    folder: Path, tmp_path: Path, planned: Callable[..., dict[str, object]]
) -> None:
    first = planned()
    answers = list((tmp_path / "cache").rglob("proof-*.json"))
    assert answers
    for text in ("", "[]", '{"gateways": [{}], "files": {}}', '{"gateways": [], "files": []}'):
        answers[0].write_text(text)
        assert planned() == first
    assert folder.exists()


def test_a_plan_says_why_nothing_is_proved(
    folder: Path,
    planned: Callable[..., dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mmctl.cli.files.every_message.file_of", lambda *_: None)
        patch.setitem(__import__("sys").modules, "pysolvers", None)
        found = planned()
        assert found["gateways"] == []
        assert "python-sat" in str(found["unknown"])
        assert exit_code(["plan", "-q"]) == 0
        assert "nothing is proved of every message: proofs need" in capsys.readouterr().out
    project = folder / "mmctl.yaml"
    project.write_text(project.read_text() + "lint: {proof_effort: 0}\n")
    assert planned() == {"gateways": [], "unknown": "`lint: {proof_effort: 0}` in mmctl.yaml"}


def test_a_plan_proves_as_much_as_its_base_asks_for(
    folder: Path, planned: Callable[..., dict[str, object]]
) -> None:
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (["init", "-q"], ["add", "mmctl.yaml"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    project = folder / "mmctl.yaml"
    project.write_text(project.read_text() + "lint: {proof_effort: 0}\n")
    assert planned("--base", "HEAD")["gateways"]


def test_a_plan_is_made_where_no_message_can_be_written(
    folder: Path, planned: Callable[..., dict[str, object]]
) -> None:
    witness = folder / ".mmctl" / "witness"
    witness.parent.mkdir(exist_ok=True)
    witness.write_text("a file is in the way")
    found = planned()
    assert "differences" in str(found)
    assert ".eml" not in str(found)


def test_a_saved_plan_holds_it_and_apply_asks_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["plan", "-q", "--save", "saved.json"]) == 0
    assert json.loads((folder / "saved.json").read_text())["every_message"]["gateways"]
    capsys.readouterr()
    assert exit_code(["apply", "saved.json", "--yes"]) == 0
    assert "proved: ingress point public-mx: 2 kinds of difference" in capsys.readouterr().out
