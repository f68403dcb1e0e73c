"""A rule for mail larger than any that is accepted.

What it does:
    Compares `message_size` in rules with the 40 MB limit of the service, and with the
    `max_message_size` of the traffic policies whose mail passes the rules. It is a warning from the
    limit to 5 % above it, because servers add to a message on its way.

Why it is bad:
    Larger mail is refused before the rules. The rule never applies, or always does.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: hold-large
            conditions: [{message_size: {greater_than: 50MB}}]
            actions: [{archive: {to: all-mail}}, stop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: hold-large
            conditions: [{message_size: {greater_than: 20MB}}]
            actions: [{archive: {to: all-mail}}, stop]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.own_domains import points_of
from mmctl.analysis.project_conditions import Role, rule_conditions, rules
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.model.quotas import MESSAGE_BYTES
from mmctl.model.rules import RuleNumberExpression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRuleSet, Project

_MORE: Final = frozenset({"GREATER_THAN", "GREATER_THAN_OR_EQUAL", "EQUALS"})
_GROWTH: Final = 1.05
"""What servers add on the way; it also covers both meanings of 40 MB."""


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the sizes that no message has."""
    most = {name: _most(subject.project, each) for name, each in subject.project.rule_sets.items()}
    for rule_set, rule in rules(subject.project):
        limit, why = most[rule_set.name]
        for placed in rule_conditions(rule):
            number = placed.condition.value
            if not isinstance(number, RuleNumberExpression):
                continue
            if number.value < limit:
                continue
            out_of_reach = number.value > limit * _GROWTH
            all_smaller = number.operator not in _MORE
            mild = all_smaller is (placed.role is Role.CONDITION) or not out_of_reach
            yield finding(
                rule,
                placed.path,
                f"no message of {number.value:,.0f} bytes is accepted: {why}"
                if out_of_reach
                else f"hardly any message has more than {number.value:,.0f} bytes: {why}",
                help="write a smaller size, or remove the condition",
                severity=Severity.WARNING if mild else None,
            )


def _most(project: Project, rule_set: LogicalRuleSet) -> tuple[int, str]:
    """The size in bytes above which no message gets to the rules, and why."""
    policies = [
        project.traffic_policies.get(point.ingress_point.traffic_policy_id)
        for point in points_of(project, rule_set)
    ]
    service = (MESSAGE_BYTES.most, "the service takes 40 MB")
    known = [
        (policy.policy.max_message_size_bytes, policy.name)
        for policy in policies
        if policy is not None and policy.policy.max_message_size_bytes is not None
    ]
    if not known or len(known) < len(policies):
        return service
    limit, name = max(known)
    return min(service, (limit, f"`{name}` takes at most {limit:,}"))


CHECK = Check(
    id="size-out-of-reach",
    severity=Severity.ERROR,
    text=__doc__,
    run=run,
    from_absence=True,
)
