"""Ordinary mail that an ingress point admits, and that the rules then deliver to nobody.

What it does:
    Makes up a plain message without any fault, for recipients that the traffic policy names (or,
    where it admits anybody, for one elsewhere) and for those that delivering rules except, and
    judges it. It must reach what the rule set says (`must_reach`; by default `delivered` where the
    set delivers at all, else `stored`), unless a rule drops or bounces it or is `final: true`.
    Mail of other kinds is looked at by `mmctl prove`.

Why it is bad:
    The sender was told that the mail was accepted, so nobody sends it again and nobody learns of
    it. Stored where it should have been delivered is an outage too, and an error where
    `must_reach` is written.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route-sales
            conditions: [{recipient: {ends_with: "@sales.example.com"}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: route
            conditions: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: ["@sales.example.com", "@example.com"]}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.checks.effects import delivers, has_outcome
from mmctl.checks.ordinary import addressed, ordinary
from mmctl.judge.judging import judge
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.language.project import Outcome
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.trace import RecipientTrace
    from mmctl.language.project import LogicalIngressPoint, LogicalRuleSet, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the rule sets that lose ordinary mail, with an example of it."""
    project = subject.project
    for point in project.ingress_points.values():
        rule_set = project.rule_sets.get(point.ingress_point.rule_set_id)
        if (
            rule_set is None
            or point.ingress_point.traffic_policy_id not in project.traffic_policies
        ):
            continue
        lost = next(_lost(project, point, rule_set), None)
        if lost is not None:
            yield _finding(project, point, rule_set, lost)


def _lost(
    project: Project, point: LogicalIngressPoint, rule_set: LogicalRuleSet
) -> Iterator[RecipientTrace]:
    gateway = gateway_of_ingress_point(project, point.name)
    if not any(map(has_outcome, gateway.rules)):
        return  # `rule-set-without-outcome` says it
    final = {rule.name for rule in gateway.rules if rule.final}
    enough = _enough(project, rule_set)
    for address, recipients in addressed(gateway):
        submission = ordinary(recipients, source_ip=address)
        for trace in judge(gateway, submission, assume_pass=True).recipients:
            below = trace.outcome is Outcome.LOST or (
                trace.outcome is Outcome.STORED and enough is Outcome.DELIVERED
            )
            if below and final.isdisjoint(trace.applied):
                yield trace


def _enough(project: Project, rule_set: LogicalRuleSet) -> Outcome:
    if rule_set.must_reach is not None:
        return rule_set.must_reach
    live = rule_set.live_rules(project.environment.name)
    return Outcome.DELIVERED if any(map(delivers, live)) else Outcome.STORED


def _finding(
    project: Project,
    point: LogicalIngressPoint,
    rule_set: LogicalRuleSet,
    lost: RecipientTrace,
) -> Finding:
    stored = lost.outcome is Outcome.STORED
    ends = "is stored and delivered to nobody" if stored else "is accepted and lost"
    meant = "; if it is meant, write `must_reach: stored`" if stored else ""
    mild = stored and rule_set.must_reach is None
    return finding(
        rule_set,
        (),
        f"ordinary mail for `{lost.recipient}`, which `{point.name}` admits, {ends}",
        help=f"add a rule for it, or admit less in"
        f" `{project.traffic_policies[point.ingress_point.traffic_policy_id].name}`{meant}",
        severity=Severity.WARNING if mild else None,
    )


CHECK = Check(id="lost-mail", severity=Severity.ERROR, text=__doc__, run=run)
