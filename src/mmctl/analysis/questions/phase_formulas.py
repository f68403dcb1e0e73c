"""The formulas of one phase: for which mail it can show which of two of its rules is first.

Two rules are asked about where what they do shows which of them was first, or where one changes
what the other looks at. What others of the phase have changed by then is free in these questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.commuting import commute_on_effects, doing, dropped_anyway, writes_for
from mmctl.analysis.encoding.readings import ReadingLiterals
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.actions import actions_in_effect, drops_on_failure
from mmctl.model.actions import Does, added_header, new_recipients, row_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mmctl.analysis.commuting import RuleEffects
    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.encoding.sight import CopySight
    from mmctl.language.project import LogicalRule
    from mmctl.language.readings import Readings
    from mmctl.model.rules import RuleAction


@dataclass(slots=True)
class AskedPairs:
    """Rules above another one that may have to stay there, by what has to be asked."""

    together: dict[int, list[int]] = field(default_factory=dict)
    """It shows where both apply and a literal holds: of such literals which rules."""
    tangled: dict[int, int] = field(default_factory=dict)
    """One changes what the other looks at: it shows where a literal holds."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.together or self.tangled)

    def without(self, places: Container[int]) -> AskedPairs:
        """The others."""
        return AskedPairs(
            together={
                literal: left
                for literal, asked in self.together.items()
                if (left := [each for each in asked if each not in places])
            },
            tangled={each: shows for each, shows in self.tangled.items() if each not in places},
        )


