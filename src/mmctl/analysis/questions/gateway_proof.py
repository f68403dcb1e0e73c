"""What is proved of one gateway: invariants, lost mail, phases, dead rules and values.

Readings are free: what is found under those of the project says which of them it needs.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Proof, Refuted, Shown, Undecided
from mmctl.analysis.questions.blame import minimal
from mmctl.analysis.questions.dead import Dead, NotProved, dead_rule
from mmctl.analysis.questions.idle import IdleParts, NotSettled
from mmctl.analysis.questions.invariants import broken, empty_reason, lost
from mmctl.analysis.questions.phases import (
    OrderMatters,
    OrderNotProved,
    asked_phases,
    order_in,
    places_of,
    rests_on,
)
from mmctl.analysis.questions.ways import is_meant
from mmctl.analysis.sat.solver import TimeIsUp, Until
from mmctl.counted import counted
from mmctl.judge.ingress import Way, gateway_behind, ingress_of
from mmctl.language.readings import CHOICES
from mmctl.model.conditions import listed_by
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from mmctl.analysis.encoding.proof import Answer
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.dead import Finding
    from mmctl.analysis.questions.idle import Settled
    from mmctl.analysis.questions.invariants import Empty
    from mmctl.analysis.questions.phases import OrderFinding
    from mmctl.analysis.sat.solver import Solver
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Invariant, Outcome, Phase, Project


IDLE_AT_MOST: Final = 60
"""So many conditions and values without effect are reported of a gateway; then it is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim about all messages, and whether one contradicts it."""

    name: str
    invariant: Invariant | None
    """None: that no accepted mail is lost."""
    answer: Answer
    """Shown: the message contradicts it; refuted: it holds for every message."""
    needs: Mapping[str, str]
    """The readings of the project without which it is not proved."""
    empty: Empty | None = None
    """Why it holds and says nothing, if it is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseClaim:
    """Whether the rules of a phase may be in any order."""

    phase: Phase
    found: tuple[OrderFinding, ...] = ()
    """What contradicts it, or is undecided; nothing: they commute."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """The readings of the project without which it is not proved."""
    kept: tuple[KeptMessage | None, ...] = ()
    """For each of the findings its message, once it is in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProof:
    """What is proved of one gateway."""

    way: Way
    gateway: Gateway
    dead: tuple[Finding, ...]
    claims: tuple[Claimed, ...]
    idle: tuple[Settled, ...]
    """Conditions and values of rules that change nothing."""
    phases: tuple[PhaseClaim, ...]
    """Those whose rules are meant to commute."""
    lists: Mapping[str, str]
    """What the proofs take address lists to have."""
    kept: tuple[KeptMessage | None, ...] = ()
    """For each claim the message that contradicts it, once it is in a file."""

    @property
    def name(self) -> str:
        """Where the messages come in."""
        return self.way.name

    @property
    def wrong(self) -> int:
        """How many claims do not hold, how many rules never apply or may not change places."""
        broken = sum(isinstance(claim.answer, Shown) for claim in self.claims)
        orders = sum(isinstance(each, OrderMatters) for each in self.orders)
        return broken + orders + sum(isinstance(each, Dead) for each in self.dead)

    @property
    def orders(self) -> Iterator[OrderFinding]:
        """What was found about the order of rules in phases."""
        return (each for claim in self.phases for each in claim.found)

    @property
    def undecided(self) -> int:
        """How many questions are undecided."""
        open_claims = sum(isinstance(claim.answer, Undecided) for claim in self.claims)
        rules = sum(isinstance(each, NotProved) for each in self.dead)
        orders = sum(isinstance(each, OrderNotProved) for each in self.orders)
        parts = sum(isinstance(each, NotSettled) for each in self.idle)
        return open_claims + rules + orders + parts


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
    """What came of looking for a message."""

    witness: Witness | None = None
    kept: KeptMessage | None = None
    way: Way | None = None
    undecided: str | None = None
    """Why it is unknown whether there is one."""


NO_LOSS = "no accepted mail is lost"


def find(
    project: Project, way: Way, wanted: Invariant, *, is_over: Callable[[], bool] | None = None
) -> Answer:
    """A message that breaks an invariant at one gateway, under the readings of the project."""
    try:
        return broken(Proof(gateway_behind(project, way), solver=_solver(is_over)), wanted)
    except TimeIsUp:
        return Undecided(why=Undecided.TIME)


def _solver(is_over: Callable[[], bool] | None) -> Solver | None:
    return None if is_over is None else Until(is_over)


