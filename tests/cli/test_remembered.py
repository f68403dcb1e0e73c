"""What lint remembers: the same answer at once, and a new one after any change."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mmctl.cli import world
from mmctl.cli.remembered import MOST
from mmctl.cli.start import run_to_exit
from mmctl.language.parsing.load import Sources

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
START = "import sys; from mmctl.cli.start import run_to_exit; run_to_exit()"

Lint = Callable[..., tuple[str, int, str]]
Change = Callable[[Path], object]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of kept answers, which is not there yet."""
    above = tmp_path_factory.mktemp("user") / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(above))
    return above / "mmctl"


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lint:
    """Run lint in a folder: its output and exit code, and whether the project was read anew."""
    read: list[Sources] = []
    really = Sources.read

    def noted(sources: Sources, environment: str | None = None) -> Any:
        read.append(sources)
        return really(sources, environment)

    monkeypatch.setattr(Sources, "read", noted)
    for name in ("PYDANTIC_DISABLE_PLUGINS", "PYTHONSAFEPATH"):
        # A run sets these for its processes.
        monkeypatch.setenv(name, "")

    def run(folder: Path, *arguments: str, before: bool = False) -> tuple[str, int, str]:
        read.clear()
        monkeypatch.chdir(folder)
        words = [*arguments, "lint"] if before else ["lint", *arguments]
        monkeypatch.setattr(sys, "argv", ["mmctl", *words])
        with pytest.raises(SystemExit) as end:
            run_to_exit()
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
    for module in ("mmctl.language.text.usual_yaml", "mmctl.language.parsing.load", "mmctl.checks"):
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
    add("notes/new.md")(project)
    lint(project)
    (project / "notes/new.md").write_text("other words\n", encoding="utf-8")
    assert lint(project)[2] == "remembered"
    add("notes/new.yml")(project)
    assert lint(project)[2] == "read anew"


