"""What lint remembers: the same answer at once, and a new one after any change."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmctl.cli.remembered import FOLDER, MOST
from mmctl.cli.start import main
from mmctl.language.read import Sources

FILES = {
    "mmctl.yaml": """\
version: 1
project: example
environments:
  local: {endpoint: embedded}
  other: {endpoint: embedded}
""",
    "rules/inbound.yaml": """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: keep
        conditions: [{subject: {contains: [invoice, unpaid invoice]}}]
        unless: [{recipient: {in_address_list: partners}}]
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
address_lists:
  partners: {members_file: ../lists/partners.txt}
""",
    "lists/partners.txt": "someone@example.org\n",
    "cases/first.yaml": "version: 1\ncases: []\n",
}
START = "import sys; from mmctl.cli.start import main; main()"

Lint = Callable[..., tuple[str, int, str]]
Change = Callable[[Path], object]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lint:
    """Run lint in a folder: its output and exit code, and whether the project was read anew."""
    read: list[Sources] = []
    really = Sources.read

    def noted(sources: Sources, environment: str | None = None) -> Any:
        read.append(sources)
        return really(sources, environment)

    monkeypatch.setattr(Sources, "read", noted)

    def run(folder: Path, *arguments: str) -> tuple[str, int, str]:
        read.clear()
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["mmctl", "lint", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return capsys.readouterr().out, end.value.code, "read anew" if read else "remembered"

    return run


def test_nothing_of_the_program_is_imported_for_it(project: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-c", START, "lint"]
    first, second = (
        subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        for _ in range(2)
    )
    assert (second.stdout, second.returncode) == (first.stdout, first.returncode)
    for module in ("typer", "pydantic", "ruamel.yaml", "mmctl.language.read", "mmctl.checks"):
        assert re.search(rf"\b{module}$", first.stderr, re.MULTILINE)
        assert not re.search(rf"\b{module}$", second.stderr, re.MULTILINE)


def test_the_same_question_has_the_same_answer_at_once(lint: Lint, project: Path) -> None:
    for arguments in ((), ("--format", "json"), ("--fail-on", "info"), ("--env", "local")):
        output, code, how = lint(project, *arguments)
        assert how == "read anew"
        assert "redundant-value" in output
        assert lint(project, *arguments) == (output, code, "remembered")


def test_below_the_folder_of_the_project_too(lint: Lint, project: Path) -> None:
    output, code, _ = lint(project / "rules")
    assert lint(project / "rules") == (output, code, "remembered")


def append(name: str, text: str) -> Change:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def add(name: str, text: str = "version: 1\n") -> Change:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    "change",
    [
        append("rules/inbound.yaml", "    # a comment\n"),
        append("mmctl.yaml", "# a comment\n"),
        append("lists/partners.txt", "other@example.org\n"),
        append("cases/first.yaml", "# a comment\n"),
        add("rules/second.yaml"),
        add("rules/deep/er/third.yaml"),
        add("cases/second.yaml"),
        lambda folder: (folder / "cases/first.yaml").unlink(),
        lambda folder: (folder / "lists/partners.txt").unlink(),
        lambda folder: (folder / "rules/inbound.yaml").rename(folder / "rules/renamed.yaml"),
        lambda folder: (folder / "mmctl.yaml").unlink(),
    ],
)
def test_any_change_of_what_was_read_is_noticed(lint: Lint, project: Path, change: Change) -> None:
    lint(project)
    assert lint(project)[2] == "remembered"
    change(project)
    answer = lint(project)
    assert answer[2] == "read anew"
    assert answer == lint(project, "--no-cache")


def test_a_change_that_keeps_size_and_time_is_noticed(lint: Lint, project: Path) -> None:
    file = project / "rules/inbound.yaml"
    before = file.stat()
    lint(project)
    file.write_text(file.read_text().replace("ONE_YEAR", "TWO_YEAR"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert lint(project)[2] == "read anew"


def test_a_file_that_no_pattern_matches_changes_nothing(lint: Lint, project: Path) -> None:
    lint(project)
    add("notes/new.md")(project)
    add("mmctl-notes.txt")(project)
    assert lint(project)[2] == "remembered"


def test_how_the_output_looks_is_part_of_the_question(
    lint: Lint, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = lint(project)
    coloured = lint(project, "--color", "always")
    assert coloured[0] != plain[0]
    assert lint(project, "--color", "always") == (*coloured[:2], "remembered")
    monkeypatch.setenv("COLUMNS", "200")
    assert lint(project)[2] == "read anew"


def test_some_questions_are_always_answered_anew(
    lint: Lint, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (
        ("--no-cache",),
        ("rules/inbound.yaml",),
        ("-C", str(project)),
        ("--fix", "--dry-run"),
        ("-o", str(project / "out.txt")),
    ):
        lint(project, *arguments)
        assert lint(project, *arguments)[2] == "read anew", arguments
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    for _ in range(2):
        assert lint(project, "--format", "github")[2] == "read anew"


def test_what_could_not_be_read_is_tried_anew(lint: Lint, project: Path) -> None:
    (project / "lists/partners.txt").unlink()
    assert "cannot be read" in lint(project)[0]
    assert lint(project)[2] == "read anew"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"folders": {}, "files": 1}', "{}"])
def test_a_damaged_answer_is_no_answer(lint: Lint, project: Path, damage: str) -> None:
    answer = lint(project)
    (kept,) = (project / FOLDER).glob("lint-*.json")
    kept.write_text(damage)
    assert lint(project) == answer


def test_where_nothing_can_be_written_nothing_is_remembered(lint: Lint, project: Path) -> None:
    (project / ".mmctl").write_text("in the way")
    first = lint(project)
    assert first[2] == "read anew"
    assert lint(project) == first


def test_few_answers_are_kept_and_none_is_for_a_commit(lint: Lint, project: Path) -> None:
    for day in range(1, MOST + 3):
        lint(project, "--today", f"2027-01-{day:02}")
    assert len(list((project / FOLDER).glob("lint-*.json"))) == MOST
    assert (project / FOLDER / ".gitignore").read_text() == "*\n"
    assert lint(project, "--today", f"2027-01-{MOST + 2:02}")[2] == "remembered"
    assert lint(project, "--today", "2027-01-01")[2] == "read anew"


def test_a_reader_that_goes_away_early_is_no_fault(lint: Lint, project: Path) -> None:
    lint(project)
    command = f"{sys.executable} -c '{START}' lint | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1, 141}
    assert done.stderr == ""
