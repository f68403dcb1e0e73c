"""A table, looked up with one thing of a message → its results, each with its test."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation, Unread
from mmctl.interchange.migration.tests import (
    ALWAYS,
    AllOf,
    EitherOf,
    Matches,
    Near,
    Negated,
    Unseen,
)
from mmctl.interchange.patterns import Flavor, InvalidPattern, LookedAt, converted
from mmctl.interchange.postfix import clients
from mmctl.interchange.postfix.addresses import tests_of
from mmctl.interchange.postfix.entries import TableForm
from mmctl.interchange.postfix.keys import sorted_keys
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.entries import Ends, Match, TableEntry
    from mmctl.interchange.postfix.keys import LookupStyle
    from mmctl.interchange.postfix.tables import LookupTable

_GROUPS_AT_MOST: Final = 60
"""With more groups comments do not divide a table, and then not the texts of results."""
_NULL_PATTERNS: Final = frozenset({"^<>$", "<>", "^<>", "<>$"})
NULL_SENDER: Final = Near(
    test=Negated(Matches(operand="mail_from", operator="contains", values=("@",))),
    difference=Deviation(
        code="null-sender",
        says="no condition compares an empty sender: here every sender without `@` is meant",
    ),
)
"""Mail without an envelope sender: reports of failure."""


class LookupOf(StrEnum):
    """What is looked up."""

    CLIENT = "client"
    HELO = "helo"
    SENDER = "sender"
    RECIPIENT = "recipient"


OPERANDS: Final = {
    LookupOf.CLIENT: "source_ip",
    LookupOf.HELO: "helo",
    LookupOf.SENDER: "mail_from",
    LookupOf.RECIPIENT: "recipient",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """ReadEntries with one result, and when Postfix gets it."""

    entries: tuple[TableEntry, ...]
    value: str
    test: Test

    @property
    def text(self) -> str:
        """The first entry as it is written, and how many more there are."""
        first = f"{self.entries[0].key[:80]} {self.value[:80]}"
        more = len(self.entries) - 1
        return first if more == 0 else f"{first} (and {more} more with this result)"


def looked_up(
    table: LookupTable,
    sought: LookupOf,
    style: LookupStyle,
    lists: dict[str, tuple[str, ...] | None],
    ends: Ends,
) -> tuple[list[TableResult], list[Unread]]:
    """The results of a table and their tests, of which at most one is true of any mail.

    Where a result `ends` the mail, what comes after it does not repeat that as an exception.
    """
    entries = _grouped(table.entries)
    match table.form:
        case TableForm.EVERYTHING:
            return [TableResult(entries=tuple(entries), value=entries[0].value, test=ALWAYS)], []
        case TableForm.KEYS if sought is LookupOf.CLIENT:
            never: list[TableEntry] = []
            by_client = _by_group(entries, clients.indexed(entries, ends, never))
            return by_client, [_idle(each, "no lookup asks for such a key") for each in never]
        case TableForm.KEYS:
            return _addresses(entries, style, lists, table.short, ends)
        case TableForm.NETWORKS if sought is LookupOf.CLIENT:
            idle: list[TableEntry] = []
            found = _runs(clients.in_order(entries, ends, idle))
            return found, [_idle(each, "an entry before it always decides") for each in idle]
        case TableForm.NETWORKS:
            return [], [_idle(entry, "an address is no network") for entry in entries]
        case TableForm.REGEXP | TableForm.PCRE:
            return _patterns(table, entries, sought, ends)


def _grouped(entries: Sequence[TableEntry]) -> list[TableEntry]:
    """ReadEntries whose comments, and then the texts of results, divide them into few groups."""
    made = list(entries)
    if len({entry.group for entry in made}) > _GROUPS_AT_MOST:
        made = [replace(entry, comment="") for entry in made]
    if len({entry.value for entry in made}) > _GROUPS_AT_MOST:
        made = [
            replace(entry, value=entry.value.split()[0])
            if entry.value.upper().startswith("REJECT ")
            else entry
            for entry in made
        ]
    return made


def _by_group(
    entries: Iterable[TableEntry], tests: dict[tuple[str, str], Test]
) -> list[TableResult]:
    members: dict[tuple[str, str], list[TableEntry]] = {}
    for entry in entries:
        if entry.group in tests:
            members.setdefault(entry.group, []).append(entry)
    return [
        TableResult(entries=tuple(own), value=group[0], test=tests[group])
        for group, own in members.items()
    ]


def _addresses(
    entries: list[TableEntry],
    style: LookupStyle,
    lists: dict[str, tuple[str, ...] | None],
    name: str,
    ends: Ends,
) -> tuple[list[TableResult], list[Unread]]:
    keys = sorted_keys(entries, style)
    found = _by_group(
        (key.entry for key in dict.fromkeys(keys.keys)),
        tests_of(keys.keys, style, lists, name, ends),
    )
    for entry in keys.null:
        found.append(TableResult(entries=(entry,), value=entry.value, test=NULL_SENDER))
    return found, [_idle(entry, "no lookup ever asks for such a key") for entry in keys.idle]


def _idle(entry: TableEntry, why: str) -> Unread:
    return Unread(place=entry.position, text=f"{entry.key[:80]} {entry.value[:40]}", why=why)


def _runs(decided: Iterable[tuple[TableEntry, Test]]) -> list[TableResult]:
    """ReadEntries one after the other with one result and one comment are one."""
    runs: list[tuple[list[TableEntry], list[Test]]] = []
    for entry, test in decided:
        if runs and runs[-1][0][-1].group == entry.group:
            runs[-1][0].append(entry)
            runs[-1][1].append(test)
        else:
            runs.append(([entry], [test]))
    return [
        TableResult(
            entries=tuple(entries),
            value=entries[0].value,
            test=tests[0] if len(tests) == 1 else EitherOf(tuple(tests)),
        )
        for entries, tests in runs
    ]


def _patterns(
    table: LookupTable, entries: list[TableEntry], sought: LookupOf, ends: Ends
) -> tuple[list[TableResult], list[Unread]]:
    decided: list[tuple[TableEntry, Test]] = []
    broken: list[Unread] = []
    earlier: list[tuple[TableEntry, Test]] = []
    for entry in entries:
        try:
            own = tuple(_pattern(match, table.form, sought) for match in entry.matches)
        except InvalidPattern as error:
            broken.append(_idle(entry, f"the pattern is broken: {error}"))
            continue
        before = [test for other, test in earlier if other.value != entry.value]
        decided.append((entry, AllOf((*own, *map(Negated, before)))))
        if not ends(entry.value):
            earlier.append((entry, AllOf(own)))
    return _runs(decided), broken


def _pattern(match: Match, form: TableForm, sought: LookupOf) -> Test:
    if sought is LookupOf.CLIENT:
        network = clients.pattern_network(match.pattern)
        test: Test = (
            Unseen(difference=clients.CLIENT_NAME) if network is None else clients.within([network])
        )
    elif sought is LookupOf.SENDER and match.pattern in _NULL_PATTERNS:
        test = NULL_SENDER
    else:
        test = pattern_test(match, form, LookedAt(operand=OPERANDS[sought]))
    return Negated(test) if match.negated else test


def pattern_test(match: Match, form: TableForm, looked: LookedAt) -> Test:
    """What a pattern of a table asks of one text, whatever its sign.

    Raises:
        InvalidPattern: it is no regular expression.
    """
    anchored = form is TableForm.PCRE and match.flags.count("A") % 2 == 1
    pattern = f"^(?:{match.pattern})" if anchored else match.pattern
    return converted(
        pattern,
        flavor=Flavor.PCRE if form is TableForm.PCRE else Flavor.POSIX,
        looked=looked,
        ignores_case=match.flags.count("i") % 2 == 0,
        extended=form is TableForm.PCRE and match.flags.count("x") % 2 == 1,
    ).as_test()
