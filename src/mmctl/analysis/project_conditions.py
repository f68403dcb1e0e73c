"""The conditions of a project, each with its place and what it compares.

Only rules that are live in the project's environment. No check may live here.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.language.references import is_raw
from mmctl.model.conditions import beside_of, header_of, operand_of
from mmctl.model.enums import AcceptAction, IpType
from mmctl.model.operands import OPERANDS, NamedBy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.language.project import (
        LogicalIngressPoint,
        LogicalRule,
        LogicalRuleSet,
        LogicalTrafficPolicy,
        Project,
    )
    from mmctl.model.operands import Operand
    from mmctl.model.policies import PolicyCondition, PolicyStatement
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path, Position

ADDRESSES: Final = frozenset(each for each in OPERANDS if each.is_address)
"""Operands that hold addresses."""
ENVELOPE: Final = frozenset(each for each in ADDRESSES if each.in_envelope)
"""Operands that hold exactly one address, from the envelope."""
SERVER_NAMES: Final = frozenset(each for each in OPERANDS if each.is_server_name)
"""Operands that hold the name of a server."""


class Role(StrEnum):
    """The place of a condition."""

    CONDITION = "condition"
    UNLESS = "unless"
    ALLOW = "allow"
    DENY = "deny"


# Many checks take these apart for all conditions: nothing is made as quickly as a tuple.
class PlacedCondition(NamedTuple):
    """One condition of a rule or a policy statement."""

    owner: LogicalRule | LogicalTrafficPolicy
    role: Role
    path: Path
    condition: RuleCondition | PolicyCondition


class TextTest(NamedTuple):
    """One string condition: what is compared, how, and with which values."""

    owner: LogicalRule | LogicalTrafficPolicy
    role: Role
    path: Path
    """The path of its expression."""
    operand: Operand
    """What is compared."""
    header: str | None
    """The `X-` header that is compared."""
    subject: str
    """`recipient`, `header X-Foo`, `add_on category`, as people write it."""
    operator: str
    """`equals`, `not_equals`, `starts_with`, `ends_with` or `contains`."""
    values: tuple[str, ...]

    at_once: str
    """All values after each other, with a NUL before and after each of them.

    Checks search this for the signs of a fault, which nearly no value has, before they look at
    one value after the other.
    """

    @property
    def about_addresses(self) -> bool:
        """Whether addresses are compared."""
        return self.operand.is_address

    @property
    def about_server_names(self) -> bool:
        """Whether names of servers are compared."""
        return self.operand.is_server_name

    def path_of(self, index: int) -> Path:
        """The path of one value."""
        return (*self.path, "Values", index)

    def place(self, index: int) -> Position:
        """The place of one value."""
        return self.owner.positions.at(self.path_of(index))


def rules(project: Project) -> Iterator[tuple[LogicalRuleSet, LogicalRule]]:
    """The rules that are live in the project's environment, in order."""
    for rule_set in project.rule_sets.values():
        for rule in rule_set.live_rules(project.environment.name):
            yield rule_set, rule


def is_whole(rule_set: LogicalRuleSet) -> bool:
    """Whether a rule set is written as a whole.

    The rules of a file that is linted by itself are part of an unknown rule set;
    their place is the section `rules`, the only one that begins in the first column.
    """
    return rule_set.position.column > 1


def statements(
    project: Project,
) -> Iterator[tuple[LogicalTrafficPolicy, Path, PolicyStatement]]:
    """The statements of all traffic policies, each with its path in the policy."""
    for policy in project.traffic_policies.values():
        for index, statement in enumerate(policy.policy.policy_statements):
            yield policy, ("PolicyStatements", index), statement


def conditions(project: Project) -> tuple[PlacedCondition, ...]:
    """Every condition of every rule and policy statement."""
    return _placed_of(Same(project))


def text_tests(project: Project) -> tuple[TextTest, ...]:
    """Every string condition of every rule and policy statement."""
    return _texts_of(Same(project))


