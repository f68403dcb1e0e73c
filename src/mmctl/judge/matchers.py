"""Values of conditions, arranged so that one lookup finds all that something meets.

Each class answers with slots. What it says must be what `mmctl.judge.compare` says value by value.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import FEW, entry_matches, folded, network, number_matches, parents
from mmctl.judge.contained import Contained, contained_one_by_one
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.judge.compare import IpAddress, Members
    from mmctl.language.readings import Case
    from mmctl.model.enums import RuleNumberOperator

_BETWEEN: Final = "\n"
"""What texts are joined by: a value that begins or ends with it is at a text's start or end."""
_LONG: Final = 2_000
"""Characters of addresses that are not compared with entries one by one."""
_FEW_PARTS: Final = 8
"""So few values are looked for one by one in many texts."""
_COMPILED_AT_MOST: Final = 20_000
"""More entries are not compiled: that would take long, and much memory."""


class TextMatcher:
    """The values of all text conditions on one field, in one letter case."""

    def __init__(
        self,
        conditions: Iterable[tuple[RuleStringOperator, Sequence[str], int]],
        case: Case,
        *,
        plainly: bool = False,
    ) -> None:
        """Conditions are operator, values and slots; `NOT_EQUALS` is met as `EQUALS` is."""
        self._case = case
        self.folded = True
        """Whether all values are in lower case."""
        by_operator: dict[RuleStringOperator, dict[str, int]] = {
            operator: {} for operator in RuleStringOperator
        }
        for operator, values, slots in conditions:
            of = by_operator[operator]
            for value in values:
                wanted = folded(value, case)
                of[wanted] = of.get(wanted, 0) | slots
                self.folded = self.folded and value == value.lower()
        self._equal = by_operator[RuleStringOperator.EQUALS]
        for value, slots in by_operator[RuleStringOperator.NOT_EQUALS].items():
            self._equal[value] = self._equal.get(value, 0) | slots
        self._starts = by_operator[RuleStringOperator.STARTS_WITH]
        self._ends = by_operator[RuleStringOperator.ENDS_WITH]
        self._contained = by_operator[RuleStringOperator.CONTAINS]
        self._always = 0
        for of in (self._starts, self._ends, self._contained):
            self._always |= of.pop("", 0)
        self._starts_by = sorted({len(value) for value in self._starts})
        self._ends_by = sorted({len(value) for value in self._ends})
        self._in_lines = not any(
            _BETWEEN in value for value in chain(self._starts, self._ends, self._contained)
        )
        """Whether no value goes beyond the end of a line."""
        parts = self._all_parts() if self._in_lines else {}
        self._parts = None if plainly else Contained.of(parts)
        self._few_parts = parts if self._in_lines and len(parts) <= _FEW_PARTS else None
        self._whole: dict[str, int] | None = None
        self._compiled: Contained | None = None

    def _all_parts(self) -> dict[str, int]:
        """The values that texts start with, end with or contain, as parts of joined texts."""
        parts = {_BETWEEN + value: slots for value, slots in self._starts.items()}
        parts.update((value + _BETWEEN, slots) for value, slots in self._ends.items())
        parts.update(self._contained)
        return parts

    def met_by(self, texts: Sequence[str]) -> int:
        """The slots of the conditions with a value that at least one text meets."""
        if self._parts is not None:
            joined = _BETWEEN.join(("", *texts, ""))
            if joined.count(_BETWEEN) == len(texts) + 1:
                if self._case == "insensitive":
                    joined = joined.lower()
                found = self._parts.within(joined)
                if found is not None:
                    return found | self._always | self._equal_to(joined)
        if len(texts) > FEW and self._in_lines:
            return self._met_by_many(texts)
        slots = 0
        for text in texts:
            slots |= self._meet(folded(text, self._case))
        return slots

    def _equal_to(self, joined: str) -> int:
        """The slots of the values that are one of the joined texts."""
        slots, equal = 0, self._equal
        if equal:
            if len(joined) > _LONG:
                return self._whole_lines(joined)
            for text in joined[1:-1].split(_BETWEEN):
                slots |= equal.get(text, 0)
        return slots

    def _whole_lines(self, joined: str) -> int:
        """The same for a hostile header, whose lines may be a million."""
        if self._whole is None:
            self._whole = {
                f"{_BETWEEN}{value}{_BETWEEN}": slots
                for value, slots in self._equal.items()
                if _BETWEEN not in value
            }
            self._compiled = Contained.of(self._whole)
        found = None if self._compiled is None else self._compiled.within(joined)
        return contained_one_by_one(self._whole, joined) if found is None else found

    def _met_by_many(self, texts: Sequence[str]) -> int:
        """The same, with the values looked for among the texts: there may be a million."""
        if self._few_parts is not None:
            joined = folded(_BETWEEN.join(("", *texts, "")), self._case)
            if joined.count(_BETWEEN) == len(texts) + 1:
                found = contained_one_by_one(self._few_parts, joined)
                return self._always | found | self._whole_lines(joined)
        compared = _all_folded(texts, self._case)
        slots = self._always | _of_common(self._equal, compared)
        for length in self._starts_by:
            slots |= _of_common(self._starts, {text[:length] for text in compared})
        for length in self._ends_by:
            slots |= _of_common(self._ends, {text[-length:] for text in compared})
        return slots | contained_one_by_one(self._contained, _BETWEEN.join(compared))

    def _meet(self, text: str) -> int:
        """The same for one text, value by value where there is no other way."""
        slots = self._always | self._equal.get(text, 0)
        # A text that is shorter than a length is its own start and end.
        starts, ends = self._starts, self._ends
        for length in self._starts_by:
            slots |= starts.get(text[:length], 0)
        for length in self._ends_by:
            slots |= ends.get(text[-length:], 0)
        return slots | contained_one_by_one(self._contained, text)


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
        self._entries: dict[Case, Entries] = {}
        self._plainly = plainly

    def look_up(self, addresses: tuple[str, ...]) -> Listed:
        """Some addresses, to be looked up under any readings."""
        return Listed(self, addresses)

    def entries(self, case: Case) -> Entries:
        """The entries, in one letter case."""
        if case not in self._entries:
            self._entries[case] = Entries(self._members, case, plainly=self._plainly)
        return self._entries[case]

    def slots_of(self, lists: int) -> int:
        """The slots of lists, which are bits by their places."""
        slots = 0
        for place, of_list in enumerate(self._slots):
            if lists >> place & 1:
                slots |= of_list
        return slots


