"""`lint --fix`: safe changes of the text, with comments and layout kept.

`pytest tests/checks --update` rewrites `fixes/after.yaml` and `fixes/fix.diff`.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.checks.lint import Report, report
from mmctl.cli.main import exit_code
from mmctl.language.formatting.fix import Fix, Remove, Replace, Sort, Unignore, fixed
from mmctl.language.parsing.load import read_text
from mmctl.problem import Position

if TYPE_CHECKING:
    from collections.abc import Callable

    Lint = Callable[..., tuple[int, str, str]]

GOLDEN = Path(__file__).parent / "fixes"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_bytes((GOLDEN / "before.yaml").read_bytes())
    return path


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Lint:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = exit_code(["lint", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_what_is_safe_is_changed_and_shown_as_a_diff(
    lint: Lint, file: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    code, out, _ = lint("rules.yaml", "--fix")
    if update:
        (GOLDEN / "after.yaml").write_bytes(file.read_bytes())
        (GOLDEN / "fix.diff").write_text(out, encoding="utf-8")
    assert file.read_text() == (GOLDEN / "after.yaml").read_text()
    assert out == (GOLDEN / "fix.diff").read_text()
    assert code == 0


def test_a_second_run_finds_nothing_to_fix(lint: Lint, file: Path) -> None:
    lint(file, "--fix")
    once = file.read_bytes()
    assert "---" not in lint(file, "--fix")[1]
    assert file.read_bytes() == once


def test_a_dry_run_shows_the_same_and_writes_nothing(lint: Lint, file: Path) -> None:
    before = file.read_bytes()
    dry = lint(file, "--fix", "--dry-run")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["rules.yaml"]
    wet = lint(file, "--fix")

    def changed(out: str) -> list[str]:
        return [line for line in out.splitlines() if re.match(r"[-+@]", line)]

    assert changed(dry[1]) == changed(wet[1]) != []
    assert dry[0] == wet[0]


def test_all_comments_but_the_useless_ignore_are_still_there(lint: Lint, file: Path) -> None:
    def comments() -> list[str]:
        return re.findall(r"#.*", file.read_text())

    before = comments()
    lint(file, "--fix")
    assert comments() == [
        comment.replace(", expired-rule", "")
        for comment in before
        if "ignore[expired-rule]" not in comment
    ]


def test_the_report_of_programs_is_not_mixed_with_the_diff(lint: Lint, file: Path) -> None:
    _, out, err = lint(file, "--fix", "--format", "json")
    assert out.startswith("{")
    assert err.startswith("--- ")


def test_mode_byte_order_mark_and_line_ends_stay(lint: Lint, file: Path) -> None:
    text = (GOLDEN / "before.yaml").read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text)
    file.chmod(0o640)
    lint(file, "--fix")
    after = (GOLDEN / "after.yaml").read_bytes().replace(b"\n", b"\r\n")
    assert file.read_bytes() == b"\xef\xbb\xbf" + after
    assert file.stat().st_mode & 0o777 == 0o640


UNFORMATTED = """\
version: 1
rule_sets:
    inbound:
        rules:
            - actions: [drop]   # spam
              name: block
              conditions: [{mail_from: {equals: [a@spam.example, a@spam.example]}}]
            - {name: keep, actions: [{archive: {to: all-mail}}]}
archives:
    all-mail: {retention: one_year}
"""


def test_the_layout_is_fixed_where_the_project_wants_it_and_with_all_else(
    lint: Lint, tmp_path: Path
) -> None:
    project, rules = tmp_path / "mmctl.yaml", tmp_path / "rules.yaml"
    project.write_text("version: 1\nproject: example\nrules: [rules.yaml]\n")
    rules.write_text(UNFORMATTED)
    assert "not-formatted" not in lint("-C", tmp_path)[1]
    with project.open("a") as file:
        file.write("lint: {require_format: true}\n")
    assert "rules.yaml:3:1: info: `rules.yaml` is not formatted" in lint("-C", tmp_path)[1]
    assert lint("-C", tmp_path, "--fix", "--fail-on", "info")[0] == 0
    assert exit_code(["fmt", "--check", "-C", str(tmp_path)]) == 0
    assert "# spam" in rules.read_text()
    assert rules.read_text().count("a@spam.example") == 1


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--fix", "-")])
def test_options_that_make_no_sense_are_usage_errors(
    lint: Lint, arguments: tuple[str, ...]
) -> None:
    assert lint(*arguments)[0] == 64


PROJECT = """\
version: 1
project: example
rules: [rules.yaml]
vars:
  senders: [a@spam.example, a@spam.example]
environments:
  local: {endpoint: embedded}
  other: {endpoint: embedded, account: "111122223333"}
