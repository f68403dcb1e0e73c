"""A condition that holds for every message.

What it does:
    Finds networks that hold all of IPv4 (`0.0.0.0/0`, where no ingress point takes IPv6), lists of
    all four verdicts, and sizes that every message has. A statement that allows `0.0.0.0/0` without
    another condition is not reported: it is for everybody on purpose.

Why it is bad:
    The rule or statement seems to be for some mail, but is for all of it. Under `unless`, the rule
    never applies. It is an error there, and where the rule drops or bounces all mail.

Bad:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            conditions: [{spf: {equals: [PASS, FAIL, GRAY, PROCESSING_FAILED]}}]
            actions: [{add_header: {name: X-Seen, value: "yes"}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}

Good:
    version: 1
    rule_sets:
      inbound:
        rules:
          - name: mark
            actions: [{add_header: {name: X-Seen, value: "yes"}}]
          - name: keep
            actions: [{archive: {to: all-mail}}]
    archives:
      all-mail: {retention: ONE_YEAR}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.effects import bounces, drops
from mmctl.analysis.networks import IPV4, network_test
from mmctl.analysis.project_conditions import Role, conditions, ingress_points_of, is_dual_stack
from mmctl.analysis.verdicts import accepted
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import LogicalRule
from mmctl.model.enums import RuleNumberOperator, RuleVerdict
from mmctl.model.quotas import GENEROUS, MESSAGE_BYTES
from mmctl.model.rules import RuleNumberExpression, RuleVerdictExpression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalTrafficPolicy, Project


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions that every message meets."""
    for placed in conditions(subject.project):
        what = _always(placed, subject.project)
        if what is not None:
            yield finding(
                placed.owner,
                placed.path,
                f"{what}, so {_so(placed)}",
                help="narrow or remove it",
                severity=Severity.ERROR if _is_grave(placed) else None,
            )


def _so(placed: PlacedCondition) -> str:
    if placed.role is Role.UNLESS:
        return "the rule never applies"
    if _is_grave(placed):
        return "the rule applies to all mail"
    return "this condition has no effect"


def _is_grave(placed: PlacedCondition) -> bool:
    """Whether the rule never applies, or ends all mail."""
    if placed.role is Role.UNLESS or not isinstance(placed.owner, LogicalRule):
        return placed.role is Role.UNLESS
    alone = len(placed.owner.conditions) == 1 and not placed.owner.unless
    return alone and (drops(placed.owner) or bounces(placed.owner))


def _always(placed: PlacedCondition, project: Project) -> str | None:
    network = network_test(placed)
    if network is not None:
        all_of_it = "0.0.0.0/0" in network.values and network.version == IPV4
        meant = placed.role is Role.ALLOW and _is_alone(placed)
        if all_of_it and not (network.negated or meant or _takes_ipv6(placed.owner, project)):
            return "every client is in `0.0.0.0/0`"
        return None
    return _of_facts(placed)


def _is_alone(placed: PlacedCondition) -> bool:
    """Whether a statement has no other condition."""
    if isinstance(placed.owner, LogicalRule):
        return False
    statement = placed.owner.policy.policy_statements[int(placed.path[1])]
    return len(statement.conditions) == 1


def _of_facts(placed: PlacedCondition) -> str | None:
    expression = placed.condition.value
    if isinstance(expression, RuleVerdictExpression) and accepted(expression) == set(RuleVerdict):
        return "every verdict is in the list"
    if isinstance(expression, RuleNumberExpression) and _every_size(expression):
        return "every message is of that size"
    return None


def _every_size(expression: RuleNumberExpression) -> bool:
    operator, value = expression.operator, expression.value
    match operator:
        case RuleNumberOperator.GREATER_THAN_OR_EQUAL:
            return value <= 1
        case RuleNumberOperator.GREATER_THAN:
            return value <= 0
        case (
            RuleNumberOperator.LESS_THAN
            | RuleNumberOperator.LESS_THAN_OR_EQUAL
            | RuleNumberOperator.NOT_EQUALS
        ):
            return value > MESSAGE_BYTES.most * GENEROUS
        case RuleNumberOperator.EQUALS:
            return False
        case _:
            assert_never(operator)


def _takes_ipv6(owner: LogicalRule | LogicalTrafficPolicy, project: Project) -> bool:
    """Whether IPv6 clients may connect; rules see no address of such a client."""
    if isinstance(owner, LogicalRule):
        points = tuple(project.ingress_points.values())
    else:
        points = ingress_points_of(project, owner)
    return not points or any(map(is_dual_stack, points))


CHECK = Check(
    id="condition-without-effect",
    severity=Severity.WARNING,
    text=__doc__,
    run=run,
    from_absence=True,
)
