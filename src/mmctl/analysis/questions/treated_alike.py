"""Domains that a gateway treats alike, as far as mail to unknown names and to roles in them goes.

Two domains are alike if the same values of rules are parts of their addresses, the same address
lists have them, and the same conditions of the policy hold. That two are distinguished which are
alike costs only time.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from mmctl.analysis.questions.kinds_of_mail import ROLES
from mmctl.analysis.questions.unwritten import address
from mmctl.judge.compare import text_matches
from mmctl.model.conditions import listed_by
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from mmctl.judge.submission import Gateway

_NO_VALUE: Final = frozenset({""})


def distinct(domains: tuple[str, ...], gateway: Gateway) -> tuple[str, ...]:
    """One of all domains that are treated alike, in order."""
    conditions = [each for rule in gateway.rules for each in (*rule.conditions, *rule.unless)]
    values = {
        value.lower()
        for each in conditions
        if each.string_expression is not None
        for value in each.string_expression.values
    } - _NO_VALUE
    named = [listed_by(each) for each in conditions]
    lists = sorted({name for each in named if each is not None for name in each.address_lists})
    found: dict[Hashable, str] = {}
    for domain in domains:
        addresses = (address(domain), *(f"{role}@{domain}" for role in ROLES.values()))
        sign = (
            frozenset(part for each in addresses for part in _parts(each) if part[0] in values),
            tuple(_listed(gateway, lists, addresses)),
            tuple(_admitted(gateway, addresses)),
        )
        found.setdefault(sign, domain)
    return tuple(found.values())


def _parts(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Everything that a text contains, and whether it begins or ends with it."""
    return (
        (text[start:end], start == 0, end == len(text))
        for start, end in combinations(range(len(text) + 1), 2)
    )


def _listed(gateway: Gateway, lists: list[str], addresses: tuple[str, ...]) -> Iterator[bool]:
    readings = gateway.readings
    for name in lists:
        members = gateway.lists.get(name)
        for each in addresses if members is not None else ():
            yield members is not None and members.include(
                each,
                case="insensitive",
                bare_domain=readings.bare_domain_entry,
                star_domain=readings.star_domain_entry,
            )


def _admitted(gateway: Gateway, addresses: tuple[str, ...]) -> Iterator[Hashable]:
    """What each condition of the policy says about the addresses, roughly: by its own values."""
    policy = gateway.policy
    for statement in () if policy is None else policy.policy_statements:
        for condition in statement.conditions:
            expression, listed = condition.string_expression, listed_by(condition)
            if expression is not None:
                operator = RuleStringOperator(expression.operator.value)
                yield tuple(
                    any(text_matches(operator, each, value.lower()) for value in expression.values)
                    for each in addresses
                )
            elif listed is not None:
                yield tuple(_listed(gateway, list(listed.address_lists), addresses))
