"""Amounts as they are shown: half a cent goes up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")


def rounded(amount: Decimal, to: Decimal = CENT) -> Decimal:
    """An amount as it is shown: half a cent goes up."""
    return amount.quantize(to, rounding=ROUND_HALF_UP)
