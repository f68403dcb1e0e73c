"""Costs for people: a line for each thing, rounded to the cent, and what is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.operate.costs.prices import REGION, PricePlan, PriceUnit
from mmctl.render.text.money import rounded
from mmctl.render.text.paragraphs import wrapped
from mmctl.render.text.styled_parts import StyledParts
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.costs.estimate import CostEstimate
    from mmctl.operate.costs.lines import CostLine, Costs

_AMOUNT: Final = 14
"""Columns of an amount."""
_FOUR_PLACES: Final = Decimal("0.0001")
NOT_KNOWN: Final = "not known"
PLANS: Final = {PricePlan.A_LA_CARTE: "à la carte", PricePlan.ESSENTIALS: "the plan Essentials"}


def human(found: CostEstimate, *, sources: bool = False) -> StyledParts:
    """What an environment costs in a month; with the source of each price where it is asked for."""
    text = StyledParts()
    costs = found.costs
    text.add(f"{visible(costs.environment)}", "bold")
    text.add(f"  a month{_at(found)}, {PLANS[found.plan]}\n")
    for line in costs.lines:
        shown = f"{_shown(line):>{_AMOUNT}}"
        text.add(shown, "yellow" if line.amount is None else "")
        text.add(wrapped(f"  {told(line)}", " " * _AMOUNT)[_AMOUNT:])
        if sources:
            said = f"{line.price.source}, {line.price.date}"
            text.add(wrapped(visible(said), " " * (_AMOUNT + 2)), "dim")
    for note in costs.notes:
        text.add(wrapped(f"note: {visible(note)}", ""))
    text.add(wrapped(last_line(costs), ""), "bold")
    text.add(wrapped(about_prices(found), ""), "dim")
    return text


def hourly_lines(costs: Costs) -> Iterator[str]:
    """What resources cost in an hour, a line for each, and the sum."""
    for line in costs.lines:
        amount = line.amount
        shown = NOT_KNOWN if amount is None else f"${rounded(amount, _FOUR_PLACES):,}"
        yield f"{shown:>{_AMOUNT}}  {visible(line.what)}"
    total = f"${rounded(costs.total, _FOUR_PLACES):,}"
    yield f"{total:>{_AMOUNT}}  an hour, by list prices of {REGION}: an estimate"
    if costs.not_known:
        yield f"not known: {', '.join(visible(each) for each in costs.not_known)}"
    yield from (visible(note) for note in costs.notes)


def told(line: CostLine) -> str:
    """A line without its amount: what it is, how much of it, at which price."""
    note = f" ({visible(line.note)})" if line.note else ""
    price = line.price
    article = "an" if price.unit is PriceUnit.HOUR else "a"
    at = "" if price.amount is None else f" at ${price.amount:f} {article} {price.unit}"
    return f"{visible(line.what)}: {quantity(line.quantity)}{at}{note}"


def quantity(count: Decimal) -> str:
    """A count as it is shown: whole numbers as they are, others with two places."""
    if count == count.to_integral_value():
        return f"{count.to_integral_value():,f}"
    return f"{rounded(count):,f}"


def money(amount: Decimal) -> str:
    """Dollars, rounded to the cent."""
    return f"${rounded(amount):,f}"


def last_line(costs: Costs) -> str:
    """The sum, and what is missing in it."""
    missing = ", ".join(visible(each) for each in costs.not_known)
    without = f", without what is unknown: {missing}" if missing else ""
    return f"total: {money(costs.total)}{without}"


def about_prices(found: CostEstimate) -> str:
    """Where the prices come from, and how amounts are rounded."""
    own = len(found.prices.changed)
    said = f"; {own} of them by --prices" if own else ""
    return (
        f"list prices of {REGION} in US dollars, before tax and discounts, the oldest of"
        f" {found.prices.oldest}{said}; an estimate. Lines and the sum are computed exactly, and"
        " rounded to the cent only here; -v names the sources"
    )


def _shown(line: CostLine) -> str:
    return NOT_KNOWN if line.amount is None else money(line.amount)


def _at(found: CostEstimate) -> str:
    volume = found.volume
    if volume is None:
        return " without mail"
    return f" at {quantity(volume.messages)} messages of {quantity(volume.kilobytes)} KB"
