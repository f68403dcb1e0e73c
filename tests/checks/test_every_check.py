"""Every check has its page, its examples and its golden file, and none is missing.

`pytest tests/checks --update` rewrites the golden files.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mmctl.checks
from mmctl.checks.catalogue import CHECKS
from mmctl.checks.check import Check
from mmctl.checks.company.held import BaseRules
from mmctl.checks.lint import lint_all
from mmctl.language.parsing.load import read_settings, read_text
from mmctl.problem import Severity
from mmctl.render.text.problems import human

if TYPE_CHECKING:
    from mmctl.language.project import Project
    from mmctl.problem import Problem

HERE = Path(__file__).parent
TODAY = date(2026, 11, 20)

RULES = """\
version: 1
rule_sets:
  inbound:
    rules: [{name: keep, actions: [{archive: {to: all-mail}}]}]
archives:
  all-mail: {retention: ONE_YEAR}
"""
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def linted(check: Check, name: str, text: str) -> tuple[Project, tuple[Problem, ...]]:
    """Lint one file by one check, with the project file of the check where it needs one.

    The file may be a project file itself, for a rule set without a fault.
    """
    project, problems = read(check, name, text)
    others = {project.environment.name: problems}
    return project, lint_all([project], TODAY, others, checks=[check], base=base_of(check, name))


def base_of(check: Check, name: str) -> BaseRules | None:
    """What the base of a change demands, for checks that compare with it.

    The base of the examples on its page is the good one.
    """
    file = HERE / check.id / "base.yaml"
    if not file.is_file():
        return None
    text = check.page.good if name == "example.yaml" else file.read_text(encoding="utf-8")
    lint = read_settings(text, "acme").lint
    return BaseRules(name="main", lint=lint, text_of=lambda _: None)


def read(check: Check, name: str, text: str) -> tuple[Project, tuple[Problem, ...]]:
    settings = HERE / check.id / "mmctl.yaml"
    files = {name: text}
    if "\nproject:" in text:
        rules = "rules.yaml" if "\nrules:" in text else "rules/rules.yaml"
        files = {"mmctl.yaml": text, rules: RULES}
    if settings.is_file():
        files["mmctl.yaml"] = settings.read_text(encoding="utf-8")
    return read_text(files)


def data(check: Check, name: str) -> str:
    return (HERE / check.id / name).read_text(encoding="utf-8")


def test_no_check_is_missing_from_the_list() -> None:
    modules = [
        importlib.import_module(f"mmctl.checks.{module.name}")
        for module in pkgutil.iter_modules(mmctl.checks.__path__)
    ]
    checks = {module.__name__: module.CHECK for module in modules if hasattr(module, "CHECK")}
    assert sorted(checks) == sorted(
        f"mmctl.checks.{check.id.replace('-', '_')}" for check in CHECKS
    )
    assert all(isinstance(check, Check) for check in checks.values())
    assert len(CHECKS) == len(checks)


def test_no_example_is_left_over_from_a_check_that_is_gone() -> None:
    folders = {folder.name for folder in HERE.iterdir() if (folder / "bad.yaml").is_file()}
    assert folders == {check.id for check in CHECKS}


@each_check
def test_the_id_is_kebab_case(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.id)


def test_the_good_files_are_silent_whatever_is_looked_for() -> None:
    found = []
    for check in CHECKS:
        project, problems = read(check, "ok.yaml", data(check, "ok.yaml"))
        every = lint_all([project], TODAY, {project.environment.name: problems})
        found += [f"{check.id}/ok.yaml: {each.check}: {each.message}" for each in every]
    assert found == []


@each_check
def test_the_bad_file_is_reported_as_its_golden_file_says(check: Check, update: bool) -> None:
    project, problems = linted(check, "bad.yaml", data(check, "bad.yaml"))
    shown = human(problems, project.files).plain
    golden = HERE / check.id / "bad.out"
    if update:
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
    assert {problem.check for problem in problems} == {check.id}


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.from_absence], ids=lambda check: check.id
)
def test_what_is_missing_is_not_reported_where_a_file_has_errors(check: Check) -> None:
    text = data(check, "bad.yaml") + "nonsense: true\n"
    _, problems = linted(check, "bad.yaml", text)
    assert "unknown-key" in {problem.check for problem in problems}
    assert check.id not in {problem.check for problem in problems}


@each_check
def test_the_examples_of_the_page_are_true(check: Check) -> None:
    read = check.page
    _, in_bad = linted(check, "example.yaml", read.bad)
    _, in_good = linted(check, "example.yaml", read.good)
    assert check.id in {problem.check for problem in in_bad}
    assert all(problem.severity is Severity.INFO for problem in in_good)
    assert check.id not in {problem.check for problem in in_good}


@each_check
def test_messages_are_written_in_the_house_style(check: Check) -> None:
    _, problems = linted(check, "bad.yaml", data(check, "bad.yaml"))
    for problem in problems:
        for text in (problem.message, problem.help or "x"):
            assert not text.endswith("."), text
            assert text[0].islower() or text[0] in "`0123456789", text
            assert text.count("`") % 2 == 0, text
