"""Coverage: which rules the cases show at work."""

from __future__ import annotations

from typing import Any

from mmctl.cases.counting import coverage_of

ONE_APPLIES = """
- name: delivered
  message: {from: ann@example.org}
  expect: {bob@example.com: delivered}
"""
HELD_BACK = """
- name: abuse desk
  message: {from: eve@example.net}
  expect: {abuse@example.com: delivered}
"""


def test_a_rule_counts_for_what_it_did_for_each_recipient(ran: Any) -> None:
    result = ran(ONE_APPLIES + HELD_BACK)
    coverage = coverage_of(result.project, result.results)
    counts = {
        rule.rule: (rule.applied, rule.not_applied, rule.held_back) for rule in coverage.rules
    }
    assert counts == {"keep": (2, 0, 0), "block": (0, 1, 1), "deliver": (2, 0, 0)}


def test_the_percentage_is_never_rounded_up(ran: Any) -> None:
    result = ran(ONE_APPLIES)
    coverage = coverage_of(result.project, result.results)
    assert [rule.rule for rule in coverage.uncovered] == ["block"]
    assert coverage.percent == 66


def test_rules_of_other_environments_do_not_count(ran: Any) -> None:
    result = ran(ONE_APPLIES, environment="prod")
    coverage = coverage_of(result.project, result.results)
    assert [rule.rule for rule in coverage.rules] == ["keep", "block", "only-prod", "deliver"]


def test_without_cases_nothing_is_covered(ran: Any) -> None:
    result = ran(ONE_APPLIES)
    coverage = coverage_of(result.project, ())
    assert coverage.percent == 0
    assert len(coverage.uncovered) == 3