class PhaseFormulas:
    """One phase of one gateway, as formulas."""

    def __init__(
        self, proof: Proof, number: int, places: Sequence[int], *, strict: bool = False
    ) -> None:
        self._proof = proof
        self._strict = strict
        """Whether it also shows what is done with mail that ends as dropped, and how often."""
        self._circuit = proof.circuit
        self._number = number
        self._rules = proof.gateways[number].rules
        self._literals = proof.paths[number].rules
        self._places = places
        self._readings = proof.gateways[number].readings
        self._over = ReadingLiterals(proof.free, self._readings)
        self._reached = self._literals[places[0]].reached
        self._sent = self._sent_before()
        """Whether rules above the phase delivered or bounced: then no drop makes it dropped."""
        self._matching: dict[tuple[int, int | None], int] = {}
        self._last: dict[int, tuple[list[int], int]] = {}
        self._numbers: dict[tuple[RuleAction, ...], int] = {}
        self._effects: dict[tuple[int, str, str], RuleEffects] = {}
        self.doing = {place: self._does(place, self._readings) for place in places}
        """What each rule does, under the readings of the project."""
        self._depends = self._dependences()
        """Of each rule which others change what it looks at."""
        writers = sorted({each for several in self._depends.values() for each in several})
        self._free = {place: self._circuit.variable() for place in writers}
        """Of each rule that changes what others look at whether it did so before the two."""

    def _sent_before(self) -> int:
        return self._circuit.any_of(
            done
            for literals in self._literals[: self._places[0]]
            for action, done in zip(
                actions_in_effect(self._rules[literals.place]), literals.done, strict=True
            )
            if row_of(action).does in {Does.DELIVERS, Does.BOUNCES}
        )

    def _does(self, place: int, readings: Readings) -> RuleEffects:
        key = place, readings.first_match, readings.bounce_ends_evaluation
        if key not in self._effects:
            does = doing(self._rules[place], readings, self._numbers)
            if self._strict and any(map(drops_on_failure, actions_in_effect(self._rules[place]))):
                does = replace(does, may_end=True)
            self._effects[key] = does
        return self._effects[key]

    def _dependences(self) -> dict[int, tuple[int, ...]]:
        readings = self._readings
        for name, most in (
            ("added_headers_visible", "yes"),
            ("replaced_recipients_visible", "later_rules"),
        ):
            if self._proof.free.literals_of(name) is not None:
                readings = readings.choosing(name, most)
        writers = [at for at, does in self.doing.items() if does.added or does.replaces]
        return {
            place: tuple(
                other
                for other in writers
                if other != place and writes_for(self.doing[other], reader, readings)
            )
            for place, reader in self.doing.items()
        }

    def is_tangled(self, one: int, other: int) -> bool:
        """Whether one of two rules changes what the other looks at."""
        return one in self._depends[other] or other in self._depends[one]

    def sees_changes(self, rule: LogicalRule) -> bool:
        """Whether one of the rules changes what the conditions of any rule look at."""
        reader = doing(rule, self._readings, self._numbers)
        return any(writes_for(each, reader, self._readings) for each in self.doing.values())

    def shows_order(self, one: int, other: int) -> int:
        """Whether it can show which of two rules is first: a no is certain."""
        if self.is_tangled(one, other):
            return self._order_shows(one, other)
        differ = self._differ(one, other)
        if differ == FALSE:
            return FALSE
        return self._circuit.all_of((self._reached, differ, self.matches(one), self.matches(other)))

    def both_apply(self, one: int, other: int) -> int:
        """Whether two rules can apply to one message, whichever is first: a no is certain."""
        all_of, alone = self._circuit.all_of, (self.matches(one), self.matches(other))
        ways = [all_of(alone)]
        for first, second, matches in ((one, other, alone[0]), (other, one, alone[1])):
            if first in self._depends[second]:
                ways.append(all_of((matches, self._matches_with(second, first))))
        return all_of((self._reached, self._circuit.any_of(ways)))

    def pairs(self, place: int, above: Sequence[int]) -> AskedPairs:
        """The rules above of which it may show whether they are first."""
        pairs = AskedPairs()
        for each in above:
            if each in self._depends[place] or place in self._depends[each]:
                pairs.tangled[each] = self._order_shows(each, place)
                continue
            differ = self._differ(each, place)
            if differ != FALSE:
                pairs.together.setdefault(differ, []).append(each)
        return pairs

    def _differ(self, one: int, other: int) -> int:
        """Whether it shows which of two rules is first, of mail to which both apply."""
        names = ("first_match", "bounce_ends_evaluation")
        return self._over.over(names, lambda readings: self._differ_under(readings, one, other))

    def _differ_under(self, readings: Readings, one: int, other: int) -> int:
        pair = self._does(one, readings), self._does(other, readings)
        if commute_on_effects(*pair):
            return FALSE
        if self._strict:
            return TRUE
        return self._sent if dropped_anyway(*pair, readings) else TRUE

    def _order_shows(self, one: int, other: int) -> int:
        """Whether it can show which of two rules is first: it cannot where this does not hold."""
        all_of, any_of = self._circuit.all_of, self._circuit.any_of
        alone = self.matches(one), self.matches(other)
        then = self._matches_with(one, other), self._matches_with(other, one)
        return all_of(
            (
                self._reached,
                any_of(
                    (
                        all_of((*alone, any_of((self._differ(one, other), -all_of(then))))),
                        all_of((alone[0], -alone[1], then[1])),
                        all_of((alone[1], -alone[0], then[0])),
                    )
                ),
            )
        )

    def together(self, place: int, pairs: AskedPairs) -> dict[int, int]:
        """For each literal of pairs: it holds, and the rule applies with one of those above."""
        both = self._circuit.all_of((self._reached, self.matches(place)))
        return {
            literal: self._circuit.all_of((both, literal, self._some(literal, places)))
            for literal, places in pairs.together.items()
        }

    def _some(self, literal: int, places: list[int]) -> int:
        """Whether one of some rules applies, built upon the last answer: lists mostly grow."""
        known, some = self._last.get(literal, ([], FALSE))
        if places[: len(known)] != known:
            known, some = [], FALSE
        for place in places[len(known) :]:
            some = self._circuit.any_of((some, self.matches(place)))
        self._last[literal] = places, some
        return some

    def matches(self, place: int) -> int:
        """Whether a rule's conditions hold, before either of the two is applied."""
        return self._matches_with(place, None)

    def _matches_with(self, place: int, applied: int | None) -> int:
        """Whether a rule's conditions hold; after another one that applied, if one is named."""
        if not self._depends[place]:
            return self._literals[place].matches
        key = place, applied if applied in self._depends[place] else None
        if key not in self._matching:
            self._matching[key] = self._matches_after(*key)
        return self._matching[key]

    def _matches_after(self, place: int, applied: int | None) -> int:
        sight = self._literals[self._places[0]].sight
        for writer in self._depends[place]:
            if writer != applied:
                sight = self._seen_after(writer, sight, self._free[writer])
        if applied is not None:
            sight = self._seen_after(applied, sight, TRUE)
        return self._proof.matching(self._rules[place], sight, self._number)

    def _seen_after(self, writer: int, sight: CopySight, applied: int) -> CopySight:
        """What conditions see where a rule has been applied, if a literal holds."""
        all_of = self._circuit.all_of
        added_seen = self._over.is_("added_headers_visible", "yes")
        replaced_seen = -self._over.is_("replaced_recipients_visible", "no")
        for action in actions_in_effect(self._rules[writer]):
            header = added_header(action)
            if header is not None:
                added = (all_of((applied, added_seen)), header[0].lower(), header[1])
                sight = replace(sight, added=(*sight.added, added))
            addresses = tuple(dict.fromkeys(new_recipients(action)))
            # Which of several it is, is free: the last that holds counts, and the first one always.
            for at, address in enumerate(addresses):
                goes = all_of((applied, replaced_seen, self._circuit.variable() if at else TRUE))
                sight = replace(sight, replaced=(*sight.replaced, (goes, address)))
        return sight
