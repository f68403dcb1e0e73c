"""Values of conditions, arranged so that one lookup finds all that something meets.

Each class answers with slots. What it says must be what `mmctl.judge.compare` says value by value.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import folded, network, number_matches
from mmctl.judge.contained import Contained, contained_one_by_one
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.judge.compare import IpAddress
    from mmctl.language.readings import Case
    from mmctl.model.enums import RuleNumberOperator

BETWEEN: Final = "\n"
"""What texts are joined by: a value that begins or ends with it is at a text's start or end."""
FEW: Final = 100
"""More texts or addresses are compared all at once: only a hostile header has them."""
_FEW_PARTS: Final = 8
"""So few values are looked for one by one in many texts."""


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
            BETWEEN in value for value in chain(self._starts, self._ends, self._contained)
        )
        """Whether no value goes beyond the end of a line."""
        parts = self._all_parts() if self._in_lines else {}
        self._parts = None if plainly else Contained.of(parts)
        self._few_parts = parts if self._in_lines and len(parts) <= _FEW_PARTS else None

    def _all_parts(self) -> dict[str, int]:
        """The values that texts are, start with, end with or contain, as parts of joined texts."""
        parts = {BETWEEN + value: slots for value, slots in self._starts.items()}
        parts.update((value + BETWEEN, slots) for value, slots in self._ends.items())
        parts.update(self._contained)
        for value, slots in self._equal.items():
            if BETWEEN not in value:
                line = f"{BETWEEN}{value}{BETWEEN}"
                parts[line] = parts.get(line, 0) | slots
        return parts

    def met_by(self, texts: Sequence[str]) -> int:
        """The slots of the conditions with a value that at least one text meets."""
        if self._parts is not None:
            joined = BETWEEN.join(("", *texts, ""))
            if joined.count(BETWEEN) == len(texts) + 1:
                found = self._parts.within(
                    joined.lower() if self._case == "insensitive" else joined
                )
                if found is not None:
                    return found | self._always
        if len(texts) > FEW and self._in_lines:
            return self._met_by_many(texts)
        slots = 0
        for text in texts:
            slots |= self._meet(folded(text, self._case))
        return slots

    def met_by_both(self, texts: Sequence[str], others: Sequence[str]) -> tuple[int, int]:
        """The same for some texts and for others, found together."""
        if self._parts is not None:
            joined = BETWEEN.join(("", *texts, *others, ""))
            compared = joined.lower() if self._case == "insensitive" else joined
            count = len(texts) + len(others) + 1
            # No letter is shorter in lower case: with the same length, all are where they were.
            if joined.count(BETWEEN) == count and len(compared) == len(joined):
                found = self._parts.within_both(compared, sum(map(len, texts)) + len(texts))
                if found is not None:
                    return found[0] | self._always, found[1] | self._always
        return self.met_by(texts), self.met_by(others)

    def _met_by_many(self, texts: Sequence[str]) -> int:
        """The same, with the values looked for among the texts: there may be a million."""
        if self._few_parts is not None:
            joined = folded(BETWEEN.join(("", *texts, "")), self._case)
            if joined.count(BETWEEN) == len(texts) + 1:
                return self._always | contained_one_by_one(self._few_parts, joined)
        compared = _all_folded(texts, self._case)
        slots = self._always | slots_among(self._equal, compared)
        for length in self._starts_by:
            slots |= slots_among(self._starts, {text[:length] for text in compared})
        for length in self._ends_by:
            slots |= slots_among(self._ends, {text[-length:] for text in compared})
        return slots | contained_one_by_one(self._contained, BETWEEN.join(compared))

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


def _all_folded(texts: Iterable[str], case: Case) -> set[str]:
    return set(map(str.lower, texts)) if case == "insensitive" else set(texts)


def slots_among(slots_of: Mapping[str, int], texts: set[str]) -> int:
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
