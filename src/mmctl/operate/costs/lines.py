"""Lines of costs and their sums: exact decimals, which only `render` rounds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.operate.costs.prices import ListPrice

HOURS_A_MONTH: Final = Decimal(730)
"""365 days of 24 hours in 12 months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One thing that is paid for."""

    what: str
    """What it is, in the words of the project: `archive all-mail, stored`."""
    quantity: Decimal
    """How many units in a month, or in an hour."""
    price: ListPrice
    note: str = ""
    """What was assumed."""

    @property
    def amount(self) -> Decimal | None:
        """Dollars, not rounded; None: the price is unknown."""
        return None if self.price.amount is None else self.quantity * self.price.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What is paid in one environment, for a month or an hour."""

    environment: str
    lines: tuple[CostLine, ...]
    notes: tuple[str, ...] = ()
    """What is not in the lines, and what all of them assume."""

    @property
    def total(self) -> Decimal:
        """Dollars of the lines whose price is known, not rounded."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def not_known(self) -> tuple[str, ...]:
        """The items without a price, each once."""
        return tuple(
            dict.fromkeys(line.price.item for line in self.lines if line.price.amount is None)
        )


def joined(lines: Iterable[CostLine]) -> tuple[CostLine, ...]:
    """Lines of the same thing as one, in the order of the first."""
    found: dict[tuple[str, str, str], CostLine] = {}
    for line in lines:
        key = (line.what, line.price.item, line.note)
        held = found.get(key)
        quantity = line.quantity if held is None else held.quantity + line.quantity
        found[key] = CostLine(what=line.what, quantity=quantity, price=line.price, note=line.note)
    return tuple(found.values())
