"""The quick way to judge: messages that end by what the rules that apply do alone.

Only if nothing is unknown that counts, and if no rule that applies changes what later ones see; all
others go the whole way (`look`, `ways`, `dependences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.index.dependences import Dependences, Differing
    from mmctl.judge.index.seen import SeenValue
    from mmctl.judge.index.ways import Decider, End


class Quick:
    """The ends by the columns that apply."""

    __slots__ = ("_coupled", "_dependences", "_joining", "_way")

    def __init__(self, way: Decider, dependences: Dependences) -> None:
        """The way is that of the chosen readings."""
        self._coupled = way.coupled
        self._way = way
        self._dependences = dependences
        self._joining = dependences.joining

    def ends(self, seen: SeenValue) -> tuple[Sequence[End], list[Differing]] | None:
        """How it ends for everybody, and what depends on readings; None: rules do not tell."""
        addressed, _, possible, fitting, unknown, changed = seen
        if self._coupled or possible & (unknown | fitting & self._joining):
            return None
        plain = self._way.plain
        ends: list[End] = []
        differing: list[Differing] = []
        for place, entry in enumerate(addressed):
            applying = entry[2] & fitting
            end = plain.get(applying)
            if end is None or end.others is None:
                end = self._end(applying)
                if end is None:
                    return None
            ends.append(end)
            if end.others:
                differing += [(number, place, outcome) for number, outcome in end.others]
        if changed:
            found = self._by_answers(ends, seen)
            if found is None:
                return None
            differing += found
        return ends, differing

    def _end(self, applying: int) -> End | None:
        """How it ends if some rules apply that did not do so together before."""
        end = self._way.plain_end(applying)
        if end is None or not self._dependences.plain_others(applying, end):
            return None
        return end

    def _by_answers(self, ends: Sequence[End], seen: SeenValue) -> list[Differing] | None:
        """What depends on readings under which conditions answer something else."""
        addressed, entries, possible, _, _, changed = seen
        numbers = {
            other.variant
            for entry in changed
            for other in entry.others
            if other.differing & possible
        }
        found: list[Differing] = []
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
                if end.ended.outcome is not ends[place].ended.outcome:
                    found.append((number, place, end.ended.outcome))
        return found
