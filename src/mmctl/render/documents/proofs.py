"""What is proved of gateways: the document `mmctl/prove@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import Dead
from mmctl.analysis.questions.idle import Idle
from mmctl.analysis.questions.phases import OrderMatters, OrderNotProved
from mmctl.render.text.blame import part_of, place_of, why_dead, why_idle, why_not_swapped
from mmctl.render.text.proofs import ASSUMPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.dead import Finding
    from mmctl.analysis.questions.gateway_proof import (
        Claimed,
        FoundMessage,
        GatewayProof,
        PhaseClaim,
    )
    from mmctl.analysis.questions.idle import Settled
    from mmctl.analysis.questions.phases import OrderFinding

SCHEMA: Final = "mmctl/prove@1"


def document(found: Sequence[GatewayProof]) -> dict[str, Any]:
    """The document `mmctl/prove@1`."""
    return {"schema": SCHEMA, "gateways": [*map(_gateway, found)], "assumptions": [*ASSUMPTIONS]}


def _gateway(proof: GatewayProof) -> dict[str, Any]:
    loss, *invariants = zip(proof.claims, proof.kept, strict=True)
    return {
        "ingress_point": proof.way.ingress_point,
        "rule_set": proof.way.rule_set,
        "dead": [_dead(each, proof) for each in proof.dead],
        "idle": [_idle(each, proof) for each in proof.idle],
        "phases": [_phase(each) for each in proof.phases],
        "lost": _claim(*loss),
        "invariants": [{"name": claim.name, **_claim(claim, kept)} for claim, kept in invariants],
        "address_lists": dict(proof.lists),
    }


def _dead(found: Finding, proof: GatewayProof) -> dict[str, Any]:
    place = found.rule.position
    row: dict[str, Any] = {"rule": found.rule.name, "file": place.file, "line": place.line}
    if not isinstance(found, Dead):
        return {**row, "undecided": found.why, "blame": [], "why": None, "readings": {}}
    rules = [proof.gateway.rules[each].name for each in found.by]
    why = why_dead(found, proof.gateway)
    return {**row, "undecided": None, "blame": rules, "why": why, "readings": dict(found.needs)}


def _idle(found: Settled, proof: GatewayProof) -> dict[str, Any]:
    row: dict[str, Any] = {"rule": found.rule.name, "undecided": None, "part": None, "why": None}
    if not isinstance(found, Idle):
        place = found.rule.position
        row |= {"undecided": found.why, "blame": [], "readings": {}}
    else:
        place = place_of(found)
        changing = () if found.changed is None else (found.changed,)
        rules = [proof.gateway.rules[each].name for each in (*found.by, *changing)]
        row |= {"part": part_of(found), "why": why_idle(found, proof.gateway)}
        row |= {"blame": rules, "readings": dict(found.needs)}
    return row | {"file": place.file, "line": place.line}


def _phase(claim: PhaseClaim) -> dict[str, Any]:
    at = claim.phase.position
    matters = any(isinstance(each, OrderMatters) for each in claim.found)
    return {
        "phase": claim.phase.name,
        "file": at.file,
        "line": at.line,
        "any_order": False if matters else None if claim.found else True,
        "readings": dict(claim.needs),
        "found": [_order(*each) for each in zip(claim.found, claim.kept, strict=True)],
    }


def _order(found: OrderFinding, kept: KeptMessage | None) -> dict[str, Any]:
    place = found.rule.position
    row: dict[str, Any] = {"rule": found.rule.name, "file": place.file, "line": place.line}
    match found:
        case OrderMatters():
            row |= {"above": found.above.name, "why": why_not_swapped(found), "undecided": None}
        case OrderNotProved(why=why):
            row |= {"above": None, "why": None, "undecided": why}
        case never:
            assert_never(never)
    return {**row, "witness": _message(kept)}


def _claim(claim: Claimed, kept: KeptMessage | None) -> dict[str, Any]:
    row: dict[str, Any] = {"holds": None, "undecided": None, "readings": dict(claim.needs)}
    row["vacuous"] = None if claim.empty is None else claim.empty.value
    match claim.answer:
        case Refuted():
            row["holds"] = True
        case Shown():
            row["holds"] = False
        case Undecided(why=why):
            row["undecided"] = why
        case never:
            assert_never(never)
    return {**row, "witness": _message(kept)}


def _message(kept: KeptMessage | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    return {"message": kept.path, "command": kept.command, "facts": [*kept.facts]}


def found_document(found: FoundMessage) -> dict[str, Any]:
    """What `--find` found, as `mmctl/prove@1`."""
    return {"schema": SCHEMA, "found": _message(found.kept), "undecided": found.undecided}
