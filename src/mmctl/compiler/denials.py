"""Rules that refuse → DENY statements of a traffic policy, which refuse the same mail at RCPT.

A statement holds where all of its conditions do, and has no `unless`: what excepts mail is said the
other way round, and mail from IPv4 and from IPv6 clients has statements of its own where the two
are not judged alike. One statement of several rules is made only where there is no room for all.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from mmctl.judge.compare import network
from mmctl.model.conditions import listed_by, operand_of
from mmctl.model.enums import RuleBooleanOperator, RuleIpOperator, RuleStringOperator
from mmctl.model.facts import RECIPIENTS
from mmctl.model.policies import PolicyCondition, PolicyStatement
from mmctl.model.quotas import STATEMENT_CONDITIONS, VALUES
from mmctl.model.rules import (
    RuleBooleanExpression,
    RuleDmarcExpression,
    RuleIpExpression,
    RuleNumberExpression,
    RuleStringExpression,
    RuleVerdictExpression,
)
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Iterator, Sequence

    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings
    from mmctl.model.rules import RuleCondition

_FAMILIES: Final = (4, 6)
_EVERYBODY: Final = {4: "0.0.0.0/0", 6: "::/0"}
_CLIENT: Final = {4: ("IpExpression", "SENDER_IP"), 6: ("Ipv6Expression", "SENDER_IPV6")}
_OPPOSITE: Final = {
    RuleStringOperator.EQUALS: RuleStringOperator.NOT_EQUALS,
    RuleStringOperator.NOT_EQUALS: RuleStringOperator.EQUALS,
}


class CannotDeny(Exception):
    """A statement cannot say what a rule says; the message tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A statement, and the rules whose mail it refuses."""

    statement: PolicyStatement
    rules: tuple[LogicalRule, ...]

    @property
    def name(self) -> str:
        """What it is called in logs and reports."""
        names = [rule.name for rule in self.rules]
        return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


@dataclass(frozen=True, slots=True)
class _Client:
    """A condition on the address of the client, of one family."""

    family: int
    inside: bool
    values: tuple[str, ...]

    @property
    def any_of(self) -> bool:
        """Whether more values mean more mail."""
        return self.inside

    def condition(self) -> PolicyCondition:
        expression, attribute = _CLIENT[self.family]
        operator = "CIDR_MATCHES" if self.inside else "NOT_CIDR_MATCHES"
        evaluate = {"Attribute": attribute}
        members = {"Evaluate": evaluate, "Operator": operator, "Values": [*self.values]}
        return PolicyCondition.of_api({expression: members})


@dataclass(frozen=True, slots=True)
class _Recipient:
    """A condition on the recipient."""

    operator: RuleStringOperator
    values: tuple[str, ...]

    @property
    def any_of(self) -> bool:
        """Whether more values mean more mail."""
        return self.operator is not RuleStringOperator.NOT_EQUALS

    def condition(self) -> PolicyCondition:
        members = {
            "Evaluate": {"Attribute": "RECIPIENT"},
            "Operator": self.operator.value,
            "Values": [*self.values],
        }
        return PolicyCondition.of_api({"StringExpression": members})


@dataclass(frozen=True, slots=True)
class _Listed:
    """Whether the recipient is in an address list."""

    name: str
    inside: bool

    def condition(self) -> PolicyCondition:
        listed = {"Attribute": "RECIPIENT", "AddressLists": [self.name]}
        operator = "IS_TRUE" if self.inside else "IS_FALSE"
        members = {"Evaluate": {"IsInAddressList": listed}, "Operator": operator}
        return PolicyCondition.of_api({"BooleanExpression": members})


_Valued: TypeAlias = "_Client | _Recipient"
_Part: TypeAlias = "_Client | _Recipient | _Listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """Conditions that hold together; of the one with values to choose from there may be many."""

    rule: LogicalRule
    chosen: _Valued | None
    others: tuple[_Part, ...]

    @property
    def key(self) -> Hashable:
        """What is equal in branches that can share statements."""
        alone = self.rule.name if self.rule.count_own else None
        return alone, self.others, None if self.chosen is None else replace(self.chosen, values=())


def denials_of(
    rules: Iterable[LogicalRule], readings: Readings, lists: Container[str], *, shared: bool
) -> tuple[Denial, ...]:
    """The statements that refuse what rules refuse; `shared`: one may be that of several rules.

    `lists` are the address lists that are known to be there.

    Raises:
        CannotDeny: no statements can say what a rule says.
    """
    groups: dict[Hashable, list[_Branch]] = {}
    for rule in rules:
        _check_lists(rule, readings, lists)
        for branch in _branches(rule, readings):
            groups.setdefault((branch.key, None if shared else rule.name), []).append(branch)
    return tuple(denial for group in groups.values() for denial in _denials(group))


def _check_lists(rule: LogicalRule, readings: Readings, lists: Container[str]) -> None:
    """Check that no list is excepted that may be gone: then the opposite is not what is left."""
    if readings.deleted_address_list == "does_not_match":
        for each in map(listed_by, rule.unless):
            if each is not None and each.address_lists[0] not in lists:
                raise CannotDeny(f"address list {each.address_lists[0]} is not in this project")


def _denials(group: Sequence[_Branch]) -> Iterator[Denial]:
    """The statements of branches that differ in the values of one condition alone."""
    chosen, others = group[0].chosen, group[0].others
    if chosen is None:
        yield _denial(others, group)
        return
    holders: dict[str, list[_Branch]] = {}
    for branch in group:
        for value in () if branch.chosen is None else branch.chosen.values:
            holders.setdefault(value, []).append(branch)
    for values in _chunks(tuple(holders)):
        members = {id(branch): branch for value in values for branch in holders[value]}
        yield _denial((replace(chosen, values=values), *others), tuple(members.values()))


def _denial(parts: Sequence[_Part], branches: Sequence[_Branch]) -> Denial:
    rules = {branch.rule.name: branch.rule for branch in branches}
    if not parts:
        raise CannotDeny("a statement needs a condition")
    if len(parts) > STATEMENT_CONDITIONS.most:
        raise CannotDeny(f"a statement takes {STATEMENT_CONDITIONS.most} conditions")
    members = {"Conditions": [part.condition().to_api() for part in parts], "Action": "DENY"}
    return Denial(statement=PolicyStatement.of_api(members), rules=tuple(rules.values()))


def _branches(rule: LogicalRule, readings: Readings) -> Iterator[_Branch]:
    """The conditions of a rule as alternatives, each of which holds as a whole."""
    parts: list[_Part] = []
    clients: list[tuple[RuleIpExpression, bool]] = []
    asked = [(each, False) for each in rule.conditions] + [(each, True) for each in rule.unless]
    for condition, excepted in asked:
        if isinstance(condition.value, RuleIpExpression):
            clients.append((condition.value, excepted))
        else:
            parts.append(_about_recipient(condition, excepted=excepted))
    for families in _by_family(clients, readings):
        wide = sorted(
            (each for each in (*families, *parts) if not isinstance(each, _Listed) and each.any_of),
            key=lambda each: not isinstance(each, _Client),
        )
        chosen = wide[0] if wide else None
        others = [each for each in (*families, *parts) if each is not chosen]
        for combined in product(*map(_alternatives, others)):
            flat = tuple(part for several in combined for part in several)
            yield _Branch(rule=rule, chosen=chosen, others=tuple(dict.fromkeys(flat)))


def _alternatives(part: _Part) -> list[tuple[_Part, ...]]:
    """A condition with at most as many values as the service takes: any of these, or all."""
    if isinstance(part, _Listed):
        return [(part,)]
    pieces = [replace(part, values=values) for values in _chunks(part.values)]
    return [(piece,) for piece in pieces] if part.any_of else [tuple(pieces)]


def _chunks(values: tuple[str, ...]) -> list[tuple[str, ...]]:
    most = VALUES.most
    return [values[first : first + most] for first in range(0, len(values), most)]


def _about_recipient(condition: RuleCondition, *, excepted: bool) -> _Part:
    """What a condition on the recipient says, or its opposite where it excepts mail."""
    if operand_of(condition).fact is not RECIPIENTS:
        raise CannotDeny(f"a traffic policy does not see `{operand_of(condition).key}`")
    match condition.value:
        case RuleStringExpression(operator=operator, values=values):
            if excepted and operator not in _OPPOSITE:
                raise CannotDeny(f"a traffic policy cannot except `{operator.value.lower()}`")
            return _Recipient(
                _OPPOSITE[operator] if excepted else operator, tuple(dict.fromkeys(values))
            )
        case RuleBooleanExpression(operator=operator):
            listed = listed_by(condition)
            if listed is None:
                raise CannotDeny("a traffic policy does not see that")
            inside = operator is RuleBooleanOperator.IS_TRUE
            return _Listed(listed.address_lists[0], inside is not excepted)
        case (
            RuleIpExpression()
            | RuleNumberExpression()
            | RuleVerdictExpression()
            | RuleDmarcExpression()
        ):
            raise CannotDeny("a traffic policy does not see that")
        case _:
            assert_never(condition.value)


def _by_family(
    clients: Sequence[tuple[RuleIpExpression, bool]], readings: Readings
) -> Iterator[tuple[_Client, ...]]:
    """The conditions on the client's address, apart for IPv4 and IPv6 where that is needed."""
    if not clients:
        yield ()
        return
    matches = readings.ip_family_mismatch == "matches"
    found = {family: _in_family(clients, family, matches=matches) for family in _FAMILIES}
    both = [part for parts in found.values() for part in parts or ()]
    if matches and None not in found.values() and not any(part.inside for part in both):
        yield tuple(both)
        return
    for family, parts in found.items():
        if parts is None:
            continue
        bare = not parts or (matches and not any(part.inside for part in parts))
        everybody = (_Client(family, True, (_EVERYBODY[family],)),) if bare else ()
        yield (*everybody, *parts)


def _in_family(
    clients: Sequence[tuple[RuleIpExpression, bool]], family: int, *, matches: bool
) -> tuple[_Client, ...] | None:
    """What the conditions say about clients of a family; None: they hold for none of them."""
    parts: list[_Client] = []
    for expression, excepted in clients:
        negative = expression.operator is RuleIpOperator.NOT_CIDR_MATCHES
        values = tuple(
            dict.fromkeys(
                str(known)
                for value in expression.values
                if (known := network(value)) is not None and known.version == family
            )
        )
        if values:
            parts.append(_Client(family, negative is excepted, values))
        elif (negative and matches) is excepted:
            return None
    return tuple(parts)
