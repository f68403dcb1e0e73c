"""The quick way to judge: messages that end by what the rules that apply do alone.

Only if nothing is unknown that counts, and if no rule that applies changes what later ones see; all
others go the whole way (`look`, `ways`, `dependences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.judge.index.ways import kept
from mmctl.judge.judged import JudgedRecipient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.index.dependences import Dependences
    from mmctl.judge.index.seen import Seen
    from mmctl.judge.index.ways import Decider
    from mmctl.judge.readings.matter import Dependence


class QuickEnd(NamedTuple):
    """How it ends for an address if some rules apply."""

    judged: JudgedRecipient
    tried: int
    """How many rules were tried."""
    dependences: Sequence[tuple[int, Dependence]]
    """What depends on readings of actions, with the numbers of the variants."""


class Quick:
    """The ends that were found, by addresses and by the columns that apply."""

    __slots__ = ("_coupled", "_dependences", "_joining", "_known", "_way")

    def __init__(self, way: Decider, dependences: Dependences) -> None:
        """The way is that of the chosen readings."""
        self._coupled = way.coupled
        self._way = way
        self._dependences = dependences
        self._joining = dependences.joining
        self._known: dict[tuple[str, int], QuickEnd] = {}

    def ends(
        self, recipients: Sequence[str], seen: Seen
    ) -> tuple[list[QuickEnd], tuple[Dependence, ...]] | None:
        """How it ended for everybody, and what depends on readings; None: rules do not tell."""
        addressed, _, possible, fitting, unknown, changed = seen
        if self._coupled or possible & (unknown | fitting & self._joining):
            return None
        known = self._known
        ends: list[QuickEnd] = []
        depending: list[tuple[int, int, Dependence]] = []
        for place, entry in enumerate(addressed):
            recipient, applying = recipients[place], entry[2] & fitting
            ended = known.get((recipient, applying))
            if ended is None:
                ended = self._ended(recipient, applying)
                if ended is None:
                    return None
            ends.append(ended)
            for number, dependence in ended[2]:
                depending.append((number, place, dependence))
        if changed:
            found = self._by_answers(ends, seen)
            if found is None:
                return None
            depending += found
        if depending:
            depending.sort(key=_by_variant_and_place)
        return ends, tuple([dependence for _, _, dependence in depending])

    def _ended(self, recipient: str, applying: int) -> QuickEnd | None:
        """How it ends for one address; None: the rules alone do not tell."""
        end = self._way.plain_end(applying)
        if end is None or not self._dependences.plain_others(applying, end) or end.others is None:
            return None
        before = end.ended.outcome
        return kept(
            self._known,
            (recipient, applying),
            QuickEnd(
                JudgedRecipient(recipient, end.ended),
                end.tried,
                tuple(
                    (number, self._dependences.of(number, recipient, before, after))
                    for number, after in end.others
                ),
            ),
        )

    def _by_answers(
        self, ends: Sequence[QuickEnd], seen: Seen
    ) -> list[tuple[int, int, Dependence]] | None:
        """What depends on readings under which conditions answer something else."""
        addressed, entries, possible, _, _, changed = seen
        numbers = {
            other.variant
            for entry in changed
            for other in entry.others
            if other.differing & possible
        }
        found = []
        for number in numbers:
            fitting, unknown = possible, 0
            for entry in entries:
                if entry is not None:
                    meaning = entry.under(number)
                    fitting &= meaning.fitting
                    unknown |= meaning.unknown_columns
            for place, entry in enumerate(addressed):
                meaning = entry.under(number)
                if (unknown | meaning.unknown_columns) & possible:
                    return None
                end = self._way.plain_end(fitting & meaning.fitting)
                if end is None:
                    return None
                recipient, ended = ends[place].judged
                if end.ended.outcome is not ended.outcome:
                    outcomes = ended.outcome, end.ended.outcome
                    found.append(
                        (number, place, self._dependences.of(number, recipient, *outcomes))
                    )
        return found


def _by_variant_and_place(each: tuple[int, int, Dependence]) -> tuple[int, int]:
    return each[:2]