"""
RULES = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        environments: [%s]
        conditions: [{mail_from: {equals: [b@spam.example, b@spam.example]}}]
        actions: [drop]
      - name: block-variable
        conditions: [{from: {equals: "${vars.senders}"}}]
        actions: [drop]
      - name: keep
        actions: [{archive: {to: all-mail}}]
archives:
  all-mail: {retention: ONE_YEAR}
"""


@pytest.mark.parametrize(("environments", "left"), [("local", 2), ("local, other", 1)])
def test_only_what_all_environments_have_is_fixed(
    lint: Lint, tmp_path: Path, environments: str, left: int
) -> None:
    (tmp_path / "mmctl.yaml").write_text(PROJECT)
    (tmp_path / "rules.yaml").write_text(RULES % environments)
    lint("-C", tmp_path, "--fix")
    assert (tmp_path / "rules.yaml").read_text().count("b@spam") == left


def at(line: int, column: int) -> Position:
    return Position(file="a.yaml", line=line, column=column)


def sort(*order: int, start: tuple[int, int] = (1, 5)) -> Sort:
    line, column = start
    places = tuple(at(line, column + 3 * index) for index in range(len(order)))
    return Sort(at=places, values=tuple("abcdef"[: len(order)]), order=order)


@pytest.mark.parametrize(
    ("text", "fixes", "after"),
    [
        ("a: [a, b, c]\n", [Remove(at=at(1, 5), old="a")], "a: [b, c]\n"),
        ("a: [a, b, c]\n", [Remove(at=at(1, 11), old="c")], "a: [a, b]\n"),
        (
            "a: [a, b, c]\n",
            [Remove(at=at(1, 8), old="b"), Remove(at=at(1, 11), old="c")],
            "a: [a]\n",
        ),
        ("a: [a, b, c]\n", [sort(2, 0, 1)], "a: [c, a, b]\n"),
        ("a: [a, b, c]\n", [sort(2, 0, 1), Remove(at=at(1, 5), old="a")], "a: [c, b]\n"),
        ("a:\n  - x\n  - y\n", [Remove(at=at(2, 5), old="x")], "a:\n  - y\n"),
        ("a: 'x'\n", [Replace(at=at(1, 4), old="x", new="y")], "a: 'y'\n"),
        ("a: x\n", [Replace(at=at(1, 4), old="x", new="@y")], 'a: "@y"\n'),
        ("a: {b: x}\n", [Replace(at=at(1, 8), old="x", new="y, z")], 'a: {b: "y, z"}\n'),
        ("# mmctl: ignore[a, b] c\na: x\n", [Unignore(at=at(1, 1), check="a")], None),
    ],
)
def test_a_fix_changes_its_value_alone(text: str, fixes: list[Fix], after: str | None) -> None:
    made = fixed(text, fixes, file="a.yaml")
    assert made.text == (after or "# mmctl: ignore[b] c\na: x\n")
    assert made.done == tuple(fixes)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        pytest.param("a: [b]\n", Remove(at=at(1, 5), old="b"), id="the last value"),
        pytest.param("a: [z, b]\n", Remove(at=at(1, 5), old="b"), id="another value by now"),
        pytest.param(
            "a:\n  - x # why\n  - y\n", Remove(at=at(2, 5), old="x"), id="a comment beside"
        ),
        pytest.param(
            "a:\n  # why\n  - x\n  - y\n", Remove(at=at(3, 5), old="x"), id="a comment above"
        ),
        pytest.param("a: [a, # why\n  b]\n", Remove(at=at(1, 5), old="a"), id="a comment between"),
        pytest.param("a: [a, b, [c]]\n", sort(1, 0), id="more than values in the list"),
        pytest.param("a: {\n", Replace(at=at(1, 4), old="x", new="y"), id="no YAML"),
        pytest.param("a: |\n  x\n", Replace(at=at(1, 4), old="x\n", new="y"), id="a block of text"),
    ],
)
def test_what_would_change_more_is_left_alone(text: str, fix: Fix) -> None:
    made = fixed(text, [fix], file="a.yaml")
    assert (made.text, made.done) == (text, ())


BAD = sorted(Path(__file__).parent.glob("*/bad.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.parent.name)
def test_fixes_take_their_problems_away_and_bring_no_others(path: Path) -> None:
    def found(text: str) -> Report:
        project, problems = read_text({"a.yaml": text}, lone=True)
        return report([project], date(2026, 11, 20), {project.environment.name: problems})

    text = path.read_text(encoding="utf-8")
    before = found(text)
    made = fixed(text, before.fixes.values(), file="a.yaml")
    # A fix may write an address in small letters that another problem names.
    gone = Counter(p.message.lower() for p, fix in before.fixes.items() if fix in made.done)
    after = Counter(problem.message.lower() for problem in found(made.text).problems)
    assert after <= Counter(problem.message.lower() for problem in before.problems) - gone
    assert bool(gone) == (made.text != text)
