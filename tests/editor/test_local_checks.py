"""What shows at once is what lint reports later: nothing appears that has to be taken back."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.checks.catalogue import CHECKS
from mmctl.checks.local_checks import LOCAL
from mmctl.checks.moved import moved
from mmctl.editor.problems import FoundProblems, of_file, of_project
from mmctl.editor.workspace import OpenProject
from mmctl.language.parsing.files import MemoryFiles
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from mmctl.language.parsing.files import Files

DAY: Final = date(2026, 11, 29)
CHECKED: Final = Path(__file__).parents[1] / "checks"
PROJECT: Final = "version: 1\nproject: x\nrules: [rules/*.yaml]\nenvironments:\n  prod: {region: \
eu-west-1}\n  local: {endpoint: embedded}\n"
OTHER: Final = """\
version: 1
relays:
  mail-server: {server: mx.example.net, port: 25, authentication: none}
rule_sets:
  beside:
    rules:
      - name: other
        actions: [{relay: {to: mail-server}}]
"""


class OneProject:
    """The files of one project, wherever it is."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def root_of(self, path: str) -> str | None:
        return path

    def below(self, root: str) -> Files:
        assert root == "/project"
        return MemoryFiles(self.files)


def opened(text: str) -> OpenProject:
    files = {"mmctl.yaml": PROJECT, "rules/other.yaml": OTHER, "rules/mine.yaml": text}
    project = OpenProject("/project", "project", OneProject(files))
    project.texts["rules/mine.yaml"] = text
    return project


def said(problem: Problem) -> tuple[str, str, str]:
    """A problem without the environments that have it."""
    at = str(problem.position)
    return problem.check, at, re.sub(r" \(in `.*`\)$", "", problem.message)


def test_every_local_check_is_a_check() -> None:
    assert {check.id for check in CHECKS} >= LOCAL


def test_what_is_told_at_once_is_what_lint_tells() -> None:
    at_once, later = set(), set()
    for check in sorted(LOCAL):
        text = (CHECKED / check / "bad.yaml").read_text(encoding="utf-8")
        project = opened(text)
        now, _ = of_file(project, "rules/mine.yaml", DAY, None, FoundProblems())
        whole = of_project(project, DAY, None, None, lambda _: None, lambda: None)
        lint = {said(problem) for problem in whole.of("rules/mine.yaml")}
        assert {said(problem) for problem in now} - lint == set(), check
        at_once |= {problem.check for problem in now}
        later |= {each for each, _, _ in lint}
    assert later & LOCAL <= at_once


def test_a_name_that_another_file_defines_is_known() -> None:
    text = "version: 1\nrule_sets:\n  mine:\n    rules:\n      - name: all\n        actions:\n"
    project = opened(f"{text}          - relay: {{to: mail-server}}\n")
    of_project(project, DAY, None, None, lambda _: None, lambda: None)
    now, _ = of_file(project, "rules/mine.yaml", DAY, None, FoundProblems())
    assert "unknown-name" not in {each.check for each in now}
    project.texts["rules/mine.yaml"] = f"{text}          - relay: {{to: mail-sever}}\n"
    now, _ = of_file(project, "rules/mine.yaml", DAY, None, FoundProblems())
    assert [each.help for each in now if each.check == "unknown-name"] == [
        "did you mean `mail-server`?"
    ]


def test_a_name_that_a_broken_file_may_define_is_not_reported_at_once() -> None:
    text = "version: 1\nrule_sets:\n  mine:\n    rules:\n      - name: all\n        actions:\n"
    project = opened(f"{text}          - relay: {{to: mail-server}}\n")
    of_project(project, DAY, None, None, lambda _: None, lambda: None)
    project.texts["rules/other.yaml"] = OTHER.replace("{server", "{{server")
    now, _ = of_file(project, "rules/mine.yaml", DAY, None, FoundProblems())
    assert [each.check for each in now] == []
    assert (
        of_project(project, DAY, None, None, lambda _: None, lambda: None).of("rules/mine.yaml")
        == ()
    )


def test_problems_that_wait_for_the_project_move_with_their_lines() -> None:
    before = "a\nb\nc\nd\n"
    problems = [
        Problem(
            check="lost-mail",
            severity=Severity.ERROR,
            position=Position("file", line, 1, 1),
            message=text,
        )
        for line, text in enumerate("abcd", 1)
    ]
    for after in ("a\nb\nc\nd\n", "a\nx\ny\nc\nd\n", "c\nd\n", "a\n", "x\na\nb\nc\nd\n", ""):
        lines = after.splitlines()
        for problem in moved(problems, before, after):
            assert lines[problem.position.line - 1] == problem.message
    kept = [each.message for each in moved(problems, before, "a\nx\ny\nc\nd\n")]
    assert kept == ["a", "c", "d"]