class Proving:
    """One gateway while it is proved; what was found so far counts, whatever ends the search.

    With `is_over` that bounds the search, else the effort does.
    """

    def __init__(
        self, project: Project, way: Way, *, is_over: Callable[[], bool] | None = None
    ) -> None:
        self._way = way
        self._is_over = is_over
        self._gateway = gateway_behind(project, way)
        self._asked = (
            None,
            *(each for each in project.invariants if is_meant(each, project, way)),
        )
        """The invariants, behind the claim that nothing is lost."""
        rule_set = project.rule_sets[ingress_of(project, way).rule_set]
        self._must_reach = rule_set.must_reach
        self._asked_phases = tuple(
            each for each in asked_phases(rule_set) if len(places_of(self._gateway, each)) > 1
        )
        self._claims: list[Claimed] = []
        self._rules: list[Finding | None] = []
        """For each rule that was looked at, what was found; None: it can apply."""
        self._settled = 0
        """How many rules were looked at whether anything in them changes nothing."""
        self._idle: list[Settled] = []
        self._enough: str | None = None
        """Why the rest was not asked; None: all was."""
        self._phases: list[PhaseClaim] = []

    def run(self) -> None:
        """Prove all that there is, in the order of what matters most."""
        with suppress(TimeIsUp):
            proof = Proof(self._gateway, free=CHOICES, solver=_solver(self._is_over))
            for invariant in self._asked:
                self._claims.append(_claimed(proof, invariant, self._must_reach))
            # Which readings an answer needs is asked where it is no: that takes much longer.
            fixed = Proof(self._gateway, solver=_solver(self._is_over))
            for place in range(len(self._gateway.rules)):
                found = dead_rule(fixed, place)
                self._rules.append(dead_rule(proof, place) if isinstance(found, Dead) else found)
            for phase in self._asked_phases:
                self._phases.append(_phase_claim(fixed, proof, phase))
            parts, free_parts = IdleParts(fixed), IdleParts(proof)
            applying = [place for place, found in enumerate(self._rules) if found is None]
            settled = parts.of_rules(applying)
            for found in self._rules:
                if found is None:
                    self._idle.extend(free_parts.with_readings(next(settled)))
                self._settled += 1
                if len(self._idle) > IDLE_AT_MOST:
                    self._enough = f"more than {IDLE_AT_MOST} parts of rules above change nothing"
                    return

    def so_far(self, why: str = Undecided.TIME) -> GatewayProof:
        """What is proved; whatever else there is to ask is undecided, and why."""
        rules = self._gateway.rules
        claims = [
            Claimed(name=_name(each), invariant=each, answer=Undecided(why=why), needs={})
            for each in self._asked[len(self._claims) :]
        ]
        not_asked = range(len(self._rules), len(rules))
        dead = [NotProved(place=place, rule=rules[place], why=why) for place in not_asked]
        applying = [
            place
            for place in range(self._settled, len(rules))
            if place >= len(self._rules) or self._rules[place] is None
        ]
        phases = [
            PhaseClaim(phase=phase, found=(_not_asked(self._gateway, phase, why),))
            for phase in self._asked_phases[len(self._phases) :]
        ]
        idle = [
            NotSettled(place=place, rule=rules[place], why=self._enough or why)
            for place in applying
        ]
        return GatewayProof(
            way=self._way,
            gateway=self._gateway,
            dead=(*(each for each in self._rules if each is not None), *dead),
            claims=(*self._claims, *claims),
            idle=(*self._idle, *idle),
            phases=(*self._phases, *phases),
            lists=dict(_lists(self._gateway)),
        )


def _name(invariant: Invariant | None) -> str:
    return NO_LOSS if invariant is None else invariant.name


def _claimed(proof: Proof, invariant: Invariant | None, must_reach: Outcome | None) -> Claimed:
    answer = lost(proof, must_reach=must_reach) if invariant is None else broken(proof, invariant)
    needs, empty = {}, None
    if isinstance(answer, Refuted):
        needs = _needed(proof, answer)
        empty = None if invariant is None else empty_reason(proof, invariant)
    return Claimed(
        name=_name(invariant), invariant=invariant, answer=answer, needs=needs, empty=empty
    )


def _phase_claim(fixed: Proof, proof: Proof, phase: Phase) -> PhaseClaim:
    """Whether the rules of a phase commute under the readings of the project, and which it takes.

    Those are asked about in a proof in which readings are free.
    """
    found = tuple(order_in(fixed, phase))
    needs = {} if found else rests_on(proof, phase)
    return PhaseClaim(phase=phase, found=found, needs=needs)


def _not_asked(gateway: Gateway, phase: Phase, why: str) -> OrderNotProved:
    first, *_ = places_of(gateway, phase)
    return OrderNotProved(phase=phase, rule=gateway.rules[first], why=why)


def _needed(proof: Proof, answer: Refuted) -> dict[str, str]:
    """The readings of the project without which it is not proved."""
    chosen = {literal: name for name, literal in proof.chosen_readings().items()}
    readings = [each for each in answer.core if each in chosen]
    core: Container[int] = answer.core
    with suppress(TimeIsUp):  # then more readings are named than it takes
        core = minimal(proof, (readings, answer.core))
    choice = proof.gateways[0].readings.choice
    return {chosen[each]: choice(chosen[each]) for each in readings if each in core}


def _lists(gateway: Gateway) -> Iterator[tuple[str, str]]:
    """The address lists that conditions use, with what they are taken to have."""
    policy = gateway.policy
    of_rules = [each for rule in gateway.rules for each in (*rule.conditions, *rule.unless)]
    of_policy = [
        each
        for statement in (() if policy is None else policy.policy_statements)
        for each in statement.conditions
    ]
    found = (*map(listed_by, of_rules), *map(listed_by, of_policy))
    listed = [each for each in found if each is not None]
    for name in dict.fromkeys(name for each in listed for name in each.address_lists):
        members = gateway.lists.get(name)
        if name not in gateway.lists:
            yield name, "does not exist"
        elif members is None:
            yield name, "any addresses: its members are unknown"
        else:
            digest = sha256("\n".join(sorted(members.entries)).encode()).hexdigest()[:12]
            yield name, f"{counted(len(members.entries), 'member')}, digest {digest}"
