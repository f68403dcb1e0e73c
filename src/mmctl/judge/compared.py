"""What the long texts of one message meet, for whoever asks condition by condition.

A hostile header has a megabyte of text, or a million addresses: they are compared with the values
of all conditions at once, and that is remembered for every condition and every reading. What it
says is what `mmctl.judge.compare` says value by value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import values_met
from mmctl.judge.list_matcher import ListMatcher
from mmctl.judge.matchers import TextMatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.judge.compare import Members
    from mmctl.judge.list_matcher import LookedUp
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleStringOperator

FEW: Final = 16
"""So many texts or addresses are compared one by one."""
SHORT: Final = 2_000
"""So many characters of texts are compared one by one."""


def is_long(texts: Sequence[str]) -> bool:
    """Whether there is so much text that it is worth comparing it with all values at once."""
    return len(texts) > FEW or sum(map(len, texts)) > SHORT


class Compared:
    """What was found out about one message; empty until something long is compared."""

    __slots__ = ("_listed", "_met")

    def __init__(self) -> None:
        # Under the identity of what is compared, which is kept so that nothing else gets it.
        self._met: dict[tuple[int, int, Case], tuple[object, Vocabulary, int]] = {}
        self._listed: dict[tuple[int, int], tuple[object, Vocabulary, LookedUp]] = {}

    def values_met(
        self,
        vocabulary: Vocabulary,
        operator: RuleStringOperator,
        texts: tuple[str, ...],
        values: Sequence[str],
        case: Case,
    ) -> tuple[str, ...]:
        """The values that at least one text meets."""
        places = vocabulary.places_of(operator, values)
        if places is None:
            return values_met(operator, texts, values, case)
        same: object = texts[0] if len(texts) == 1 else texts
        key = (id(same), id(vocabulary), case)
        known = self._met.get(key)
        if known is None:
            met = vocabulary.matcher(case).met_by(texts)
            known = self._met[key] = (same, vocabulary, met)
        met = known[2]
        return tuple(
            [value for value, place in zip(values, places, strict=True) if met >> place & 1]
        )

    def included(
        self, vocabulary: Vocabulary, name: str, addresses: tuple[str, ...], readings: Readings
    ) -> bool:
        """Whether an address list whose members are known has one of the addresses."""
        key = (id(addresses), id(vocabulary))
        known = self._listed.get(key)
        if known is None:
            known = self._listed[key] = (
                addresses,
                vocabulary,
                vocabulary.lists.look_up(addresses),
            )
        lists = listed_under(readings, known[2])
        return bool(lists >> vocabulary.place_of_list[name] & 1)


def listed_under(readings: Readings, listed: LookedUp) -> int:
    """The slots of the lists that include one of some addresses."""
    return listed.met(
        readings.address_list_case,
        below_bare=readings.bare_domain_entry == "that_domain_and_below",
        apex=readings.star_domain_entry == "below_and_d",
    )


class Vocabulary:
    """All that the conditions of a gateway compare texts and addresses with."""

    def __init__(
        self,
        strings: Iterable[tuple[RuleStringOperator, Sequence[str]]],
        lists: Mapping[str, Members | None],
    ) -> None:
        """Operators and values, and lists by their names."""
        self._places: dict[tuple[RuleStringOperator, str], int] = {}
        for operator, values in strings:
            for value in values:
                self._places.setdefault((operator, value), len(self._places))
        self._matchers: dict[Case, TextMatcher] = {}
        known = {name: each for name, each in lists.items() if each is not None}
        self.place_of_list = {name: place for place, name in enumerate(known)}
        self.lists = ListMatcher((each, 1 << place) for place, each in enumerate(known.values()))

    def places_of(
        self, operator: RuleStringOperator, values: Sequence[str]
    ) -> tuple[int, ...] | None:
        """The places of values; None: a condition of another gateway has them."""
        try:
            return tuple([self._places[operator, value] for value in values])
        except KeyError:
            return None

    def matcher(self, case: Case) -> TextMatcher:
        """Looks for all values."""
        if case not in self._matchers:
            self._matchers[case] = TextMatcher(
                [
                    (operator, (value,), 1 << place)
                    for (operator, value), place in self._places.items()
                ],
                case,
            )
        return self._matchers[case]
