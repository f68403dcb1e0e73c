"""The way for released mail is open to others, or would hold it again.

What it does:
    Looks at ingress points whose name begins with `release`, and at their rule sets. Such an
    ingress point must be of type `auth`; no `open` one may lead to the same rule set; and none of
    its rules may look at a verdict or at an add-on's answer.

Why it is bad:
    The rules for released mail deliver everything, because a person has looked at it: whoever else
    reaches them gets past all other rules. A rule that looks at a verdict would hold the mail a
    second time: it now comes from `mmctl archive release`, so that SPF fails.

Bad:
    version: 1
    rule_sets:
      release:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      release: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]}
    ingress_points:
      release: {type: open, traffic_policy: release, rule_set: release, tls_policy: required}

Good:
    version: 1
    rule_sets:
      release:
        rules:
          - name: deliver
            actions: [{relay: {to: exchange}}]
    relays:
      exchange: {server: mail.example.com, port: 25, authentication: none}
    traffic_policies:
      release: {default: deny, statements: [{allow: [{recipient: {ends_with: "@example.com"}}]}]}
    ingress_points:
      release:
        type: auth
        auth: {smtp_password_env: MMCTL_SMTP_RELEASE}
        traffic_policy: release
        rule_set: release
        tls_policy: required
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import rule_conditions
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.conditions import operand_of
from mmctl.model.enums import IngressPointType
from mmctl.model.facts import VerdictFact
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalIngressPoint, Project

RELEASE: Final = "release"
"""How the name of an ingress point for released mail begins."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield whatever lets others reach the rules for released mail, and what would hold it."""
    project = subject.project
    releasing = [
        point for name, point in project.ingress_points.items() if name.startswith(RELEASE)
    ]
    for point in releasing:
        if point.ingress_point.type is not IngressPointType.AUTH:
            kind = point.ingress_point.type.lower()
            yield finding(
                point,
                ("type",),
                f"`{point.name}` is for released mail and of type `{kind}`, expected `auth`",
                help="write `type: auth`, with a password that only `mmctl archive release` has",
            )
    for rule_set in dict.fromkeys(point.ingress_point.rule_set_id for point in releasing):
        yield from _others(project, releasing, rule_set)
        yield from _holding(project, rule_set)


def _others(
    project: Project, releasing: list[LogicalIngressPoint], rule_set: str
) -> Iterator[Finding]:
    for point in project.ingress_points.values():
        is_open = point.ingress_point.type is IngressPointType.OPEN
        if point.ingress_point.rule_set_id == rule_set and is_open and point not in releasing:
            yield finding(
                point,
                ("rule_set",),
                f"`{point.name}` is open to all, and leads to the rules for released mail",
                help="give it a rule set of its own",
            )


def _holding(project: Project, rule_set: str) -> Iterator[Finding]:
    found = project.rule_sets.get(rule_set)
    for rule in () if found is None else found.live_rules(project.environment.name):
        placed = next(filter(_is_verdict, rule_conditions(rule)), None)
        if placed is not None:
            yield finding(
                rule,
                placed.path,
                f"rule `{rule.name}` looks at a verdict of mail that is released",
                help="deliver it whatever the verdict: a person has looked at it",
            )


def _is_verdict(placed: PlacedCondition) -> bool:
    return isinstance(operand_of(placed.condition).fact.name, VerdictFact)


CHECK = Check(id="open-release", severity=Severity.WARNING, text=__doc__, run=run)
