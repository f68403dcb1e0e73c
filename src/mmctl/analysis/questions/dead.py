"""Rules that no message reaches, or whose conditions no message meets, and what makes them so."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from mmctl.analysis.questions.blame import minimal
from mmctl.analysis.sat.circuit import FALSE
from mmctl.analysis.sat.solver import Solved
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from mmctl.analysis.encoding.proof import Proof
    from mmctl.language.project import LogicalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A rule that can never apply."""

    place: int
    rule: LogicalRule
    by: tuple[int, ...] = ()
    """The places of earlier rules that together take all of its mail: none can be left out."""
    conditions: tuple[int, ...] = ()
    """Otherwise, its own conditions that contradict each other, those under `unless` behind."""
    refused: bool = False
    """Whether that holds only because the traffic policy, or the ingress point, refuses mail."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """The readings under which alone it is dead, of those that are free in the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotProved:
    """A rule of which it is undecided whether it can apply."""

    place: int
    rule: LogicalRule
    why: str


Finding: TypeAlias = Dead | NotProved


def dead_rules(proof: Proof, gateway: int = 0, *, known: Container[int] = ()) -> Iterator[Finding]:
    """The rules of a gateway that can never apply, in order, but for the places that are known."""
    rules = proof.paths[gateway].rules
    places = [place for place in range(len(rules)) if place not in known]
    chosen = tuple(proof.chosen_readings(gateway).values())
    alive = proof.with_models([(*chosen, rules[place].applies) for place in places])
    for place, applies in zip(places, alive, strict=True):
        found = None if applies else dead_rule(proof, place, gateway)
        if found is not None:
            yield found


def dead_rule(proof: Proof, place: int, gateway: int = 0) -> Finding | None:
    """That a rule of a gateway can never apply, or that this is undecided; None: it can."""
    applies = proof.paths[gateway].rules[place].applies
    found = proof.solved((*proof.chosen_readings(gateway).values(), applies))
    if found is Solved.UNDECIDED:
        rule = proof.gateways[gateway].rules[place]
        return NotProved(place=place, rule=rule, why=proof.why_undecided)
    return blamed(proof, place, gateway) if found is Solved.UNSATISFIABLE else None


def blamed(proof: Proof, place: int, gateway: int = 0) -> Dead:
    """Why a rule never applies: with as few readings, then as few earlier rules, as possible."""
    path, chosen = proof.paths[gateway], proof.chosen_readings(gateway)
    literals = path.rules[place]
    asked = tuple(dict.fromkeys(literals.asked))
    # Mail that its own conditions leave out is taken by nobody.
    taking = [rule for rule in path.rules[:place] if rule.ends != FALSE and -rule.ends not in asked]
    earlier = {-rule.ends: rule.place for rule in taking}
    readings = {literal: name for name, literal in chosen.items()}
    own = (readings, (path.admitted,), asked)
    alone = proof.solved(list(chain(*own))) is Solved.UNSATISFIABLE
    core = None if alone else proof.takes_all.get(gateway)
    if core is None:
        core = minimal(proof, own if alone else (readings, reversed(earlier), *own[1:]))
        if len(core & earlier.keys()) == 1 and core.isdisjoint(asked):
            # One rule takes all mail: nothing else is to blame for all rules below it.
            proof.takes_all[gateway] = core
    by = () if alone else tuple(sorted(earlier[each] for each in core if each in earlier))
    return Dead(
        place=place,
        rule=proof.gateways[gateway].rules[place],
        by=by,
        conditions=()
        if by
        else tuple(at for at, literal in enumerate(literals.asked) if literal in core),
        refused=path.admitted in core,
        needs={
            name: proof.gateways[gateway].readings.choice(name)
            for literal, name in readings.items()
            if literal in core
        },
    )
