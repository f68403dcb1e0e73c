"""Gaps of coverage: what no message can reach, and messages that reach the others."""

from __future__ import annotations

from typing import Any, Final

from mmctl.cases.counting import coverage_of
from mmctl.cases.reaching import reaches_of
from mmctl.records import replace

RULES: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
traffic_policies:
  edge:
    default: deny
    statements:
      - name: ours
        allow: [{recipient: {ends_with: ["@example.com", "@example.org"]}}]
      - name: never
        allow: [{recipient: {equals: a@example.net}}, {recipient: {equals: b@example.net}}]
rule_sets:
  inbound:
    rules:
      - name: confirmed
        conditions: [{spf: {equals: PASS}}]
        actions: [{relay: {to: exchange}}, stop]
      - name: others
        conditions:
          - recipient: {ends_with: ["@example.com", "@example.net"]}
          - spf: {not_equals: PASS}
        unless: [{spf: {equals: PASS}}]
        actions: [drop]
      - name: subject
        conditions: [{subject: {contains: [x, y]}}]
        unless: [{from: {contains: a}}]
        actions: [drop]
      - {name: dead, conditions: [{spf: {equals: PASS}}], actions: [drop]}
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
"""
CASE: Final = """
- name: one
  message: {from: b@b.example, subject: x}
  verdicts: {spf: FAIL}
  envelope: {mail_from: a@b.example, recipients: [a@example.com, b@example.org]}
  session: {source_ip: 192.0.2.1}
  expect: {a@example.com: dropped}
"""
NEVER: Final = {
    ("dead", "never applied"),
    ("never", "never matched"),
    ("others", "never held back"),
    ("others", "never met: `@example.net`"),
    ("others", "never false: spf: {not_equals: PASS}"),
    ("others", "never true: spf: {equals: PASS}"),
}


def test_gaps_that_no_message_can_reach_are_named_and_the_others_have_a_message(ran: Any) -> None:
    result = ran(CASE, rules=RULES)
    gaps = coverage_of(result.project, result.results).gaps
    reaches = reaches_of(result.project, gaps)
    never = {
        (gap.of, gap.what)
        for gap, reach in zip(gaps, reaches, strict=True)
        if reach.possible is False
    }
    assert never == NEVER
    others = [reach for reach in reaches if reach.possible is not False]
    assert len(others) == len(gaps) - len(NEVER) > 0
    assert all(reach.possible and reach.message for reach in others)


def test_what_cases_cover_is_never_said_to_be_out_of_reach(ran: Any) -> None:
    """Each gap without any case is asked about; those that this case closes must be reachable."""
    result = ran(CASE, rules=RULES)
    covered = {(gap.of, gap.what) for gap in coverage_of(result.project, result.results).gaps}
    gaps = coverage_of(result.project, ()).gaps
    closed = 0
    for gap, reach in zip(gaps, reaches_of(result.project, gaps), strict=True):
        if (gap.of, gap.what) not in covered and (gap.of, "only held back") not in covered:
            closed += 1
            assert reach.possible is True, gap
    assert closed


def test_without_effort_nothing_is_said(ran: Any) -> None:
    result = ran(CASE, rules=RULES)
    lint = replace(result.project.settings.lint, proof_effort=0)
    project = replace(result.project, settings=replace(result.project.settings, lint=lint))
    gaps = coverage_of(project, result.results).gaps
    assert {reach.possible for reach in reaches_of(project, gaps)} == {None}
