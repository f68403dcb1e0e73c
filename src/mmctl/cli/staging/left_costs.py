"""What something that stays after a `down` goes on to cost."""

from __future__ import annotations

from typing import Final

ARCHIVE: Final = "archive"
_ITEMS: Final = {
    ARCHIVE: "archive-stored",
    "bucket": "bucket-stored",
    "log group": "log-stored",
    "table": "table-stored",
    "key": "key",
}
"""The price of each kind of thing: for what is stored, or for being there."""


def goes_on_to_cost(kind: str) -> str:
    """The price of keeping one, by the dated table of prices."""
    from mmctl.operate.costs.prices import usual_prices

    price = usual_prices().of(_ITEMS[kind])
    if price.amount is None:
        return "what it costs is unknown: the table of prices has no source for it"
    each = "a month" if price.unit.value == "month" else f"a {price.unit}"
    return f"it goes on to cost ${price.amount.normalize():f} {each} ({price.date})"