class Same:
    """A project as a key, equal only to itself and cheap to compare."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.project is self.project

    def __hash__(self) -> int:
        return id(self.project)


class _SameRule:
    """The same for a rule."""

    __slots__ = ("rule",)

    def __init__(self, rule: LogicalRule) -> None:
        self.rule = rule

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameRule) and other.rule is self.rule

    def __hash__(self) -> int:
        return id(self.rule)


@lru_cache(maxsize=2)
def _placed_of(same: Same) -> tuple[PlacedCondition, ...]:
    # Most checks need these, one after the other for the same project.
    project = same.project
    placed = [each for _, rule in rules(project) for each in rule_conditions(rule)]
    for policy in project.traffic_policies.values():
        placed += policy_conditions(policy)
    return tuple(placed)


@lru_cache(maxsize=2)
def _texts_of(same: Same) -> tuple[TextTest, ...]:
    tests = map(text_test, conditions(same.project))
    return tuple(test for test in tests if test is not None)


def policy_conditions(policy: LogicalTrafficPolicy) -> Iterator[PlacedCondition]:
    """The conditions of all statements of one traffic policy."""
    for number, statement in enumerate(policy.policy.policy_statements):
        role = Role.ALLOW if statement.action is AcceptAction.ALLOW else Role.DENY
        for index, condition in enumerate(statement.conditions):
            path = ("PolicyStatements", number, "Conditions", index)
            yield PlacedCondition(policy, role, path, condition)


def statement_conditions(project: Project) -> Iterator[list[PlacedCondition]]:
    """The conditions of each policy statement."""
    for policy in project.traffic_policies.values():
        by_statement: dict[Path, list[PlacedCondition]] = {}
        for each in policy_conditions(policy):
            by_statement.setdefault(each.path[:2], []).append(each)
        yield from by_statement.values()


def rule_conditions(rule: LogicalRule) -> tuple[PlacedCondition, ...]:
    """The conditions of one rule, then its exceptions."""
    return _conditions_of(_SameRule(rule))


@lru_cache(maxsize=4096)
def _conditions_of(same: _SameRule) -> tuple[PlacedCondition, ...]:
    # A dozen checks ask for these, one after the other.
    rule = same.rule
    return tuple(
        [
            PlacedCondition(rule, role, (member, index), condition)
            for role, member, listed in (
                (Role.CONDITION, "Conditions", rule.conditions),
                (Role.UNLESS, "Unless", rule.unless),
            )
            for index, condition in enumerate(listed)
        ]
    )


def compared_as_addresses(project: Project) -> frozenset[Operand]:
    """The operands whose conditions compare only addresses, under the project's readings."""
    whole = project.settings.readings.address_fields == "whole_header"
    return ENVELOPE if whole else ADDRESSES


def text_test(placed: PlacedCondition) -> TextTest | None:
    """Return the condition as a string condition; None when it is of another kind."""
    expression = placed.condition.string_expression
    if expression is None:
        return None
    operand, header, subject = operand_of(placed.condition), None, None
    if operand.named is not NamedBy.NOTHING:
        header = header_of(placed.condition)
        subject = " ".join((operand.key, *beside_of(placed.condition)[-1:]))
    return TextTest(
        owner=placed.owner,
        role=placed.role,
        path=(*placed.path, "StringExpression"),
        operand=operand,
        header=header,
        subject=subject or operand.key,
        operator=expression.operator.lower(),
        values=expression.values,
        at_once="\0".join(("", *expression.values, "")),
    )


def addresses_in(condition: RuleCondition | PolicyCondition) -> Operand | None:
    """The operand whose addresses a condition compares or looks up, such as `mail_from`."""
    operand = operand_of(condition)
    return operand if operand.is_address else None


def said_from(place: Position, here: Position) -> str:
    """A place as a problem elsewhere names it: `line 7`, or `file:7` in another file."""
    return f"line {place.line}" if place.file == here.file else f"{place.file}:{place.line}"


def is_public(point: LogicalIngressPoint) -> bool:
    """Whether an ingress point is reached from the internet (the default) and not from a VPC."""
    network = point.ingress_point.network_configuration
    return network is None or network.private_network_configuration is None


def ingress_points_of(
    project: Project, policy: LogicalTrafficPolicy
) -> tuple[LogicalIngressPoint, ...]:
    """The ingress points that a traffic policy guards."""
    return tuple(
        point
        for point in project.ingress_points.values()
        if point.ingress_point.traffic_policy_id == policy.name
    )


def ingress_points_known(
    project: Project, counts: Callable[[LogicalIngressPoint], bool] = is_public
) -> bool:
    """Whether each ingress point that counts names its policy; no if there are none at all."""
    points = project.ingress_points.values()
    return bool(points) and not any(
        counts(point) and is_raw(point.ingress_point.traffic_policy_id) for point in points
    )


def is_dual_stack(point: LogicalIngressPoint) -> bool:
    """Whether an ingress point takes connections over IPv6 too."""
    return point.ip_type is IpType.DUAL_STACK
