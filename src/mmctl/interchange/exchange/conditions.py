"""The test of a transport rule: all conditions, and no exception."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.examples import with_telling_examples
from mmctl.interchange.exchange.header_fields import header, shown_header
from mmctl.interchange.exchange.people import (
    between,
    domains,
    from_scope,
    groups,
    people,
    shown,
    to_scope,
)
from mmctl.interchange.exchange.text_patterns import patterns
from mmctl.interchange.exchange.vocabulary import ParameterPart, ValueKind, known
from mmctl.interchange.exchange.words import shown_word, words
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Negated, Unseen
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.sketch import Sketch
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.exchange.vocabulary import ParameterRow
    from mmctl.interchange.migration.tests import Test

_SIZE: Final = re.compile(
    r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)B?(?: \(([0-9,]+) bytes\))?", re.IGNORECASE
)
_UNITS: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def test_of(context: RuleContext) -> Test:
    """The test of a rule; sets the sketch of a message that it takes."""
    stated = list(_conditions(context))
    for row, found, exception in stated:
        if not exception and found.values:
            context.sketch = _shown(row, found, context)
    wanted = [
        _test(row, found, context, exception=False) for row, found, other in stated if not other
    ]
    unless = [
        Negated(_test(row, found, context, exception=True)) for row, found, other in stated if other
    ]
    whole = AllOf((*wanted, *unless))
    return with_telling_examples(whole, whole)


def _conditions(context: RuleContext) -> Iterator[tuple[ParameterRow, StatedValue, bool]]:
    for (name, exception), stated in context.stated.items():
        found = known(name)
        if found is not None and found.row.part is ParameterPart.CONDITION:
            yield found.row, stated, exception


def _test(row: ParameterRow, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    if row.unsaid is not None:
        shown_values = ", ".join(stated.values)
        value = (
            ""
            if shown_values.lower() == "true" or not shown_values
            else f" ({_short(shown_values)})"
        )
        return Unseen(
            difference=Deviation(
                code=row.unsaid.code,
                says=f"`{stated.name}`{value}: {row.unsaid.says}",
                instead=row.unsaid.instead,
                loses=True,
            )
        )
    if stated.lost is not None or not stated.values:
        return not_exported(stated.name, stated.lost or "it has no value")
    return _seen(row, stated, context, exception=exception)


def _seen(row: ParameterRow, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    name = row.name
    if name.startswith("Header"):
        return header(name, stated, context, exception=exception)
    match name:
        case "FromScope":
            return from_scope(stated, context, exception=exception)
        case "SentToScope":
            return to_scope(stated, context)
        case "BetweenMemberOf1":
            return between(stated, context, exception=exception)
        case "SenderIpRanges":
            return _networks(stated)
        case "MessageSizeOver":
            return _size(stated)
        case _:
            pass
    match row.takes:
        case ValueKind.PEOPLE:
            return people(name, stated, context, exception=exception)
        case ValueKind.GROUPS:
            return groups(name, stated, context, exception=exception)
        case ValueKind.DOMAINS:
            return domains(name, stated, context)
        case ValueKind.WORDS:
            return words(name, stated, context, exception=exception)
        case _:
            return patterns(name, stated, context, exception=exception)


def _shown(row: ParameterRow, stated: StatedValue, context: RuleContext) -> Sketch:
    """The sketch with one more condition met."""
    sketch, name = context.sketch, row.name
    if row.unsaid is not None or row.takes in {ValueKind.GROUPS, ValueKind.PATTERNS}:
        return replace(sketch, sound=False)
    if name.startswith("Header"):
        return shown_header(name, stated, context, sketch)
    match name:
        case "FromScope":
            return sketch
        case "SenderIpRanges":
            first = next(iter(_networks_in(stated.values[0])), None)
            if first is None:
                return replace(sketch, sound=False)
            return sketch.having("source_ip", str(first.network_address))
        case "MessageSizeOver":
            size = size_of(stated.values[0])
            return sketch.having("size", max(size, 4096)) if size is not None else sketch
        case _:
            pass
    if row.takes is ValueKind.WORDS:
        return shown_word(name, stated, context, sketch)
    return shown(name, stated, context, sketch)


def not_exported(name: str, why: str) -> Unseen:
    """A condition whose values the export does not have."""
    return Unseen(
        difference=Deviation(
            code="value-not-exported",
            says=f"the export does not say the value of `{name}`: {why}",
            instead="export it again, and import that",
            loses=True,
        )
    )


def _networks(stated: StatedValue) -> Test:
    found, broken = [], []
    for value in stated.values:
        networks = _networks_in(value)
        found += [str(network) for network in networks]
        if not networks:
            broken.append(value)
    test = Matches(operand="source_ip", operator="cidr_matches", values=tuple(found))
    if not broken:
        return test
    shown_values = ", ".join(broken)
    return EitherOf((test, not_exported(stated.name, f"`{shown_values}` is no network")))


def _networks_in(
    text: str,
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks of an address, a range or a CIDR; of anything else: none."""
    low, _, high = text.partition("-")
    try:
        if not high:
            return [ipaddress.ip_network(low.strip(), strict=False)]
        first, last = ipaddress.ip_address(low.strip()), ipaddress.ip_address(high.strip())
        if isinstance(first, ipaddress.IPv4Address) and isinstance(last, ipaddress.IPv4Address):
            return list(ipaddress.summarize_address_range(first, last))
        if isinstance(first, ipaddress.IPv6Address) and isinstance(last, ipaddress.IPv6Address):
            return list(ipaddress.summarize_address_range(first, last))
    except (ValueError, TypeError):
        return []
    return []


def _size(stated: StatedValue) -> Test:
    size = size_of(stated.values[0])
    if size is None:
        return not_exported(stated.name, f"`{_short(stated.values[0])}` is no size")
    return Matches(operand="message_size", operator="greater_than_or_equal", values=(str(size),))


def size_of(text: str) -> int | None:
    """Bytes of a size as Exchange writes it: `25 MB (26,214,400 bytes)`, `20KB`, `1048576`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or len(text) > 64:  # noqa: PLR2004 - no size is longer
        return None
    if found[3]:
        return int(found[3].replace(",", ""))
    return int(float(found[1]) * _UNITS[found[2].upper()])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}…"  # noqa: PLR2004 - as much as a line shows