class Listed:
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

    def _together(self, entries: Entries, case: Case) -> Many | None:
        """All addresses as one text; None: one of them has more than one line."""
        if self._lines is None:
            addresses = [address for address in self._addresses if "@" in address]
            lines = _BETWEEN.join(("", *addresses, ""))
            self._lines = lines if lines.count(_BETWEEN) == len(addresses) + 1 else ""
        if not self._lines:
            return None
        return Many(entries, folded(self._lines, case))


class Entries:
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
            if _BETWEEN in entry:
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
        yield f"{_BETWEEN}{entry}{_BETWEEN}", 0
        if entry.startswith("*@") and "@" not in (domain := entry[2:]) and domain:
            yield f"@{domain}{_BETWEEN}", 0
        return
    if entry:
        yield f"@{entry}{_BETWEEN}", 0
    yield f".{entry}{_BETWEEN}", below
    if entry.startswith("*."):
        domain = entry[2:]
        yield f".{domain}{_BETWEEN}", 0
        if domain:
            yield f"@{domain}{_BETWEEN}", apex


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
            wanted = _pattern(domain, f"[^@{_BETWEEN}]*")
            if apex and domain.startswith("*."):
                wanted = f"(?:{wanted}|{re.escape(domain[2:])})"
            self._patterns[apex] = re.compile(
                f"{_BETWEEN}{_pattern(local, f'[^{_BETWEEN}]*')}@(?!{_BETWEEN}){wanted}{_BETWEEN}"
            )
        return self._patterns[apex].search(lines) is not None


