"""Entries of address lists, arranged so that one lookup finds all lists that include an address.

What it says is what `Members.include` says list by list and address by address. A hostile header
has a million addresses: those are one text with a line each, in which all entries are looked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import entry_matches, folded, parents
from mmctl.judge.contained import Contained
from mmctl.judge.matchers import BETWEEN, FEW, slots_among

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.judge.compare import Members
    from mmctl.language.readings import Case

_LONG: Final = 2_000
"""Characters of addresses that are not compared with entries one by one."""
_COMPILED_AT_MOST: Final = 20_000
"""More entries are not compiled: that would take long, and much memory."""


class ListMatcher:
    """The entries of all address lists that conditions on one field use."""

    def __init__(self, lists: Iterable[tuple[Members, int]], *, plainly: bool = False) -> None:
        """Lists with the slots of their conditions."""
        merged: dict[int, tuple[Members, int]] = {}
        for members, slots in lists:
            known = merged.get(id(members))
            merged[id(members)] = (members, slots if known is None else known[1] | slots)
        self._members = tuple(members for members, _ in merged.values())
        self._slots = tuple(slots for _, slots in merged.values())
        self._entries: dict[Case, ListEntries] = {}
        self._plainly = plainly

    def look_up(self, addresses: tuple[str, ...]) -> LookedUp:
        """Some addresses, to be looked up under any readings."""
        return LookedUp(self, addresses)

    def entries(self, case: Case) -> ListEntries:
        """The entries, in one letter case."""
        if case not in self._entries:
            self._entries[case] = ListEntries(self._members, case, plainly=self._plainly)
        return self._entries[case]

    def slots_of(self, lists: int) -> int:
        """The slots of lists, which are bits by their places."""
        slots = 0
        for place, of_list in enumerate(self._slots):
            if lists >> place & 1:
                slots |= of_list
        return slots


class LookedUp:
    """Some addresses, looked up in address lists: those of a hostile header once for all readings.

    Each letter case is another lookup; what else is read differently is found together.
    """

    __slots__ = ("_addresses", "_found", "_lines", "_matcher", "_meanings")

    def __init__(self, matcher: ListMatcher, addresses: tuple[str, ...]) -> None:
        self._matcher = matcher
        self._addresses = addresses
        self._lines: str | None = None
        self._found: dict[Case, Many | None] = {}
        self._meanings: dict[tuple[Case, bool, bool], int] = {}

    def met(self, case: Case, *, below_bare: bool, apex: bool) -> int:
        """The slots of the lists that include at least one address, under three readings."""
        key = (case, below_bare, apex)
        known = self._meanings.get(key)
        if known is None:
            known = self._meanings[key] = self._met(case, below_bare=below_bare, apex=apex)
        return known

    def _met(self, case: Case, *, below_bare: bool, apex: bool) -> int:
        entries = self._matcher.entries(case)
        lists = 0
        if entries.repays(self._addresses):
            if case not in self._found:
                self._found[case] = self._together(entries, case)
            found = self._found[case]
            if found is not None:
                return self._matcher.slots_of(found.met(below_bare=below_bare, apex=apex))
        for address in self._addresses:
            lists |= entries.including(folded(address, case), below_bare=below_bare, apex=apex)
        return self._matcher.slots_of(lists)

    def _together(self, entries: ListEntries, case: Case) -> Many | None:
        """All addresses as one text; None: one of them has more than one line."""
        if self._lines is None:
            addresses = [address for address in self._addresses if "@" in address]
            lines = BETWEEN.join(("", *addresses, ""))
            self._lines = lines if lines.count(BETWEEN) == len(addresses) + 1 else ""
        if not self._lines:
            return None
        return Many(entries, folded(self._lines, case))


class ListEntries:
    """The entries of some address lists in one letter case; lists are bits by their places."""

    def __init__(self, lists: Sequence[Members], case: Case, *, plainly: bool) -> None:
        """Arrange them for lookups of single addresses."""
        self.lists_of: dict[str, int] = {}
        with_star: dict[str, int] = {}
        self.longest = 0
        for place, members in enumerate(lists):
            self.longest = max(self.longest, members.longest)
            sensitive = case == "sensitive"
            for entry in members.entries if sensitive else members.entries_in_lower_case:
                self.lists_of[entry] = self.lists_of.get(entry, 0) | 1 << place
            for entry in members.with_star:
                wanted = folded(entry, case)
                with_star[wanted] = with_star.get(wanted, 0) | 1 << place
        self.with_star = tuple(Starred(entry, lists) for entry, lists in with_star.items())
        self.width = len(lists)
        self._plainly = plainly
        self._parts: Contained | None = None
        self._arranged = False

    def repays(self, addresses: Sequence[str]) -> bool:
        """Whether there are so many addresses that they are looked up all at once."""
        count, stars = len(addresses), len(self.with_star)
        return count > FEW or (
            stars > 0 and (count * stars > FEW or sum(map(len, addresses)) > _LONG)
        )

    def including(self, address: str, *, below_bare: bool, apex: bool) -> int:
        """The lists that include one address, as `Members.include` says."""
        _, at, domain = address.rpartition("@")
        if not at:
            return 0
        entries = self.lists_of
        lists = entries.get(address, 0)
        if not domain:
            return lists
        lists |= entries.get(domain, 0) | entries.get(f"*@{domain}", 0)
        if apex:
            lists |= entries.get(f"*.{domain}", 0)
        for parent in parents(domain, self.longest):
            lists |= entries.get(f"*.{parent}", 0)
            if below_bare:
                lists |= entries.get(parent, 0)
        for starred in self.with_star:
            if starred.lists & ~lists and entry_matches(starred.entry, address, apex=apex):
                lists |= starred.lists
        return lists

    def parts(self) -> Contained | None:
        """What the lines of included addresses have; None: looking addresses up is all there is.

        The masks of parts are lists, beside them those that only have it if a bare domain includes
        what is below it, beside them those that only have it if `*.d` includes `d`; then two bits
        for each entry with a star, which may be met where both are found.
        """
        if not self._arranged:
            self._arranged = True
            if not self._plainly and len(self.lists_of) <= _COMPILED_AT_MOST:
                self._parts = Contained.of(self._all_parts())
        return self._parts

    def _all_parts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        below, apex, after = self.width, 2 * self.width, 3 * self.width
        for entry, lists in self.lists_of.items():
            if BETWEEN in entry:
                continue  # no address has it
            for part, shift in _parts_of(entry, below, apex):
                found[part] = found.get(part, 0) | lists << shift
        for number, starred in enumerate(self.with_star):
            for place, part in enumerate(starred.parts):
                if part:
                    found[part] = found.get(part, 0) | 1 << (after + 2 * number + place)
        return found


def _parts_of(entry: str, below: int, apex: int) -> Iterator[tuple[str, int]]:
    """What the line of an included address has, and how far the bits of its lists are shifted."""
    if "@" in entry:
        yield f"{BETWEEN}{entry}{BETWEEN}", 0
        if entry.startswith("*@") and "@" not in (domain := entry[2:]) and domain:
            yield f"@{domain}{BETWEEN}", 0
        return
    if entry:
        yield f"@{entry}{BETWEEN}", 0
    yield f".{entry}{BETWEEN}", below
    if entry.startswith("*."):
        domain = entry[2:]
        yield f".{domain}{BETWEEN}", 0
        if domain:
            yield f"@{domain}{BETWEEN}", apex


class Starred:
    """An entry with a `*` that is not all of the local part: a pattern for lines of addresses."""

    __slots__ = ("_patterns", "entry", "lists", "parts")

    def __init__(self, entry: str, lists: int) -> None:
        self.entry = entry
        self.lists = lists
        local, _, domain = entry.rpartition("@")
        self.parts = (_part_of_local(local), _part_of_domain(domain))
        """What a line that meets it has, for its local part and for its domain; empty: anything."""
        self._patterns: dict[bool, re.Pattern[str]] = {}

    def is_in(self, lines: str, *, apex: bool) -> bool:
        """Whether one of the lines meets it, as `entry_matches` says."""
        if apex not in self._patterns:
            local, _, domain = self.entry.rpartition("@")
            wanted = _pattern(domain, f"[^@{BETWEEN}]*")
            if apex and domain.startswith("*."):
                wanted = f"(?:{wanted}|{re.escape(domain[2:])})"
            self._patterns[apex] = re.compile(
                f"{BETWEEN}{_pattern(local, f'[^{BETWEEN}]*')}@(?!{BETWEEN}){wanted}{BETWEEN}"
            )
        return self._patterns[apex].search(lines) is not None


def _part_of_local(local: str) -> str:
    start, star, end = local.partition("*")
    if not star:
        return f"{BETWEEN}{local}@"
    if start:
        return f"{BETWEEN}{start}"
    return f"{end}@" if end else ""


def _part_of_domain(domain: str) -> str:
    start, star, end = domain.partition("*")
    if not star:
        return f"@{domain}{BETWEEN}"
    if end.removeprefix("."):
        return f"{end.removeprefix('.')}{BETWEEN}"  # `*.d` may be `d` itself
    return f"@{start}" if start else ""


def _pattern(text: str, anything: str) -> str:
    """A text with at most one `*` as a pattern; further stars are plain characters."""
    start, star, end = text.partition("*")
    return re.escape(start) + (anything if star else "") + re.escape(end)


class Many:
    """Many addresses of one letter case, a line each, looked up all at once."""

    __slots__ = ("_above", "_addresses", "_domains", "_entries", "_lines", "_mask")

    def __init__(self, entries: ListEntries, lines: str) -> None:
        self._entries = entries
        self._lines = lines
        parts = entries.parts()
        self._mask = None if parts is None else parts.within(lines)
        if self._mask is None:
            self._addresses = {each for each in lines.split(BETWEEN) if each}
            self._domains = {each.rpartition("@")[2] for each in self._addresses} - {""}
            self._above = {
                parent for domain in self._domains for parent in parents(domain, entries.longest)
            }

    def met(self, *, below_bare: bool, apex: bool) -> int:
        """The lists that include at least one of the addresses, under two readings."""
        entries, mask = self._entries, self._mask
        if mask is None:
            lists = self._one_by_one(below_bare=below_bare, apex=apex)
        else:
            every = (1 << entries.width) - 1
            lists = mask & every
            if below_bare:
                lists |= mask >> entries.width & every
            if apex:
                lists |= mask >> 2 * entries.width & every
            mask >>= 3 * entries.width
        for number, starred in enumerate(entries.with_star):
            if (
                starred.lists & ~lists
                and (mask is None or _may_be_met(starred, mask >> 2 * number))
                and starred.is_in(self._lines, apex=apex)
            ):
                lists |= starred.lists
        return lists

    def _one_by_one(self, *, below_bare: bool, apex: bool) -> int:
        lists_of, domains = self._entries.lists_of, self._domains
        lists = slots_among(lists_of, self._addresses)
        lists |= slots_among(lists_of, domains)
        lists |= slots_among(lists_of, {f"*@{domain}" for domain in domains})
        lists |= slots_among(lists_of, {f"*.{parent}" for parent in self._above})
        if apex:
            lists |= slots_among(lists_of, {f"*.{domain}" for domain in domains})
        if below_bare:
            lists |= slots_among(lists_of, self._above)
        return lists


def _may_be_met(starred: Starred, found: int) -> bool:
    """Whether both parts of an entry with a star were found."""
    local, domain = starred.parts
    return bool((found & 1 or not local) and (found & 2 or not domain))
