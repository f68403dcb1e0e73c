"""Which readings matter to a message: what changes under each other choice, from the index.

`mmctl.judge.readings.matter` is the definition. A reading of conditions is tried only if one of
their answers differs, a reading of actions if rules that may apply are about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mmctl.judge.judging import coupled
from mmctl.judge.readings.asked import BY_HEADERS, questions_of
from mmctl.judge.readings.matter import LIST_IS_GONE, Dependence, about_actions
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.entries import Sight
    from mmctl.judge.index.look import Look
    from mmctl.judge.index.ways import Decider, End

Differing: TypeAlias = "tuple[int, int, Outcome]"
"""The number of a variant, the place of a recipient, and how it ends for it then."""


class Dependences:
    """Other choices of readings, and how mail ends under them."""

    def __init__(self, context: Context, way: Decider) -> None:
        """The way is that of the chosen readings."""
        self._context = context
        self._way = way
        self._ways: dict[int, Decider] = {}
        in_question = about_actions(context.gateway)
        self._about_actions = tuple(
            each for each in context.variants if each.reading in in_question
        )
        self._apart = tuple(
            each
            for each in self._about_actions
            if not (way.coupled or coupled(each.gateway.readings))
        )
        self._together = tuple(each for each in self._about_actions if each not in self._apart)
        alone = context.entangled.marking | way.endings.fails | way.endings.depends
        self.joining = alone if self._together else 0
        """The rules by which judging recipients together can make a difference."""
        asked = questions_of(context.gateway).conditions
        self._by_headers = tuple(
            each
            for each in context.variants
            if context.entangled.marking and each.reading in BY_HEADERS and each.reading in asked
        )

    def found(self, sights: Sequence[Sight], ends: Sequence[End], look: Look) -> list[Differing]:
        """The outcomes that another choice of one reading would change."""
        found: list[Differing] = []
        for place, end in enumerate(ends):
            others = end.others
            if others is None:
                others = end.others = self._others(sights[place], end, look)
            if others:
                found += [(number, place, outcome) for number, outcome in others]
        for variant in self._together:
            if self._may_matter(sights, ends):
                found += self._differing(variant, ends, sights, look)
        if look.others or self._by_headers or self._context.entangled.addresses:
            found += self._by_answers(sights, ends, look)
        return found

    def told(
        self, found: list[Differing], recipients: Sequence[str], ends: Sequence[End]
    ) -> tuple[Dependence, ...]:
        """The same with words, in the order of variants and recipients."""
        if not found:
            return ()
        found.sort(key=_by_variant_and_place)
        variants = self._context.variants
        return tuple(
            [
                Dependence(
                    recipients[place],
                    variants[number].reading,
                    variants[number].chosen,
                    variants[number].other,
                    ends[place].ended.outcome,
                    outcome,
                )
                for number, place, outcome in found
            ]
        )

    def plain_others(self, applying: int, end: End) -> bool:
        """Find the outcomes under other readings of actions; whether nothing more is needed."""
        if end.others is None:
            after = []
            for variant in self._apart:
                again = self._under(variant).plain_end(applying)
                if again is None:
                    return False
                after.append((variant.number, again))
            end.others = _differing_from(end, after)
        return True

    def _others(self, sight: Sight, end: End, look: Look) -> tuple[tuple[int, Outcome], ...]:
        """The outcomes for one recipient under other readings of actions."""
        if end.ended.outcome is Outcome.UNKNOWN:
            return ()
        after = [(each.number, self._under(each).end(sight, look)) for each in self._apart]
        return _differing_from(end, after)

    def _may_matter(self, sights: Sequence[Sight], ends: Sequence[End]) -> bool:
        """Whether judging recipients together can make a difference; in doubt, yes."""
        way = self._way
        if way.coupled:
            return True
        reach = 0
        for sight in sights:
            reach |= sight.applying | sight.maybe
        if reach & self.joining:
            return True
        # Together, recipients may have too many worlds, also if all are seen alike.
        return len(sights) > 1 and any(end.ended.missing for end in ends)

    def _by_answers(
        self, sights: Sequence[Sight], ends: Sequence[End], look: Look
    ) -> list[Differing]:
        """What differs under readings that give other answers."""
        entangled, reach = self._context.entangled, 0
        for sight in sights:
            reach |= sight.applying | sight.maybe
        plainly = self._way.plainly(sights)
        if reach & (entangled.replacing | entangled.marking):
            for address in entangled.addresses:
                seen = look.sight(0, address)
                reach |= seen.applying | seen.maybe
        numbers = look.others
        if reach & entangled.marking:
            numbers = numbers.union(variant.number for variant in self._by_headers)
        found: list[Differing] = []
        for number in numbers:
            variant = self._context.variants[number]
            under = look.under(number)
            if plainly and number not in look.of_recipients and under.shows(look):
                continue
            after = [under.sight(sight.place, sight.recipient) for sight in sights]
            found += self._differing(variant, ends, after, under)
        return found

    def _differing(
        self,
        variant: Variant,
        ends: Sequence[End],
        after: Sequence[Sight],
        look: Look,
    ) -> list[Differing]:
        """The recipients whose outcome differs."""
        lists = variant.reading == LIST_IS_GONE
        if not lists and all(end.ended.outcome is Outcome.UNKNOWN for end in ends):
            return []
        again = self._under(variant).ends(after, look)
        return [
            (variant.number, place, new.ended.outcome)
            for place, (old, new) in enumerate(zip(ends, again, strict=True))
            if old.ended.outcome is not new.ended.outcome
            and (old.ended.outcome is not Outcome.UNKNOWN or lists)
        ]

    def _under(self, variant: Variant) -> Decider:
        """How mail ends under another reading."""
        number = variant.number
        if number not in self._ways:
            self._ways[number] = self._way.under(
                variant, about_actions=variant in self._about_actions
            )
        return self._ways[number]


def _differing_from(end: End, after: Iterable[tuple[int, End]]) -> tuple[tuple[int, Outcome], ...]:
    """The other outcomes, with the numbers of the variants."""
    return tuple(
        (number, again.ended.outcome)
        for number, again in after
        if again.ended.outcome is not end.ended.outcome
    )


def _by_variant_and_place(each: Differing) -> tuple[int, int]:
    return each[:2]
