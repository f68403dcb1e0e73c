"""Invariants: is there a message that breaks one?

`never` and `always` speak of the recipient's end, and of what is done for any copy; `before` of the
order on each copy's way. `always` is demanded of accepted mail: refused mail has no other end.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mmctl.analysis.encoding.proof import Undecided
from mmctl.analysis.questions.claims import done, means, outcome_of, several
from mmctl.analysis.sat.solver import Solved
from mmctl.judge.actions import names_target, target_of
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.analysis.encoding.copies import Path
    from mmctl.analysis.encoding.proof import Answer, Proof
    from mmctl.language.project import Invariant


def broken(proof: Proof, invariant: Invariant, gateway: int = 0) -> Answer:
    """A message that breaks an invariant; refuted: it holds for every message."""
    breaks = breaking(proof, invariant, gateway)
    if breaks is None:
        return Undecided(why=Undecided.FORKS)
    return proof.ask([*proof.chosen_readings(gateway).values(), *breaks])


def breaking(proof: Proof, invariant: Invariant, gateway: int = 0) -> list[int] | None:
    """What holds together for a message that breaks an invariant; None: it becomes too many."""
    ways = proof.ways(gateway)
    if ways is None:
        return None
    when = [proof.literal_of(condition, gateway) for condition in invariant.when]
    return [*when, _Claim(proof, gateway, ways).breaks(invariant)]


class Empty(StrEnum):
    """Why an invariant holds and says nothing."""

    WHEN = "no message is one of those under `when`"
    ADMITTED = "no message that is admitted is one of those under `when`"
    CLAIM = "`only` names no action"


def empty_reason(proof: Proof, invariant: Invariant, gateway: int = 0) -> Empty | None:
    """Why an invariant that holds says nothing; None: there is mail that it is about.

    That mail is refused may be what `never` is about, but not what is demanded of accepted mail.
    """
    if invariant.claim.get("only") == {}:
        return Empty.CLAIM
    when = [proof.literal_of(condition, gateway) for condition in invariant.when]
    chosen = proof.chosen_readings(gateway).values()
    if proof.solved([*chosen, *when]) is Solved.UNSATISFIABLE:
        return Empty.WHEN
    demands = "always" in invariant.claim and "before" not in invariant.claim
    accepted = proof.paths[gateway].accepted
    if demands and proof.solved([*chosen, accepted, *when]) is Solved.UNSATISFIABLE:
        return Empty.ADMITTED
    return None


def lost(
    proof: Proof,
    gateway: int = 0,
    *,
    must_reach: Outcome | None = None,
    given: Iterable[int] = (),
) -> Answer:
    """A message that is accepted and then lost: nobody gets it, keeps it or hears of it.

    Where it must reach somebody, one that is only kept is lost too. What a rule that is `final`
    takes is meant to end there. `given` is what holds of the message besides.
    """
    outcomes, ways = proof.outcomes(gateway), proof.ways(gateway)
    if outcomes is None or ways is None:
        return Undecided(why=Undecided.FORKS)
    ends = [outcomes[Outcome.LOST]]
    if must_reach is Outcome.DELIVERED:
        ends.append(outcomes[Outcome.STORED])
    meant = [
        -literals.applies
        for way in ways
        for literals, rule in zip(way.rules, proof.gateways[gateway].rules, strict=True)
        if rule.final
    ]
    readings = proof.chosen_readings(gateway).values()
    return proof.ask([*readings, *given, *meant, proof.circuit.any_of(ends)])


class _Claim:
    """What invariants say, about one gateway."""

    def __init__(self, proof: Proof, number: int, ways: tuple[Path, ...]) -> None:
        self._proof = proof
        self._circuit = proof.circuit
        self._number = number
        self._gateway = proof.gateways[number]
        self._path = proof.paths[number]
        self._ways = ways

    def breaks(self, invariant: Invariant) -> int:
        """Whether a message breaks an invariant for which it is meant."""
        match invariant.claim:
            case {"never": claims}:
                return self._circuit.any_of([self._happens(each) for each in several(claims)])
            case {"always": claims, "before": later}:
                return self._circuit.any_of(
                    [self._comes_late(each, str(later)) for each in several(claims)]
                )
            case {"always": claims}:
                lacking = [-self._happens(each) for each in several(claims)]
                return self._circuit.all_of((self._path.accepted, self._circuit.any_of(lacking)))
            case {"only": allowed}:
                return self._circuit.any_of(
                    [self._goes_elsewhere(kind, several(to)) for kind, to in allowed.items()]
                )
            case _:
                raise ValueError(invariant.claim)

    def _happens(self, claim: Any) -> int:
        """Whether the recipient's mail ends so, or something is done for one of its copies."""
        outcome = outcome_of(claim)
        if outcome is not None:
            outcomes = self._proof.outcomes(self._number) or {}
            return outcomes[outcome]
        return self._circuit.any_of(
            [
                literal
                for way in self._ways
                for kind, action, literal in done(self._gateway, way)
                if means(claim, kind, action)
            ]
        )

    def _comes_late(self, claim: Any, later: str) -> int:
        """Whether something is done for a copy before what has to come first."""
        all_of, any_of = self._circuit.all_of, self._circuit.any_of
        found: list[int] = []
        before: list[int] = []
        for kind, action, literal in done(self._gateway, self._path):
            if means(later, kind, action):
                found.append(all_of((literal, -any_of(before))))
            if means(claim, kind, action):
                before.append(literal)
        return any_of(found)

    def _goes_elsewhere(self, wanted: str, targets: tuple[Any, ...]) -> int:
        """Whether an action of a kind has another target than these."""
        return self._circuit.any_of(
            [
                literal
                for kind, action, literal in done(self._gateway, self._path)
                if kind == wanted
                and not any(names_target(str(each), target_of(action)) for each in targets)
            ]
        )