def test_how_the_output_looks_is_part_of_the_question(
    lint: Lint, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = lint(project)
    colored = lint(project, "--color", "always")
    assert colored[0] != plain[0]
    assert lint(project, "--color", "always") == (*colored[:2], "remembered")
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
def test_a_damaged_answer_is_no_answer(lint: Lint, project: Path, kept: Path, damage: str) -> None:
    answer = lint(project)
    (file,) = kept.glob("lint-*.json")
    file.write_text(damage)
    assert lint(project) == answer


def test_where_nothing_can_be_written_nothing_is_remembered(
    lint: Lint, project: Path, kept: Path
) -> None:
    kept.parent.write_text("in the way")
    first = lint(project)
    assert first[2] == "read anew"
    assert lint(project) == first


def test_few_answers_are_kept_and_those_for_nobody_else(
    lint: Lint, project: Path, kept: Path
) -> None:
    lint(project, "--today", "2027-01-01")
    (first,) = kept.glob("lint-*.json")
    for number in range(MOST):
        shutil.copy(first, kept / f"lint-{number:032}.json")
        os.utime(kept / f"lint-{number:032}.json", (number + 1, number + 1))
    lint(project, "--today", "2027-01-02")
    assert len(list(kept.glob("lint-*.json"))) == MOST
    assert kept.stat().st_mode & 0o777 == 0o700
    assert not (project / ".mmctl").exists()
    assert lint(project, "--today", "2027-01-01")[2] == "remembered"


def test_what_lies_in_the_project_is_not_believed(lint: Lint, project: Path, kept: Path) -> None:
    """A pull request may have brought it."""
    lint(project)
    (file,) = kept.glob("lint-*.json")
    document = json.loads(file.read_text()) | {"output": "nothing found", "code": 0}
    (project / ".mmctl/cache").mkdir(parents=True)
    (project / ".mmctl/cache" / file.name).write_text(json.dumps(document))
    file.unlink()
    answer = lint(project)
    assert answer[2] == "read anew"
    assert "nothing found" not in answer[0]


@pytest.mark.parametrize("members", [{"files": {}}, {"folders": {}, "files": {}}])
def test_an_answer_that_depends_on_nothing_is_not_believed(
    lint: Lint, project: Path, kept: Path, members: dict[str, object]
) -> None:
    answer = lint(project)
    (file,) = kept.glob("lint-*.json")
    document = json.loads(file.read_text()) | {"output": "nothing found", "code": 0} | members
    file.write_text(json.dumps(document))
    assert lint(project) == answer


def test_an_answer_is_that_of_one_folder(lint: Lint, project: Path, kept: Path) -> None:
    first = lint(project)
    copy = shutil.copytree(project, kept.parent.parent / "copy")
    assert lint(copy) == first
    assert lint(copy)[2] == lint(project)[2] == "remembered"


def _for_everybody(kept: Path) -> None:
    kept.chmod(0o755)


def _for_a_group(kept: Path) -> None:
    kept.chmod(0o770)


def _a_link(kept: Path) -> None:
    kept.rename(kept.with_name("elsewhere"))
    kept.symlink_to(kept.with_name("elsewhere"))


def _somebody_elses(kept: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives folders away")
    os.chown(kept, 12345, 12345)


@pytest.mark.parametrize("change", [_for_everybody, _for_a_group, _a_link, _somebody_elses])
def test_a_folder_that_is_not_the_users_own_is_not_believed(
    lint: Lint, project: Path, kept: Path, change: Change
) -> None:
    lint(project)
    assert lint(project)[2] == "remembered"
    change(kept)
    before = sorted(path.name for path in kept.iterdir())
    for _ in range(2):
        assert lint(project, "--format", "json")[2] == "read anew"
    assert sorted(path.name for path in kept.iterdir()) == before


@pytest.mark.parametrize("place", [".cache", "../.cache", "rules/cache"])
def test_a_folder_in_the_checkout_is_not_believed(
    lint: Lint, project: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a CI server keeps its cache in the checkout, a commit could put answers there."""
    top = project.parent / f"{project.name}-checkout"
    (top / ".git").mkdir(parents=True)
    inside = Path(shutil.copytree(project, top / "gateway"))
    above = (inside / place).resolve()
    above.mkdir()
    (above / "mmctl").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(above))
    for _ in range(2):
        assert lint(inside)[2] == "read anew"
    assert list((above / "mmctl").iterdir()) == []


def test_without_a_variable_it_is_the_folder_of_the_user(
    lint: Lint, project: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kept.parent.parent / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for value in ("", "relative/cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        lint(project)
        assert lint(project)[2] == "remembered"
    assert list((home / ".cache/mmctl").glob("lint-*.json"))


def test_another_day_is_another_question(
    lint: Lint, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lint(project)
    assert lint(project)[2] == "remembered"
    today = world.day()
    tomorrow = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    monkeypatch.setattr(world, "day", lambda: tomorrow)
    assert lint(project)[2] == "read anew"
    monkeypatch.setattr(world, "day", lambda: today)
    assert lint(project)[2] == "remembered"


def test_a_day_before_the_command_is_the_day_that_counts(lint: Lint, project: Path) -> None:
    rules = project / "rules/inbound.yaml"
    text = rules.read_text().replace(
        "- name: keep\n", "- name: keep\n        expires: 2031-06-01\n"
    )
    rules.write_text(text)
    plain = lint(project)
    assert "expired-rule" not in plain[0]
    assert lint(project, "--today", "2031-07-01")[0] != plain[0]
    for _ in range(2):
        before = lint(project, "--today", "2031-07-01", before=True)
        assert "expired-rule" in before[0]
        assert before[:2] == lint(project, "--today", "2031-07-01")[:2]
    assert lint(project) == (*plain[:2], "remembered")


def test_a_reader_that_goes_away_early_is_no_fault(lint: Lint, project: Path) -> None:
    lint(project)
    command = f"{sys.executable} -c '{START}' lint | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1, 141}
    assert done.stderr == ""
