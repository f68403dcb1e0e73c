"""The rules of the benchmark as plain data: so many rules of three conditions with five values.

All conditions of a rule must match; of the values, any one. Texts are compared without letter case.
The other modules of this folder write the same rules for mmctl and for those it is compared with.
"""

from __future__ import annotations

import random
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.mail import (
    CLIENT_NETWORKS,
    FIRST_NAMES,
    LAST_NAMES,
    OTHER_DOMAINS,
    OWN_DOMAINS,
    WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CONDITIONS: Final = 3
VALUES: Final = 5
TEAMS: Final = {"security": 150, "operations": 80, "audit": 50, "compliance": 20}
"""How many of 300 rules are whose."""
HEADERS: Final = ("x-mailer", "x-campaign-id", "x-priority", "x-junk-status")
ADDRESS_FIELDS: Final = ("from", "to", "cc")


class Operator(StrEnum):
    """How a text, a network or a size is compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"
    IN_NETWORK = "cidr_matches"
    NOT_IN_NETWORK = "not_cidr_matches"
    LARGER = "greater_than"


class Condition(NamedTuple):
    """One condition."""

    field: str
    """mail_from, recipient, subject, from, to, cc, source_ip, message_size, or an X-header."""
    operator: Operator
    values: tuple[str, ...]


class Rule(NamedTuple):
    """One rule."""

    name: str
    team: str
    conditions: tuple[Condition, ...]


def rules(count: int, seed: int = 7) -> list[Rule]:
    """So many rules, team by team."""
    dice = random.Random(seed)  # noqa: S311 - examples, not secrets
    every = sum(TEAMS.values())
    teams = [team for team, share in TEAMS.items() for _ in range(-(-share * count // every))]
    return [Rule(f"r{number}", teams[number], _conditions(dice)) for number in range(count)]


def _conditions(dice: random.Random) -> tuple[Condition, ...]:
    """Some conditions, on a field each."""
    found: dict[str, Condition] = {}
    while len(found) < CONDITIONS:
        condition = _condition(dice)
        found.setdefault(condition.field, condition)
    return tuple(found.values())


def _condition(dice: random.Random) -> Condition:
    """A condition on what people look at: sender, recipient and subject first."""
    kind = dice.random()
    if kind < 0.22:
        return _on_address(dice, "mail_from", OTHER_DOMAINS)
    if kind < 0.50:
        return _on_address(dice, "recipient", OWN_DOMAINS)
    if kind < 0.68:
        return _on_subject(dice)
    if kind < 0.82:
        field = dice.choice(ADDRESS_FIELDS)
        value = dice.choice((lambda: dice.choice(OTHER_DOMAINS), lambda: _part(dice)))
        return Condition(field, Operator.CONTAINS, _values(value))
    if kind < 0.90:
        return _on_header(dice)
    if kind < 0.97:
        operator = dice.choice((Operator.IN_NETWORK, Operator.IN_NETWORK, Operator.NOT_IN_NETWORK))
        return Condition("source_ip", operator, _values(lambda: _network(dice)))
    return Condition(
        "message_size", Operator.LARGER, (str(dice.choice((20_000, 60_000, 120_000))),)
    )


def _on_address(dice: random.Random, field: str, domains: tuple[str, ...]) -> Condition:
    match dice.randrange(8):
        case 0 | 1:
            operator, value = Operator.EQUALS, lambda: _address(dice, domains)
        case 2:
            operator, value = Operator.NOT_EQUALS, lambda: _address(dice, domains)
        case 3:
            operator, value = Operator.STARTS_WITH, lambda: f"{dice.choice(FIRST_NAMES)}."
        case 4:
            operator, value = Operator.CONTAINS, lambda: _part(dice)
        case _:
            operator, value = Operator.ENDS_WITH, lambda: f"@{dice.choice(domains)}"
    return Condition(field, operator, _values(value))


def _on_subject(dice: random.Random) -> Condition:
    operator = dice.choice((Operator.CONTAINS, Operator.CONTAINS, Operator.STARTS_WITH))
    if operator is Operator.STARTS_WITH:
        return Condition("subject", operator, _values(lambda: dice.choice(WORDS)))
    return Condition(
        "subject", operator, _values(lambda: f"{dice.choice(WORDS)} {dice.choice(WORDS)}")
    )


def _on_header(dice: random.Random) -> Condition:
    match dice.choice(HEADERS):
        case "x-campaign-id" as field:
            return Condition(field, Operator.EQUALS, _values(lambda: f"c{dice.randrange(500)}"))
        case "x-junk-status" as field:
            value = lambda: f"score={dice.randrange(15)}.{dice.randrange(10)}"  # noqa: E731
            return Condition(field, Operator.CONTAINS, _values(value))
        case "x-priority" as field:
            return Condition(field, Operator.EQUALS, ("1", "2", "high", "urgent", "highest"))
        case field:
            names = ("massmail", "phpmailer", "bulk", "sendy", "blaster")
            return Condition(field, Operator.STARTS_WITH, names)


def _values(value: Callable[[], str]) -> tuple[str, ...]:
    """Five values, each once."""
    found: dict[str, None] = {}
    while len(found) < VALUES:
        found[value()] = None
    return tuple(found)


def _address(dice: random.Random, domains: tuple[str, ...]) -> str:
    return f"{dice.choice(FIRST_NAMES)}.{_part(dice)}@{dice.choice(domains)}"


def _part(dice: random.Random) -> str:
    return f"{dice.choice(LAST_NAMES)}{dice.randrange(100)}"


def _network(dice: random.Random) -> str:
    return f"{dice.choice(CLIENT_NETWORKS)}.{16 * dice.randrange(16)}/28"
