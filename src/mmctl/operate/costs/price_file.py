"""A file of prices that the user knows better: lines of `item,amount,source,date`.

The file may come from anywhere, so its size, its numbers and its texts are bounded. It changes
rows of the table, and may add items that the table does not have: instance types and add-ons.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.language.text.suggest import did_you_mean
from mmctl.operate.costs.prices import ADD_ON, INSTANCE, ListPrice, PriceTable
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_MOST: Final = 1024 * 1024
"""Bytes of a file of prices."""
HEADER: Final = ("item", "amount", "source", "date")
NOT_KNOWN: Final = "not known"
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?")
_LONGEST: Final = 200
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFault:
    """What is wrong with one line of a file of prices."""

    line: int
    message: str


def prices_with(table: PriceTable, text: str, *, shown: str) -> PriceTable:
    """A table with the prices that a file states; `shown` names the file in errors.

    Raises:
        UsageError: the file has lines that are no prices; all of them are named.
    """
    found: dict[str, ListPrice] = {}
    faults: list[PriceFault] = []
    for line, read in _rows(text):
        price = read if isinstance(read, PriceFault) else _price(table, line, read)
        if isinstance(price, PriceFault):
            faults.append(price)
        elif price.item in found:
            faults.append(PriceFault(line=line, message=f"`{price.item}` is stated twice"))
        else:
            found[price.item] = price
    if faults:
        raise _refused(faults, shown)
    return PriceTable(prices={**table.prices, **found}, changed=frozenset(found))


def _refused(faults: list[PriceFault], shown: str) -> UsageError:
    first, *others = faults
    more = len(others) - _SHOWN
    details = [f"{shown}:{each.line}: {each.message}" for each in others[:_SHOWN]]
    if more > 0:
        details.append(f"and {more} more")
    return UsageError(
        f"{shown}:{first.line}: {first.message}",
        details=tuple(details),
        help="write lines of item,amount,source,date, such as"
        " `ingress-point,45.00,our contract,2026-10-01`",
    )


def _rows(text: str) -> Iterator[tuple[int, list[str] | PriceFault]]:
    """The lines that say something, with their numbers; a heading is left out."""
    reader = csv.reader(io.StringIO(text.replace("\0", "�")), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = max(reader.line_num, 1)
            yield line, PriceFault(line=line, message=f"the line is not CSV: {error}")
            return
        cells = [cell.strip() for cell in row]
        blank = not any(cells) or cells[0].startswith("#")
        if not blank and tuple(cells) != HEADER:
            yield reader.line_num, cells


def _price(table: PriceTable, line: int, cells: list[str]) -> ListPrice | PriceFault:
    if len(cells) != len(HEADER):
        return PriceFault(line=line, message=f"got {len(cells)} values, expected 4")
    item, amount, source, day = (cell[:_LONGEST] for cell in cells)
    known = item in table.prices or item.startswith((INSTANCE, ADD_ON))
    if not known:
        near = did_you_mean(item, table.prices)
        return PriceFault(line=line, message=f"unknown item `{item}`{f', {near}' if near else ''}")
    if amount != NOT_KNOWN and _AMOUNT.fullmatch(amount) is None:
        return PriceFault(
            line=line, message=f"got the amount `{amount}`, expected dollars such as `0.00015`"
        )
    if not source and amount != NOT_KNOWN:
        return PriceFault(line=line, message=f"`{item}` has no source: say where {amount} is from")
    if not _is_day(day):
        return PriceFault(line=line, message=f"got the date `{day}`, expected one as 2026-10-01")
    return replace(
        table.of(item),
        amount=None if amount == NOT_KNOWN else Decimal(amount),
        source=source,
        date=day,
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
