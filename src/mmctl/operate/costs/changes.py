"""What a plan does to the costs: ingress points, add-ons and archives that come or go."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.live.compare.edits import EditKind
from mmctl.model.endpoints import is_loopback
from mmctl.model.kinds import Kind
from mmctl.operate.costs.prices import ADD_ON, REGION, PriceUnit
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.plan.plan import Plan
    from mmctl.operate.costs.prices import ListPrice, PriceTable


CENTS: Final = 2
"""Decimal places of amounts that are not smaller."""


_PAID: Final = {
    Kind.INGRESS_POINT: ("ingress-point",),
    Kind.ARCHIVE: ("archive-in", "archive-stored"),
}
"""What is paid for each object of a kind, whatever its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange:
    """What is paid for something more, or no longer."""

    comes: bool
    what: str
    prices: tuple[ListPrice, ...]

    @property
    def sentence(self) -> str:
        """Its line in a plan."""
        said = " and ".join(map(_said, self.prices))
        verb = "adds" if self.comes else "saves"
        return f"{self.what} {verb} {said}"


def changes_of(plan: Plan, prices: PriceTable) -> tuple[CostChange, ...]:
    """What comes and goes with the objects of a plan, in the order of its edits.

    Empty where nobody asks for money: at an endpoint that is not AWS's.
    """
    at = plan.target.identity
    if at.embedded or is_loopback(at.endpoint):
        return ()
    return tuple(_changes(plan, prices))


def notes_of(plan: Plan, prices: PriceTable) -> tuple[str, ...]:
    """The same in lines of a plan; the first says by which prices."""
    changes = changes_of(plan, prices)
    month = sum(
        (
            price.amount if change.comes else -price.amount
            for change in changes
            for price in change.prices
            if price.unit is PriceUnit.MONTH and price.amount is not None
        ),
        Decimal(0),
    )
    if not changes:
        return ()
    sign = "-" if month < 0 else "+"
    standing = f"{sign}${abs(month):,.2f} a month without mail"
    return (
        f"costs: {standing} (list prices of {REGION}; mmctl budget --cost)",
        *(f"costs: {change.sentence}" for change in changes),
    )


def _changes(plan: Plan, prices: PriceTable) -> Iterator[CostChange]:
    for edit in plan.edits:
        comes = edit.kind is EditKind.ADDED
        if edit.of_rule or not (comes or edit.kind is EditKind.REMOVED):
            continue
        found = (plan.desired if comes else plan.live).find(*edit.of)
        items = () if found is None else _items(found)
        if items:
            yield CostChange(
                comes=comes,
                what=f"{edit.resource.noun} {edit.object}",
                prices=tuple(prices.of(item) for item in items),
            )


def _items(found: LiveObject) -> tuple[str, ...]:
    """The items that are paid for an object; most kinds cost nothing."""
    if found.kind is Kind.ADD_ON:
        return (ADD_ON + found.live_name,)
    return _PAID.get(found.kind, ())


def _said(price: ListPrice) -> str:
    if price.amount is None:
        return f"a price a {price.unit} that is unknown"
    amount = f"{price.amount:f}"
    places = len(amount.partition(".")[2])
    return f"${amount if places > CENTS else f'{price.amount:.2f}'} a {price.unit}"
