"""How problems look: to people in 80 columns, to programs as documents."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml
from rich.cells import cell_len

from mmctl.checks.catalogue import CHECKS
from mmctl.problem import Position, Problem, Severity
from mmctl.render.documents.github import job_summary, workflow_commands
from mmctl.render.documents.problems import document
from mmctl.render.documents.problems_junit import junit
from mmctl.render.documents.sarif import sarif
from mmctl.render.text.problems import human

HERE = Path(__file__).parent


def problem(
    *,
    line: int = 1,
    column: int = 1,
    length: int = 1,
    message: str = "got `x`",
    help: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(
        check="not-an-address",
        severity=severity,
        position=Position(file="rules/a.yaml", line=line, column=column, length=length),
        message=message,
        help=help,
    )


def shown(problem: Problem, text: str) -> list[str]:
    return human([problem], {"rules/a.yaml": text}).plain.splitlines()


def test_a_problem_has_its_line_a_caret_under_the_place_and_advice() -> None:
    found = problem(line=2, column=5, length=3, help="write `abc`")
    assert shown(found, "version: 1\na:  xyz\n") == [
        "rules/a.yaml:2:5: error: got `x` [not-an-address]",
        "    2 | a:  xyz",
        "            ^^^",
        "  help: write `abc`",
        "",
        "1 error in 1 file",
    ]


@pytest.mark.parametrize(
    "before", ["\t", "日本語", "é", "\u200b", "a\u00a0", "x" * 300, "日" * 300], ids=ascii
)
def test_the_caret_is_under_the_place_whatever_stands_before_it(before: str) -> None:
    _, line, carets, *_ = shown(
        problem(column=len(before) + 1, length=5), f"{before}VALUE and more"
    )
    start = carets.index("^")
    cells = 0
    for index, character in enumerate(line):
        if cells == start:
            assert line[index:].startswith("VALUE")
            break
        cells += cell_len(character)
    assert carets.count("^") == len("VALUE")


@pytest.mark.parametrize("text", ["x" * 5000, "日" * 5000, "\u200b" * 5000, "a" * 10_000_000])
@pytest.mark.parametrize("column", [1, 40, 2500, 5000])
def test_source_lines_fit_into_eighty_columns(text: str, column: int) -> None:
    _, line, carets, *_ = shown(problem(column=column, length=4000), text)
    assert cell_len(line) <= 80
    assert cell_len(carets) <= 80
    assert "^" in carets


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("column", [1, 40, 290])
def test_source_line_caret_and_advice_take_the_width_there_is(width: int, column: int) -> None:
    text, help_ = "日本 x " * 60, "some advice " * 30
    found = problem(column=column, length=4, help=help_)
    _, line, carets, *advice = human([found], {"rules/a.yaml": text}, width=width).plain.split("\n")
    assert width - 2 <= cell_len(line) <= width
    assert cell_len(carets) <= width
    assert carets.endswith("^^^^")
    assert width - len("advice ") <= max(map(cell_len, advice)) <= width


def test_invisible_characters_are_shown_as_escapes() -> None:
    lines = shown(problem(message="got `a\u200b\x1b[31m`"), "a\u200b: \x1b[31m")
    assert "got `a\\u200b\\u001b[31m`" in lines[0]
    assert lines[1].endswith("a\\u200b: \\u001b[31m")


@pytest.mark.parametrize("line", [0, 3, 10_000])
def test_a_place_outside_the_text_has_no_frame(line: int) -> None:
    assert len(shown(problem(line=line), "one\ntwo")) == 3


def test_what_is_to_be_written_is_not_broken_across_lines() -> None:
    value = "- add_on: {name: vade, field: isPassed, is: true}"
    text = human([problem(help=f"{'some words of advice ' * 4} write `{value}` now")], {}).plain
    assert f"`{value}`" in text


def test_a_hundred_are_shown_unless_all_are_asked_for() -> None:
    problems = [problem(line=line) for line in range(1, 10_001)]
    text = human(problems, {}).plain
    assert text.count("[not-an-address]") == 100
    assert "9,900 more are not shown; --all shows them" in text
    assert text.endswith("10,000 errors in 1 file\n")
    assert human(problems, {}, shown=None).plain.count("[not-an-address]") == 10_000


def test_the_summary_counts_each_severity() -> None:
    problems = [problem(severity=severity) for severity in Severity] + [problem()]
    assert human(problems, {}).plain.endswith("2 errors, 1 warning, 1 info in 1 file\n")
    assert human([], {}).plain == "no problems\n"


PROBLEMS = [
    problem(line=2, column=3, length=4, help="write `a`"),
    problem(severity=Severity.WARNING, message="100% wrong\nin two lines, a | b <script>"),
    problem(severity=Severity.INFO, message="日本語 \x00"),
]


@pytest.mark.parametrize("problems", [[], PROBLEMS])
def test_the_document_is_what_its_schema_says(problems: list[Problem]) -> None:
    text = files("mmctl.render.schemas").joinpath("lint.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document(problems), schema)


def test_the_document_holds_all_of_a_problem() -> None:
    (first, *_) = document(PROBLEMS)["problems"]
    assert first == {
        "check": "not-an-address",
        "severity": "error",
        "file": "rules/a.yaml",
        "line": 2,
        "column": 3,
        "message": "got `x`",
        "help": "write `a`",
    }


@pytest.mark.parametrize("problems", [[], PROBLEMS])
def test_sarif_is_what_its_schema_says(problems: list[Problem]) -> None:
    schema = json.loads((HERE / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(sarif(problems, CHECKS))


def test_sarif_points_at_the_place_and_names_a_rule_with_its_page() -> None:
    (run,) = sarif(PROBLEMS, CHECKS)["runs"]
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "rules/a.yaml"},
        "region": {"startLine": 2, "startColumn": 3, "endColumn": 7},
    }
    for result in (first, second, third):
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == "not-an-address"
        assert rule["help"]["markdown"]


def test_github_gets_one_command_a_problem_with_its_text_escaped() -> None:
    first, second, third, summary = workflow_commands(PROBLEMS).splitlines()
    assert first == (
        "::error file=rules/a.yaml,line=2,col=3,endColumn=7,title=not-an-address::"
        "got `x`%0Ahelp: write `a`"
    )
    assert second.startswith("::warning ")
    assert second.endswith("::100%25 wrong\\nin two lines, a | b <script>")
    assert third.startswith("::notice ")
    assert summary == "1 error, 1 warning, 1 info in 1 file"


def test_the_job_summary_is_a_table_that_no_message_breaks_out_of() -> None:
    lines = job_summary(PROBLEMS).splitlines()
    rows = [line for line in lines if line.startswith("| `rules/")]
    assert len(rows) == 3
    assert "a &#124; b &lt;script&gt;" in rows[1]


def test_the_job_summary_shows_the_first_hundred() -> None:
    page = job_summary([problem(line=line) for line in range(1, 10_001)])
    assert page.count("| `rules/") == 100
    assert "10,000 errors in 1 file" in page
    assert page.endswith("9,900 more are in the log\n")


def read_as_ci_servers_do(report: str, folder: Path) -> JUnitXml:
    file = folder / "report.xml"
    file.write_text(report, encoding="utf-8")
    return JUnitXml.fromfile(str(file))


def test_junit_has_one_failure_a_problem_for_those_who_read_such_reports(tmp_path: Path) -> None:
    report = read_as_ci_servers_do(junit(PROBLEMS), tmp_path)
    (suite,) = report
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("rules/a.yaml", 3, 3, 0)
    first, second, third = suite
    assert (first.name, first.classname) == ("not-an-address 2:3", "rules/a.yaml")
    (failure,) = first.result
    assert (failure.type, failure.message) == ("error", "got `x`")
    assert failure.text == "rules/a.yaml:2:3: got `x` (write `a`)"
    assert "a | b <script>" in second.result[0].text
    assert "\\u0000" in third.result[0].message


def test_junit_without_problems_has_a_test_that_passed(tmp_path: Path) -> None:
    (suite,) = read_as_ci_servers_do(junit([]), tmp_path)
    (case,) = suite
    assert (suite.tests, suite.failures, case.is_passed) == (1, 0, True)
