"""Several tables of one parameter: each key of an address is asked in all of them, in their order.

The whole address comes first, in every table; only then its domain, and `*`. Tables of patterns
are asked for whole addresses alone (transport(5), virtual(5)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import AllOf, Negated
from mmctl.interchange.postfix.entries import TableForm
from mmctl.interchange.postfix.keys import Fits, sorted_keys
from mmctl.interchange.postfix.lookups import LookupOf, looked_up
from mmctl.interchange.postfix.tables import LookupTable
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.source import Unread
    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.entries import Ends, TableEntry
    from mmctl.interchange.postfix.keys import LookupStyle
    from mmctl.interchange.postfix.lookups import TableResult

Lists = dict[str, tuple[str, ...] | None]


def recipients_looked_up(
    tables: Sequence[LookupTable], style: LookupStyle, lists: Lists, ends: Ends
) -> tuple[list[tuple[LookupTable, TableResult]], list[Unread]]:
    """The results of all tables in the order in which Postfix comes to them, and idle entries.

    A result that does not end mail (`ends`) is an exception of what comes later.
    """
    by_keys = _merged([table for table in tables if table.form is TableForm.KEYS])
    others = [table for table in tables if table.form is not TableForm.KEYS]
    if not others:
        steps = [by_keys]
    elif not by_keys.entries:
        steps = others
    else:
        whole = {id(each) for each in by_keys.entries if _is_address(each, style)}
        steps = [_only(table, whole) for table in tables]
        rest = {id(each) for each in by_keys.entries} - whole
        steps.append(_only(by_keys, rest))
    found: list[tuple[LookupTable, TableResult]] = []
    unread: list[Unread] = []
    passed: list[Test] = []
    for table in steps:
        results, idle = looked_up(table, LookupOf.RECIPIENT, style, lists, ends)
        unread += idle
        found += [(table, _except(each, passed)) for each in results]
        passed += [each.test for each in results if others and not ends(each.value)]
    found.sort(key=lambda each: each[0].form is TableForm.KEYS and each[1].entries[0].key == "*")
    return found, unread


def _only(table: LookupTable, entries: set[int]) -> LookupTable:
    """A table of keys with some of its entries alone; any other table as it is."""
    if table.form is not TableForm.KEYS:
        return table
    return replace(table, entries=[each for each in table.entries if id(each) in entries])


def _is_address(entry: TableEntry, style: LookupStyle) -> bool:
    keys = sorted_keys([entry], style).keys
    return bool(keys) and all(key.fits is Fits.ADDRESS for key in keys)


def _except(result: TableResult, others: list[Test]) -> TableResult:
    if not others:
        return result
    return replace(result, test=AllOf((result.test, *map(Negated, others))))


def _merged(tables: list[LookupTable]) -> LookupTable:
    """Tables of keys as one: of equal keys the first counts."""
    entries: dict[str, TableEntry] = {}
    for table in tables:
        for entry in table.entries:
            entries.setdefault(entry.key, entry)
    name = tables[0].name if tables else "hash:none"
    return LookupTable(name=name, form=TableForm.KEYS, entries=list(entries.values()))
