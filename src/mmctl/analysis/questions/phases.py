"""Whether the rules of a phase may be in any order, on effects: see `Outcomes` in language.md.

Two rules are asked about where what they do shows which of them was first, or where one changes
what the other looks at. What others of the phase have changed by then is free in these questions,
so that a pair which is proved to commute does so wherever the two are. A message that a model shows
is judged by the evaluator in both orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.analysis.commuting import (
    commute_on_effects,
    doing,
    dropped_anyway,
    writes_for,
)
from mmctl.analysis.encoding.confirming import copies_of
from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.ends import same_effects, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.analysis.theories.theory import holds
from mmctl.judge.actions import actions_in_effect
from mmctl.language.project import OnOverlap, Outcome
from mmctl.model.actions import Does, added_header, new_recipients, row_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.encoding.sight import CopySight
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.ends import Treated
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Phase
    from mmctl.model.rules import RuleAction

COMPARED_AT_MOST: Final = 8
"""So many pairs of a phase are compared in whole gateways, where first messages show nothing."""
SHOWN_AT_MOST: Final = 10
"""So many rules of a phase are shown; whether there are more is open then."""
EFFORT_OF_COMPARING: Final = 2_000
"""Conflicts that one question of such a comparison may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMatters:
    """Two rules of a phase, and a message for which it matters which of them is first."""

    phase: Phase
    above: LogicalRule
    rule: LogicalRule
    witness: Witness
    as_written: Treated
    """What becomes of the message where the one above is first."""
    swapped: Treated


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotProved:
    """A rule of a phase of which it is undecided whether it may be in any place."""

    phase: Phase
    rule: LogicalRule
    why: str


OrderFinding: TypeAlias = OrderMatters | OrderNotProved


def asked_phases(rule_set: LogicalRuleSet) -> Iterator[Phase]:
    """The phases whose rules are meant to commute: `file_order` and `any` say something else."""
    return (each for each in rule_set.phases if each.on_overlap is OnOverlap.ERROR)


def order_in(proof: Proof, phase: Phase, gateway: int = 0) -> Iterator[OrderFinding]:
    """The rules of a phase of which it matters whether they are above or below another.

    For each rule the first one above it for which that is so. Nothing: proved to commute.
    """
    names = frozenset(phase.rules)
    rules = proof.gateways[gateway].rules
    places = [
        place for place, rule in enumerate(rules) if rule.phase == phase.name and rule.name in names
    ]
    if len(places) > 1:
        order = _PhaseOrder(proof, gateway, phase, places)
        hidden = order.reaching_others()
        yield from order.found() if hidden is None else (hidden,)


