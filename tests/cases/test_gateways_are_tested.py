"""The reference gateway and the examples: what their own cases show of their rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmctl.cases.counting import coverage_of
from mmctl.cases.mutation import mutate
from mmctl.cases.reading import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.read import read_project

ROOT = Path(__file__).parents[2]
LEAST = 90
"""Mutants that must be noticed, of 100; the survivors are argued in docs/testing.md."""


@pytest.mark.parametrize(
    ("folder", "environment", "budget"),
    [
        (".", "local", None),
        (".", "staging", 60),
        (".", "prod", 60),
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
    # Where only variables differ a sample is enough: all mutants of the big one take seconds.
    mutation = mutate(
        project, results, lambda path: (root / path).read_bytes(), budget=budget, workers=1
    )
    assert mutation.score >= LEAST
