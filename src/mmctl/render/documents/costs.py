"""The document `mmctl/costs@1`: what an environment costs, with the source of each price.

Amounts are decimals in texts, exact: a number of JSON would become a binary fraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.costs.prices import REGION

if TYPE_CHECKING:
    from decimal import Decimal

    from mmctl.operate.costs.estimate import CostEstimate
    from mmctl.operate.costs.lines import CostLine

SCHEMA: Final = "mmctl/costs@1"


def document(found: CostEstimate) -> dict[str, Any]:
    """The document `mmctl/costs@1`."""
    costs, volume = found.costs, found.volume
    return {
        "schema": SCHEMA,
        "environment": costs.environment,
        "plan": found.plan,
        "currency": "USD",
        "region": REGION,
        "messages": None if volume is None else _text(volume.messages),
        "kilobytes": None if volume is None else _text(volume.kilobytes),
        "lines": [_line(line) for line in costs.lines],
        "total": _text(costs.total),
        "not_known": list(costs.not_known),
        "notes": list(costs.notes),
        "oldest_price": found.prices.oldest,
    }


def _line(line: CostLine) -> dict[str, Any]:
    price = line.price
    return {
        "what": line.what,
        "item": price.item,
        "quantity": _text(line.quantity),
        "unit": price.unit,
        "price": None if price.amount is None else _text(price.amount),
        "amount": None if line.amount is None else _text(line.amount),
        "source": price.source,
        "date": price.date,
        "note": line.note,
    }


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"
