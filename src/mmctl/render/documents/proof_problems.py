"""What a proof found as problems, under the checks of lint that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.encoding.proof import Refuted, Shown, Undecided
from mmctl.analysis.questions.dead import Dead, NotProved
from mmctl.analysis.questions.idle import Idle
from mmctl.analysis.questions.phases import OrderMatters, OrderNotProved
from mmctl.problem import Problem, Severity
from mmctl.render.text.blame import (
    any_order,
    part_of,
    place_of,
    two_rules,
    why_dead,
    why_idle,
    why_not_swapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.dead import Finding
    from mmctl.analysis.questions.gateway_proof import Claimed, GatewayProof
    from mmctl.analysis.questions.idle import Settled
    from mmctl.analysis.questions.phases import OrderFinding
    from mmctl.problem import Position


def problems_of(found: Sequence[GatewayProof]) -> tuple[Problem, ...]:
    """All that does not hold, changes nothing or is undecided, in order."""
    return tuple(each for proof in found for each in _problems(proof))


def _problems(proof: GatewayProof) -> Iterator[Problem]:
    if not proof.gateway.rules:
        return
    for claim, kept in zip(proof.claims, proof.kept, strict=True):
        problem = _claim(claim, kept, proof)
        if problem is not None:
            yield problem
    for phase in proof.phases:
        for order, kept in zip(phase.found, phase.kept, strict=True):
            yield _order(order, kept, proof)
    for dead in proof.dead:
        yield _dead(dead, proof)
    for idle in proof.idle:
        yield _idle(idle, proof)


def _claim(claim: Claimed, kept: KeptMessage | None, proof: GatewayProof) -> Problem | None:
    invariant = claim.invariant
    rules = proof.gateway.rules
    at = rules[-1].position if invariant is None else invariant.position
    match claim.answer:
        case Refuted() if claim.empty is None:
            return None
        case Refuted():
            message = f"`{claim.name}` holds, but says nothing: {claim.empty}"
            return _under("vacuous-invariant", Severity.WARNING, at, message)
        case Shown(witness=witness):
            facts = "" if kept is None else f": {'; '.join(kept.facts)}"
            sender = witness.submission.envelope.mail_from or "<>"
            recipient, *_ = witness.submission.envelope.recipients
            ends = witness.happened[-1].outcome.value
            message = (
                f"a message to {proof.name} breaks `{claim.name}`: it is {ends}, from {sender} to"
                f" {recipient}{facts}"
            )
            check = "lost-mail" if invariant is None else "invariant-broken"
            advice = None if kept is None else kept.command
            return _under(check, Severity.ERROR, at, message, advice)
        case Undecided(why=why):
            message = f"undecided whether `{claim.name}` holds for {proof.name}: {why}"
            return _under("not-proved", Severity.WARNING, at, message)
        case never:
            assert_never(never)


def _order(found: OrderFinding, kept: KeptMessage | None, proof: GatewayProof) -> Problem:
    at = found.rule.position
    match found:
        case OrderMatters():
            facts = "" if kept is None else f": {'; '.join(kept.facts)}"
            message = (
                f"order matters: {two_rules(found)}: a message to {proof.name},"
                f" {why_not_swapped(found)}{facts}"
            )
            advice = None if kept is None else kept.command
            return _under("order-matters", Severity.ERROR, at, message, advice)
        case OrderNotProved(why=why):
            message = f"undecided whether {any_order(found.phase)}: `{found.rule.name}`: {why}"
            return _under("not-proved", Severity.WARNING, at, message)
        case never:
            assert_never(never)


def _dead(found: Finding, proof: GatewayProof) -> Problem:
    rule = found.rule
    match found:
        case Dead():
            message = f"`{rule.name}` never applies: {why_dead(found, proof.gateway)}"
            return _under("unreachable-rule", Severity.ERROR, rule.position, message)
        case NotProved(why=why):
            message = f"undecided whether any mail gets to `{rule.name}`: {why}"
            return _under("not-proved", Severity.WARNING, rule.position, message)
        case never:
            assert_never(never)


def _idle(found: Settled, proof: GatewayProof) -> Problem:
    rule = found.rule
    if isinstance(found, Idle):
        message = f"{part_of(found)} in `{rule.name}`: {why_idle(found, proof.gateway)}"
        check = "unreachable-value" if found.value is not None else "condition-without-effect"
        return _under(check, Severity.INFO, place_of(found), message)
    message = f"undecided whether all conditions and values of `{rule.name}` count: {found.why}"
    return _under("not-proved", Severity.WARNING, rule.position, message)


def _under(
    check: str, severity: Severity, at: Position, message: str, help: str | None = None
) -> Problem:
    return Problem(check=check, severity=severity, position=at, message=message, help=help)
