"""The reference gateway and the examples: what their own cases show of their rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.cases.counting import coverage_of
from mmctl.cases.mutants.trial import mutate
from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.parsing.load import read_project

if TYPE_CHECKING:
    from mmctl.cases.mutants.mutant import Mutant

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LEAST = 90
"""Mutants that must be noticed, of 100; docs/developers/survivors.md argues the others."""
PAGE = ROOT / "docs" / "developers" / "survivors.md"


def argued(folder: str, environment: str) -> tuple[str, set[tuple[str, str, str]]]:
    """What the page says: how many are noticed, and rule, mistake and text of each survivor."""
    title = "The reference gateway" if folder == "." else f"{folder}, {environment}"
    sections = dict(
        part.split("\n", 1) for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    )
    section = sections.get(title, "")
    rows = [re.split(r" ?\| ?", line)[1:5] for line in section.splitlines() if "|" in line][2:]
    assert all(why for *_, why in rows)
    counts = re.search(r"Cases notice (\d+ of \d+) mistakes", section)
    return counts[1] if counts else "", {(rule, change, text) for rule, change, text, _ in rows}


def written(mutant: Mutant) -> str:
    """What would be there, as the page writes it."""
    if not mutant.after:
        return f"no `{mutant.before}`"
    return mutant.after if mutant.after.startswith("no `") else f"`{mutant.after}`"


@pytest.mark.parametrize(
    ("folder", "environment", "budget"),
    [
        (".", "local", 20),
        pytest.param(".", "local", 300, marks=pytest.mark.deep),
        pytest.param(".", "staging", 60, marks=pytest.mark.deep),
        pytest.param(".", "prod", 60, marks=pytest.mark.deep),
        ("examples/enterprise-gateway", "local", None),
        ("examples/compliance-audit", "local", None),
        ("examples/multi-environment", "dev", None),
        ("examples/multi-environment", "test", None),
        ("examples/multi-environment", "prod", None),
    ],
)
def test_every_rule_is_covered_and_nine_of_ten_mistakes_are_noticed(
    folder: str, environment: str, budget: int | None
) -> None:
    root = ROOT / folder
    project, _ = read_project(root, environment=environment)
    cases, problems = cases_of(project)
    results = run_cases(project, cases, lambda path: (root / path).read_bytes())
    assert not problems
    assert [result.case.name for result in results if not result.passed] == []
    assert coverage_of(project, results).percent == 100
    # A sample is enough where only variables differ, and where all mutants take minutes.
    mutation = mutate(
        project, results, lambda path: (root / path).read_bytes(), budget=budget, workers=1
    )
    assert mutation.score >= LEAST
    survivors = {
        (survivor.mutant.name, survivor.mutant.change, written(survivor.mutant))
        for survivor in mutation.survivors
    }
    if folder == ".":
        rules = project.rule_sets["inbound"].rules
        security = {f"inbound/{rule.name}" for rule in rules if rule.owner == "security"}
        assert {each for each in survivors if each[0] in security} <= argued(folder, "local")[1]
    if budget is None:
        counts, reasons = argued(folder, environment)
        assert survivors == reasons
        assert [each.undecided for each in mutation.survivors if each.undecided] == []
        noticed = f"{mutation.killed} of {mutation.total}"
        assert counts == (noticed if survivors else "")
