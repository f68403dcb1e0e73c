"""Whether the rules of a phase may be in any order, on effects: see `Outcomes` in language.md.

Each rule is asked about with those above it. What others of the phase have changed by then is free
in these questions, so that a pair which is proved to commute does so wherever the two are. A
message that a model shows is judged by the evaluator in both orders.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.analysis.encoding.confirming import copies_of, happens
from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.alike import compared
from mmctl.analysis.questions.blame import minimal
from mmctl.analysis.questions.ends import described_apart, same_effects, treatment_of
from mmctl.analysis.questions.equality import Equality
from mmctl.analysis.questions.phase_formulas import PhaseFormulas
from mmctl.analysis.sat.solver import TimeIsUp
from mmctl.analysis.theories.theory import holds
from mmctl.language.project import OnOverlap, Outcome
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.ends import Treated
    from mmctl.analysis.questions.phase_formulas import AskedPairs
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Phase

_NOT_FOLLOWED: Final = {
    "added_header_scope": "message",
    "replaced_recipients_visible": "same_rule_too",
}
"""Readings under which a rule acts on mail to which it does not apply, or sees what it did."""
COMPARED_AT_MOST: Final = 8
"""So many pairs of a phase are compared in whole gateways, where first messages show nothing."""
SHOWN_AT_MOST: Final = 10
"""So many rules of a phase are shown; whether there are more is open then."""
MESSAGES_AT_MOST: Final = 60
"""So many messages are looked at for one phase; what is not asked by then is undecided."""
TANGLED_AT_MOST: Final = 800
"""So many pairs of a phase are asked about in which one rule changes what the other looks at."""
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

    @property
    def described(self) -> tuple[str, str]:
        """What becomes of it as written and swapped, with the headers if these are all."""
        return described_apart(self.as_written, self.swapped)


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
    order = _order_of(proof, phase, gateway)
    yield from () if order is None else order.found()


def rests_on(proof: Proof, phase: Phase, gateway: int = 0) -> dict[str, str]:
    """The readings by which the rules of a phase were proved to commute, of those that are free."""
    order = _order_of(proof, phase, gateway)
    if order is None:
        return {}
    chosen = proof.chosen_readings(gateway)
    proved = not any(True for _ in order.found()) and not order.under_all
    needed = {*order.supposed(), *_needed(proof, chosen, order.cores)} if proved else {*chosen}
    readings = proof.gateways[gateway].readings
    return {name: readings.choice(name) for name in chosen if name in needed}


def _needed(proof: Proof, chosen: Mapping[str, int], cores: Iterable[tuple[int, ...]]) -> set[str]:
    """As few readings as it takes that nothing holds together; more, where time is up."""
    needed: set[str] = set()
    for core in cores:
        readings = {chosen[name]: name for name in chosen if chosen[name] in core}
        if not needed.issuperset(readings.values()):
            left: Container[int] = core
            with suppress(TimeIsUp):
                left = minimal(proof, (readings, core))
            needed.update(name for literal, name in readings.items() if literal in left)
    return needed


def _order_of(proof: Proof, phase: Phase, gateway: int) -> _PhaseOrder | None:
    places = places_of(proof.gateways[gateway], phase)
    return _PhaseOrder(proof, gateway, phase, places) if len(places) > 1 else None


def places_of(gateway: Gateway, phase: Phase) -> list[int]:
    """Where the rules of a phase are, but for those that refuse: these come before all phases."""
    names = frozenset(phase.rules)
    return [
        place
        for place, rule in enumerate(gateway.rules)
        if rule.phase == phase.name and rule.name in names and not rule.refuses
    ]


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
        self._left = COMPARED_AT_MOST
        self._messages = MESSAGES_AT_MOST
        self._formulas = PhaseFormulas(proof, number, places)
        self.cores: list[tuple[int, ...]] = []
        """What could not hold together, of each question that no message answers."""
        self.under_all = False
        """Whether pairs commute by a comparison that lets no reading be free."""

    def _reaching_others(self) -> OrderNotProved | None:
        """That rules may act on mail to which they do not apply, so that no pair says anything."""
        for name, places in self._touching().items():
            choice = _NOT_FOLLOWED[name]
            if places and self._gateway.readings.choice(name) == choice:
                return self._not_proved(places[0], f"`{name}: {choice}` is not followed here")
        return None

    def _touching(self) -> dict[str, list[int]]:
        """The rules that would act so, if a reading said that they do."""
        doing = self._formulas.doing.items()
        return {
            "added_header_scope": [place for place, does in doing if does.added],
            "replaced_recipients_visible": [place for place, does in doing if does.replaces],
        }

    def supposed(self) -> Iterator[str]:
        """The readings without which no pair says anything."""
        yield from (name for name, places in self._touching().items() if places)

    def found(self) -> Iterator[OrderFinding]:
        """For each rule the first one above it with which it does not commute."""
        hidden = self._reaching_others()
        if hidden is not None:
            yield hidden
            return
        shown = tangled = 0
        for at, place in enumerate(self._places):
            if tangled > TANGLED_AT_MOST:
                tried = f"above are {tangled:,} pairs of rules with one that changes what both read"
                yield self._not_proved(place, f"{tried}; from here on nothing is asked")
                return
            pairs = self._formulas.pairs(place, self._places[:at])
            tangled += len(pairs.tangled)
            finding = self._asked(place, pairs) if pairs else None
            if finding is not None:
                yield finding
                shown += isinstance(finding, OrderMatters)
            if self._messages < 0:
                return
            below = self._places[at + 1 :]
            if shown == SHOWN_AT_MOST:
                if below:
                    yield self._not_proved(below[0], f"{shown} rules above are shown first")
                return

    def _asked(self, place: int, pairs: AskedPairs) -> OrderFinding | None:
        """What is found about a rule and those above it; None: it commutes with all of them."""
        chosen = tuple(self._proof.chosen_readings(self._number).values())
        open_question = None
        while pairs:
            together = self._formulas.together(place, pairs)
            shows = self._circuit.any_of((*together.values(), *pairs.tangled.values()))
            answer = self._proof.ask([*chosen, shows])
            if isinstance(answer, Refuted):
                self.cores.append(answer.core)
                break
            if isinstance(answer, Undecided):
                return self._not_proved(place, answer.why)
            self._messages -= 1
            if self._messages < 0:
                tried = f"{MESSAGES_AT_MOST} messages of its phase showed nothing for sure"
                return self._not_proved(place, f"{tried}; the rules below are not asked about")
            shown = {
                above: literal
                for above, literal in self._literals_of(pairs, together)
                if holds(literal, answer.model)
            }
            for above, literal in sorted(shown.items()):
                found = self._about(above, place, answer, [*chosen, literal])
                if isinstance(found, OrderMatters):
                    return found
                open_question = open_question or found
            pairs = pairs.without(shown)
        return open_question

    def _literals_of(
        self, pairs: AskedPairs, together: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """The rules above, each with the literal that shows that their order matters."""
        for literal, places in pairs.together.items():
            for each in places:
                yield each, self._circuit.all_of((together[literal], self._formulas.matches(each)))
        yield from pairs.tangled.items()

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
            witness=self._as_written(witness),
            as_written=one,
            swapped=other,
        )

    def _as_written(self, witness: Witness) -> Witness:
        """A message with what happens to it where the rules are as they are in the files."""
        happened = happens(
            _chosen(self._gateway, witness),
            witness.submission,
            witness.scenario,
            listed=witness.listed,
            deleted=witness.deleted,
        )
        return witness if happened is None else replace(witness, happened=happened[:1])

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
            self.under_all = True
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


def _chosen(gateway: Gateway, witness: Witness) -> Gateway:
    """A gateway under the readings that a message needs."""
    readings = gateway.readings
    for name, choice in witness.readings.items():
        readings = readings.choosing(name, choice)
    return replace(gateway, readings=readings)


def _treatment(gateway: Gateway, witness: Witness) -> Treated | None:
    """What becomes of a message; None: that hangs on what nobody knows."""
    copies = copies_of(
        _chosen(gateway, witness),
        witness.submission,
        witness.scenario,
        listed=witness.listed,
        deleted=witness.deleted,
    )
    recipient = witness.submission.envelope.recipients[0]
    return None if copies is None else treatment_of(copies, recipient)
