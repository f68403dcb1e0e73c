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


def test_conditions_count_for_true_and_for_false(ran: Any) -> None:
    result = ran(ONE_APPLIES + HELD_BACK)
    block = coverage_of(result.project, result.results).rules[1]
    assert [(one.words, one.unless, one.true, one.false) for one in block.conditions] == [
        ('from: {ends_with: "@example.net"}', False, 1, 1),
        ("recipient: {equals: abuse@example.com}", True, 1, 1),
    ]


VALUES = """
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{subject: {contains: [gift, lottery, prize]}}]
        actions: [drop]
"""


def test_each_of_several_values_counts(ran: Any) -> None:
    case = """
- name: lottery
  message: {from: ann@example.org, subject: A gift from the lottery}
  expect: {bob@example.com: dropped}
"""
    result = ran(case, rules=VALUES)
    coverage = coverage_of(result.project, result.results)
    (condition,) = coverage.rules[0].conditions
    assert [(one.value, one.met) for one in condition.values] == [
        ("gift", 1),
        ("lottery", 1),
        ("prize", 0),
    ]
    assert [(gap.name, gap.what, str(gap.position)) for gap in coverage.gaps] == [
        (
            "inbound/block",
            "never false: subject: {contains: [gift, lottery, prize]}",
            "rules.yaml:7:23",
        ),
        ("inbound/block", "never met: `prize`", "rules.yaml:7:59"),
    ]
    percents = {measure.name: measure.percent for measure in coverage.measures}
    assert percents["values met"] == 66


def test_statements_of_the_policy_count(ran: Any) -> None:
    result = ran(ONE_APPLIES)
    (statement,) = coverage_of(result.project, result.results).statements
    assert (statement.name, statement.matched, statement.not_matched) == ("edge/ours", 1, 0)


def test_a_rule_that_never_applies_hides_the_gaps_inside_it(ran: Any) -> None:
    result = ran(ONE_APPLIES)
    gaps = coverage_of(result.project, result.results).gaps
    assert [gap.what for gap in gaps if gap.name == "inbound/block"] == ["never applied"]


def test_what_failed_to_run_is_not_done(ran: Any) -> None:
    case = """
- name: archive is down
  message: {from: ann@example.org}
  failing: ["archive:vault"]
  expect: {bob@example.com: dropped}
"""
    result = ran(case)
    keep = coverage_of(result.project, result.results).rules[0]
    assert [(action.kind, action.done) for action in keep.actions] == [("archive", 0)]
