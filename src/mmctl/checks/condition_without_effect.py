"""A condition that holds for every message.

What it does:
    Finds networks that hold all of IPv4 (`0.0.0.0/0` or its parts, where no ingress point takes
    IPv6), lists of all four verdicts, and sizes that every message has, or that none has. A
    statement that allows `0.0.0.0/0` without another condition is not reported: it is for everybody
    on purpose.

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
from mmctl.analysis.implication import opposite
from mmctl.analysis.networks import IPV4, hold_all, network_test
from mmctl.analysis.project_conditions import Role, conditions, ingress_points_of, is_dual_stack
from mmctl.analysis.verdicts import accepted
from mmctl.checks.check import Check, Finding, Subject, finding
from mmctl.language.project import LogicalRule
from mmctl.model.comparisons import NEGATED
from mmctl.model.enums import RuleNumberOperator, RuleVerdict
from mmctl.model.policies import IngressIpv4Expression
from mmctl.model.quotas import GENEROUS, MESSAGE_BYTES
from mmctl.model.rules import RuleIpExpression, RuleNumberExpression, RuleVerdictExpression
from mmctl.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.analysis.project_conditions import PlacedCondition
    from mmctl.language.project import LogicalTrafficPolicy, Project
    from mmctl.model.conditions import Condition


def run(subject: Subject) -> Iterator[Finding]:
    """Yield the conditions that every message meets."""
    for placed in conditions(subject.project):
        always = _always(placed.condition)
        what = always or _never(placed.condition)
        if what is None or not _counts(placed, subject.project):
            continue
        fails = (always is None) is not (placed.role is Role.UNLESS)
        grave = fails or (always is not None and _ends_all(placed))
        yield finding(
            placed.owner,
            placed.path,
            f"{what}, so {_so(placed, fails=fails, grave=grave)}",
            help="narrow or remove it",
            severity=Severity.ERROR if grave else None,
        )


def _so(placed: PlacedCondition, *, fails: bool, grave: bool) -> str:
    if fails:
        part = "rule" if isinstance(placed.owner, LogicalRule) else "statement"
        return f"the {part} never applies"
    return "the rule applies to all mail" if grave else "this condition has no effect"


def _ends_all(placed: PlacedCondition) -> bool:
    """Whether a rule ends all mail by this condition."""
    owner = placed.owner
    if placed.role is Role.UNLESS or not isinstance(owner, LogicalRule):
        return False
    alone = len(owner.conditions) == 1 and not owner.unless
    return alone and (drops(owner) or bounces(owner))


def _counts(placed: PlacedCondition, project: Project) -> bool:
    """Whether all clients are in networks of IPv4, and this is not the way to say `all`."""
    if network_test(placed) is None:
        return True
    meant = placed.role is Role.ALLOW and _is_alone(placed)
    return not (meant or _takes_ipv6(placed.owner, project))


def _always(condition: Condition) -> str | None:
    """Why every message meets a condition; None: not every one does."""
    expression = condition.value
    if isinstance(expression, (RuleIpExpression, IngressIpv4Expression)):
        if expression.operator not in NEGATED and hold_all(expression.values, IPV4):
            whole = "0.0.0.0/0" in expression.values
            return f"every client is in {'`0.0.0.0/0`' if whole else 'one of these networks'}"
        return None
    if isinstance(expression, RuleVerdictExpression) and accepted(expression) == set(RuleVerdict):
        return "every verdict is in the list"
    if isinstance(expression, RuleNumberExpression) and _every_size(expression):
        return "every message is of that size"
    return None


def _never(condition: Condition) -> str | None:
    """Why no message meets a condition; that no verdict does is for `contradicting-conditions`."""
    if not isinstance(
        condition.value, (RuleIpExpression, IngressIpv4Expression, RuleNumberExpression)
    ):
        return None
    contrary = opposite(condition)
    always = None if contrary is None else _always(contrary)
    return always if always is None or not _is_size(condition) else "no message is of that size"


def _is_size(condition: Condition) -> bool:
    return isinstance(condition.value, RuleNumberExpression)


def _is_alone(placed: PlacedCondition) -> bool:
    """Whether a statement has no other condition."""
    if isinstance(placed.owner, LogicalRule):
        return False
    statement = placed.owner.policy.policy_statements[int(placed.path[1])]
    return len(statement.conditions) == 1


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