@dataclass(slots=True)
class _AskedPairs:
    """Rules above another one that may have to stay there, by what has to be asked."""

    plain: list[int] = field(default_factory=list)
    """It shows where both apply."""
    dropped: list[int] = field(default_factory=list)
    """It shows only for mail that was sent on before."""
    tangled: dict[int, int] = field(default_factory=dict)
    """One changes what the other looks at: it shows where a literal holds."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.plain or self.dropped or self.tangled)

    def without(self, places: Container[int]) -> _AskedPairs:
        """The others."""
        return _AskedPairs(
            plain=[each for each in self.plain if each not in places],
            dropped=[each for each in self.dropped if each not in places],
            tangled={each: shows for each, shows in self.tangled.items() if each not in places},
        )


class _PhaseOrder:
    """One phase of one gateway."""

    def __init__(self, proof: Proof, number: int, phase: Phase, places: list[int]) -> None:
        self._proof = proof
        self._circuit = proof.circuit
        self._number = number
        self._gateway = proof.gateways[number]
        self._rules = self._gateway.rules
        self._literals = proof.paths[number].rules
        self._phase = phase
        self._places = places
        self._reached = self._literals[places[0]].reached
        self._left = COMPARED_AT_MOST
        self._sent = self._sent_before()
        """Whether rules above the phase delivered or bounced: then no drop makes it dropped."""
        self._readings = self._gateway.readings
        self._matching: dict[tuple[int, int | None], int] = {}
        self._last: list[tuple[list[int], int]] = [([], FALSE), ([], FALSE)]
        numbers: dict[tuple[RuleAction, ...], int] = {}
        self._doing = {
            place: doing(self._rules[place], self._readings, numbers) for place in places
        }
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

    def _dependences(self) -> dict[int, tuple[int, ...]]:
        writers = [at for at, does in self._doing.items() if does.added or does.replaces]
        return {
            place: tuple(
                other
                for other in writers
                if other != place and writes_for(self._doing[other], reader, self._readings)
            )
            for place, reader in self._doing.items()
        }

    def reaching_others(self) -> OrderNotProved | None:
        """That rules may act on mail to which they do not apply, so that no pair says anything."""
        readings = self._readings
        for place, does in self._doing.items():
            for touched, name, choice in (
                (does.added, "added_header_scope", "message"),
                (does.replaces, "replaced_recipients_visible", "same_rule_too"),
            ):
                if touched and readings.choice(name) == choice:
                    return self._not_proved(place, f"`{name}: {choice}` is not followed here")
        return None

    def found(self) -> Iterator[OrderFinding]:
        """For each rule the first one above it with which it does not commute."""
        shown = 0
        for at, place in enumerate(self._places):
            pairs = self._pairs(place, self._places[:at])
            finding = self._asked(place, pairs) if pairs else None
            if finding is not None:
                yield finding
                shown += isinstance(finding, OrderMatters)
            below = self._places[at + 1 :]
            if shown == SHOWN_AT_MOST:
                if below:
                    yield self._not_proved(below[0], f"{shown} rules above are shown first")
                return

    def _pairs(self, place: int, above: Sequence[int]) -> _AskedPairs:
        """The rules above of which it may show whether they are first."""
        pairs = _AskedPairs()
        for each in above:
            if each in self._depends[place] or place in self._depends[each]:
                pairs.tangled[each] = self._order_shows(each, place)
            elif not commute_on_effects(self._doing[each], self._doing[place]):
                dropped = dropped_anyway(self._doing[each], self._doing[place], self._readings)
                if not dropped:
                    pairs.plain.append(each)
                elif self._sent != FALSE:
                    pairs.dropped.append(each)
        return pairs

    # Formulas

    def _order_shows(self, one: int, other: int) -> int:
        """Whether it can show which of two rules is first: it cannot where this does not hold."""
        all_of, any_of = self._circuit.all_of, self._circuit.any_of
        alone = self._matches(one, None), self._matches(other, None)
        then = self._matches(one, other), self._matches(other, one)
        pair = self._doing[one], self._doing[other]
        differs = FALSE if commute_on_effects(*pair) else TRUE
        if differs == TRUE and dropped_anyway(*pair, self._readings):
            differs = self._sent
        return all_of(
            (
                self._reached,
                any_of(
                    (
                        all_of((*alone, any_of((differs, -all_of(then))))),
                        all_of((alone[0], -alone[1], then[1])),
                        all_of((alone[1], -alone[0], then[0])),
                    )
                ),
            )
        )

    def _matches(self, place: int, applied: int | None) -> int:
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
        for action in actions_in_effect(self._rules[writer]):
            header = added_header(action)
            if header is not None:
                added = (applied, header[0].lower(), header[1])
                sight = replace(sight, added=(*sight.added, added))
            addresses = tuple(dict.fromkeys(new_recipients(action)))
            # Which of several it is, is free: the last that holds counts, and the first one always.
            for at, address in enumerate(addresses):
                goes = self._circuit.all_of((applied, self._circuit.variable() if at else TRUE))
                sight = replace(sight, replaced=(*sight.replaced, (goes, address)))
        return sight

    # Answers

    def _asked(self, place: int, pairs: _AskedPairs) -> OrderFinding | None:
        """What is found about a rule and those above it; None: it commutes with all of them."""
        chosen = tuple(self._proof.chosen_readings(self._number).values())
        open_question = None
        while pairs:
            plain, dropped = self._together(place, pairs)
            shows = self._circuit.any_of((plain, dropped, *pairs.tangled.values()))
            answer = self._proof.ask([*chosen, shows])
            if isinstance(answer, Refuted):
                break
            if isinstance(answer, Undecided):
                return self._not_proved(place, answer.why)
            shown = {
                **self._shown(pairs.plain, plain, answer.model),
                **self._shown(pairs.dropped, dropped, answer.model),
                **{
                    above: literal
                    for above, literal in pairs.tangled.items()
                    if holds(literal, answer.model)
                },
            }
            for above, literal in sorted(shown.items()):
                found = self._about(above, place, answer, [*chosen, literal])
                if isinstance(found, OrderMatters):
                    return found
                open_question = open_question or found
            pairs = pairs.without(shown)
        return open_question

    def _together(self, place: int, pairs: _AskedPairs) -> tuple[int, int]:
        """Whether it applies together with one of those above; and with mail that was sent on."""
        both = self._circuit.all_of((self._reached, self._matches(place, None)))
        return (
            self._circuit.all_of((both, self._some(0, pairs.plain))),
            self._circuit.all_of((both, self._sent, self._some(1, pairs.dropped))),
        )

    def _some(self, kind: int, places: list[int]) -> int:
        """Whether one of some rules applies, built upon the last answer: lists mostly grow."""
        known, literal = self._last[kind]
        if places[: len(known)] != known:
            known, literal = [], FALSE
        for place in places[len(known) :]:
            literal = self._circuit.any_of((literal, self._matches(place, None)))
        self._last[kind] = places, literal
        return literal

    def _shown(self, places: Sequence[int], together: int, model: frozenset[int]) -> dict[int, int]:
        """The rules above for which a model shows it, each with what it shows."""
        if not holds(together, model):
            return {}
        matches = {each: self._matches(each, None) for each in places}
        return {
            each: self._circuit.all_of((together, literal))
            for each, literal in matches.items()
            if holds(literal, model)
        }

    def _about(
        self, above: int, place: int, answer: Shown, literals: Sequence[int]
    ) -> OrderFinding | None:
        """What is found about two rules, of which a message may show which is first."""
        found = self._confirmed(above, place, answer)
        if found is not None:
            return found
        # Perhaps another rule drops just this mail.
        others = [
            -self._literals[each].matches for each in self._places if each not in {above, place}
        ]
        dropped = self._proof.paths[self._number].outcomes[Outcome.DROPPED]
        answer_alone = self._proof.ask([*literals, *others, -dropped])
        if isinstance(answer_alone, Shown):
            found = self._confirmed(above, place, answer_alone)
        return found or self._in_the_whole(above, place)

    def _confirmed(self, above: int, place: int, answer: Shown) -> OrderMatters | None:
        """What the evaluator says about a message, in both orders, before all others."""
        others = [each for each in self._places if each not in {above, place}]
        orders = [above, place, *others], [place, above, *others]
        return self._differing(
            above, place, answer.witness, [self._ordered(each) for each in orders]
        )

    def _differing(
        self, above: int, place: int, witness: Witness, versions: Sequence[Gateway]
    ) -> OrderMatters | None:
        one, other = (_treatment(each, witness) for each in versions)
        if one is None or other is None or same_effects(one, other):
            return None
        return OrderMatters(
            phase=self._phase,
            above=self._rules[above],
            rule=self._rules[place],
            witness=witness,
            as_written=one,
            swapped=other,
        )

    def _in_the_whole(self, above: int, place: int) -> OrderFinding | None:
        """What is found where whole gateways are compared: rules below may make it all the same."""
        if not self._left:
            return self._not_proved(
                place, "too many pairs have to be compared in the whole gateway"
            )
        self._left -= 1
        at = self._places.index(above)
        before = [each for each in self._places[:at] if each != place]
        after = [each for each in self._places[at:] if each not in {above, place}]
        versions = [
            self._ordered([*before, *pair, *after]) for pair in ((above, place), (place, above))
        ]
        likeness = compared(
            versions[0], versions[1], equality=Equality.SET, effort=EFFORT_OF_COMPARING
        )
        for difference in likeness.differences:
            found = self._differing(above, place, difference.witness, versions)
            if found is not None:
                return found
        if likeness.undecided is not None:
            return self._not_proved(place, likeness.undecided)
        if {*self._places} == {above, place}:
            return None
        return self._not_proved(
            place,
            f"where they are it does not matter whether `{self._rules[above].name}` is first, but"
            " it may after other rules of the phase",
        )

    def _ordered(self, places: Sequence[int]) -> Gateway:
        """The gateway with the rules of the phase in another order."""
        rules = list(self._rules)
        for where, place in zip(self._places, places, strict=True):
            rules[where] = self._rules[place]
        return replace(self._gateway, rules=tuple(rules))

    def _not_proved(self, place: int, why: str) -> OrderNotProved:
        return OrderNotProved(phase=self._phase, rule=self._rules[place], why=why)


def _treatment(gateway: Gateway, witness: Witness) -> Treated | None:
    """What becomes of a message; None: that hangs on what nobody knows."""
    readings = gateway.readings
    for name, choice in witness.readings.items():
        readings = readings.choosing(name, choice)
    copies = copies_of(
        replace(gateway, readings=readings),
        witness.submission,
        witness.scenario,
        listed=witness.listed,
        deleted=witness.deleted,
    )
    return (
        None if copies is None else treatment_of(copies, witness.submission.envelope.recipients[0])
    )
