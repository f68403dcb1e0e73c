"""Which of many values matches all that another value matches. No check lives here.

Looked up, not compared one by one: lists of values may be long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from collections.abc import Set as AbstractSet
    from ipaddress import IPv4Network

COVERED: Final = {
    "equals": ("equals",),
    "starts_with": ("equals", "starts_with"),
    "ends_with": ("equals", "ends_with"),
    "contains": ("equals", "starts_with", "ends_with", "contains"),
}
"""By the operator of one condition: the operators whose values it may cover."""


def covering_value(operator: str, value: str, others: Collection[str]) -> str | None:
    """The value among `others` (a set or mapping) that, under the operator, is part of `value`.

    Every text that equals, starts with, ends with or contains `value` then meets it too.
    """
    return next((part for part in _parts(operator, value, others) if part in others), None)


def _parts(operator: str, value: str, others: Collection[str]) -> Iterator[str]:
    size = len(value)
    match operator:
        case "equals":
            yield value
        case "starts_with":
            yield from (value[:end] for end in range(1, size + 1))
        case "ends_with":
            yield from (value[start:] for start in reversed(range(size)))
        case "contains":
            lengths = sorted({len(other) for other in others})
            for length in lengths:
                if length:
                    yield from (value[at : at + length] for at in range(size - length + 1))
        case _:
            pass


def covering_network(network: IPv4Network, others: AbstractSet[IPv4Network]) -> IPv4Network | None:
    """The widest network among `others` that a network lies in, or is."""
    for prefix in sorted({other.prefixlen for other in others}):
        if prefix <= network.prefixlen:
            around = network.supernet(new_prefix=prefix)
            if around in others:
                return around
    return None