def _part_of_local(local: str) -> str:
    start, star, end = local.partition("*")
    if not star:
        return f"{_BETWEEN}{local}@"
    if start:
        return f"{_BETWEEN}{start}"
    return f"{end}@" if end else ""


def _part_of_domain(domain: str) -> str:
    start, star, end = domain.partition("*")
    if not star:
        return f"@{domain}{_BETWEEN}"
    if end.removeprefix("."):
        return f"{end.removeprefix('.')}{_BETWEEN}"  # `*.d` may be `d` itself
    return f"@{start}" if start else ""


def _pattern(text: str, anything: str) -> str:
    """A text with at most one `*` as a pattern; further stars are plain characters."""
    start, star, end = text.partition("*")
    return re.escape(start) + (anything if star else "") + re.escape(end)


class Many:
    """Many addresses of one letter case, a line each, looked up all at once."""

    __slots__ = ("_above", "_addresses", "_domains", "_entries", "_lines", "_mask")

    def __init__(self, entries: Entries, lines: str) -> None:
        self._entries = entries
        self._lines = lines
        parts = entries.parts()
        self._mask = None if parts is None else parts.within(lines)
        if self._mask is None:
            self._addresses = {each for each in lines.split(_BETWEEN) if each}
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
        lists = _of_common(lists_of, self._addresses)
        lists |= _of_common(lists_of, domains)
        lists |= _of_common(lists_of, {f"*@{domain}" for domain in domains})
        lists |= _of_common(lists_of, {f"*.{parent}" for parent in self._above})
        if apex:
            lists |= _of_common(lists_of, {f"*.{domain}" for domain in domains})
        if below_bare:
            lists |= _of_common(lists_of, self._above)
        return lists


def _may_be_met(starred: Starred, found: int) -> bool:
    """Whether both parts of an entry with a star were found."""
    local, domain = starred.parts
    return bool((found & 1 or not local) and (found & 2 or not domain))


def _all_folded(texts: Iterable[str], case: Case) -> set[str]:
    return set(map(str.lower, texts)) if case == "insensitive" else set(texts)


def _of_common(slots_of: Mapping[str, int], texts: set[str]) -> int:
    """The slots of the values that are among some texts."""
    slots = 0
    for value in texts.intersection(slots_of) if len(slots_of) < len(texts) else texts:
        slots |= slots_of.get(value, 0)
    return slots


class NetworkMatcher:
    """The networks of all conditions on the client's address, for one family of addresses."""

    def __init__(self, conditions: Iterable[tuple[Sequence[str], int]], version: int) -> None:
        """Conditions are networks and slots."""
        self._width = 32 if version == 4 else 128  # noqa: PLR2004 - the IP versions are 4 and 6
        self._by_length: dict[int, dict[int, int]] = {}
        for values, slots in conditions:
            for around in map(network, values):
                if around is not None and around.version == version:
                    shift = self._width - around.prefixlen
                    of = self._by_length.setdefault(shift, {})
                    start = int(around.network_address) >> shift
                    of[start] = of.get(start, 0) | slots

    def met_by(self, address: IpAddress) -> int:
        """The slots of the conditions with a network around an address of the family."""
        number, slots = int(address), 0
        for shift, of in self._by_length.items():
            slots |= of.get(number >> shift, 0)
        return slots


class SizeMatcher:
    """The numbers of all conditions on the size."""

    def __init__(self, conditions: Iterable[tuple[RuleNumberOperator, float, int]]) -> None:
        """Conditions are operator, number and slots."""
        self._conditions = tuple(conditions)
        self.numbers = sorted({number for _, number, _ in self._conditions})
        """What sizes are compared with: all sizes between two of them meet the same."""

    def met_by(self, size: int) -> int:
        """The slots of the conditions that a size meets."""
        slots = 0
        for operator, number, of_condition in self._conditions:
            if number_matches(operator, size, number):
                slots |= of_condition
        return slots
