"""Mail from the internet is delivered, and no rule looks at a verdict.

What it does:
    Looks at open ingress points on the internet whose rules relay, send or deliver to a mailbox.
    In the traffic policy, or in the rules down to the last one that delivers, a condition should
    use SPF, DKIM, DMARC or an add-on.

Why it is bad:
    Mail Manager computes the verdicts and leaves their use to the rules. Spam and forgeries are
    delivered. Where the next server filters them, add an ignore comment.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark-unauthenticated
            conditions: [{spf: {not_equals: PASS}}, {dkim: {not_equals: PASS}}]
            actions: [{add_header: {name: X-Sender, value: unauthenticated}}]
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      edge:
        default: deny
        statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]
    ingress_points:
      entrance: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import delivers
from mmctl.analysis.project_conditions import is_public, policy_conditions, rule_conditions
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.actions import Does
from mmctl.model.conditions import operand_of
from mmctl.model.enums import IngressPointType
from mmctl.model.facts import VerdictFact
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalIngressPoint, LogicalRule, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the first delivery of each rule set that is open to strangers and tests no verdict."""
    project = subject.project
    for point in project.ingress_points.values():
        rule_set = project.rule_sets.get(point.ingress_point.rule_set_id)
        open_to_all = point.ingress_point.type is IngressPointType.OPEN and is_public(point)
        if rule_set is None or not open_to_all:
            continue
        live = rule_set.live_rules(project.environment.name)
        delivering = [i for i, rule in enumerate(live) if delivers(rule)]
        if not delivering:
            continue
        delivery, asked = live[delivering[0]], _asked(project, point, live[: delivering[-1] + 1])
        if not any(map(_screens, asked)):
            index = delivery.does.index(Does.DELIVERS)
            yield finding(
                delivery,
                ("Actions", index),
                f"mail from `{point.name}` is delivered, and no rule looks at a verdict",
                help="use `spf`, `dkim`, `dmarc_policy` or an `add_on` in a rule above",
            )


def _asked(
    project: Project, point: LogicalIngressPoint, live: tuple[LogicalRule, ...]
) -> Iterator[PlacedCondition]:
    for rule in live:
        yield from rule_conditions(rule)
    policy = project.traffic_policies.get(point.ingress_point.traffic_policy_id)
    if policy is not None:
        yield from policy_conditions(policy)


def _screens(placed: PlacedCondition) -> bool:
    return isinstance(operand_of(placed.condition).fact.name, VerdictFact)


CHECK = Check(
    id="unscreened-delivery", severity=Severity.INFO, text=__doc__, run=run, from_absence=True
)
