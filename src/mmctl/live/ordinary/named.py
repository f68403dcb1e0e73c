"""What configurations name: domains that they admit mail for, recipients, senders, networks.

Domains are as written, but in lower case. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.actions import new_recipients
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import listed_by, operand_of
from mmctl.model.enums import AcceptAction
from mmctl.model.facts import RECIPIENTS
from mmctl.model.kinds import Kind
from mmctl.model.operands import OPERANDS, NamedBy, Operand, Party
from mmctl.model.policies import IngressIpv4Expression, IngressIpv6Expression, TrafficPolicy
from mmctl.model.rules import RuleIpExpression, RuleSet
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.model.policies import PolicyCondition
    from mmctl.model.rules import Rule, RuleCondition

    Condition = PolicyCondition | RuleCondition

ADDRESSED: Final = frozenset(each for each in OPERANDS if each.party is Party.RECIPIENT)
"""Operands that hold the recipient."""
SENDING: Final = frozenset(
    each for each in OPERANDS if each.party is Party.SENDER and each.is_address
)
"""Operands that hold the sender."""
_LONGEST: Final = 200
"""Characters of a value that is part of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperandTexts:
    """A condition that compares an operand with texts."""

    operand: Operand
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTest:
    """A condition that looks an operand up in an address list."""

    operand: Operand
    name: str


def rules_in(configuration: LiveConfiguration) -> Iterator[Rule]:
    """The rules of all rule sets."""
    for thing in configuration.of_kind(Kind.RULE_SET):
        if isinstance(thing.shape, RuleSet):
            yield from thing.shape.rules


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    """All conditions of a rule, including those under `unless`."""
    return (*(rule.conditions or ()), *(rule.unless or ()))


def conditions_in(configuration: LiveConfiguration) -> Iterator[Condition]:
    """The conditions of all rules and of all statements of traffic policies."""
    for rule in rules_in(configuration):
        yield from conditions_of(rule)
    for thing in configuration.of_kind(Kind.TRAFFIC_POLICY):
        if isinstance(thing.shape, TrafficPolicy):
            for statement in thing.shape.policy_statements:
                yield from statement.conditions


def text_test(condition: Condition) -> OperandTexts | None:
    """A condition as a comparison of an operand with texts, if it is one."""
    expression = condition.string_expression
    operand = operand_of(condition)
    if expression is None or operand.named is not NamedBy.NOTHING:
        return None
    return OperandTexts(
        operand=operand,
        operator=expression.operator.value,
        values=tuple(expression.values),
    )


def list_test(condition: Condition) -> ListTest | None:
    """A condition as a lookup in an address list, if it is one."""
    asked = listed_by(condition)
    if asked is None:
        return None
    return ListTest(operand=operand_of(condition), name=asked.address_lists[0])


def networks_of(condition: Condition) -> tuple[str, ...]:
    """The networks that a condition compares the client's address with."""
    expression = condition.value
    if isinstance(expression, (RuleIpExpression, IngressIpv4Expression, IngressIpv6Expression)):
        return expression.values
    return ()


def members_of(configuration: LiveConfiguration, name: str) -> tuple[str, ...]:
    """The known members of a list."""
    found = configuration.find(Kind.ADDRESS_LIST, name)
    return () if found is None else found.members or ()


def operands_by_list(configuration: LiveConfiguration) -> dict[str, set[Operand]]:
    """The operands that are looked up in each list."""
    found: dict[str, set[Operand]] = {}
    for test in filter(None, map(list_test, conditions_in(configuration))):
        found.setdefault(test.name, set()).add(test.operand)
    return found


def admitted_domains(configuration: LiveConfiguration) -> tuple[str, ...]:
    """The domains that traffic policies admit mail for by name."""
    found: list[str] = []
    for thing in configuration.of_kind(Kind.TRAFFIC_POLICY):
        if isinstance(thing.shape, TrafficPolicy):
            for statement in thing.shape.policy_statements:
                if statement.action is AcceptAction.ALLOW:
                    found += _domains(configuration, statement.conditions)
    return tuple(dict.fromkeys(found))


def domains_of_recipients(configuration: LiveConfiguration) -> tuple[str, ...]:
    """The recipient domains that rules name."""
    conditions = [each for rule in rules_in(configuration) for each in conditions_of(rule)]
    return tuple(dict.fromkeys(_domains(configuration, conditions)))


def _domains(configuration: LiveConfiguration, conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        test, asked = text_test(condition), list_test(condition)
        if test is not None and test.operand.fact is RECIPIENTS and test.operator not in NEGATED:
            yield from filter(None, map(domain_of, test.values))
        if asked is not None and asked.operand.fact is RECIPIENTS:
            yield from filter(None, map(domain_of, members_of(configuration, asked.name)))


def domain_of(value: str) -> str | None:
    """The domain of an address, of an address suffix, or of a member of a list."""
    if len(value) > _LONGEST or not value.isprintable():
        return None
    domain = value.lower().rpartition("@")[2].lstrip("*.").rstrip(".")
    return domain if "." in domain and not set(domain) & set("* <>") else None


def is_address(value: str) -> bool:
    """Whether a text is one whole address."""
    local, at, domain = value.rpartition("@")
    return bool(
        at
        and local
        and "." in domain.strip(".")
        and len(value) <= _LONGEST
        and value.isprintable()
        and not set(value) & set("* <>")
    )


def recipients(configuration: LiveConfiguration) -> tuple[str, ...]:
    """Every whole address that rules and policies name as a recipient."""
    found: list[str] = []
    for condition in conditions_in(configuration):
        test, asked = text_test(condition), list_test(condition)
        if test is not None and test.operand in ADDRESSED:
            found += test.values
        if asked is not None and asked.operand in ADDRESSED:
            found += members_of(configuration, asked.name)
    for rule in rules_in(configuration):
        for action in rule.actions:
            found += new_recipients(action)
    return tuple(dict.fromkeys(each.lower() for each in found if is_address(each)))


def senders(configuration: LiveConfiguration) -> tuple[str, ...]:
    """What rules compare the sender with: addresses, suffixes, members of lists."""
    found: list[str] = []
    for condition in conditions_in(configuration):
        test, asked = text_test(condition), list_test(condition)
        if test is not None and test.operand in SENDING:
            found += test.values
        if asked is not None and asked.operand in SENDING:
            found += members_of(configuration, asked.name)
    return tuple(dict.fromkeys(each.lower() for each in found))


def networks(configuration: LiveConfiguration) -> tuple[str, ...]:
    """Every network that a rule or policy names."""
    found = (value for each in conditions_in(configuration) for value in networks_of(each))
    return tuple(dict.fromkeys(found))
