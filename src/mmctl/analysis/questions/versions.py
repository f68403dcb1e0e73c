"""How two versions of a project treat mail: gateway by gateway, on every message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import EFFORT, Proof
from mmctl.analysis.questions.alike import compared_in
from mmctl.analysis.questions.behavior import (
    Behavior,
    DoneThing,
    FoundEnvelope,
    HowItEnds,
    KindOfDifference,
    WhatBecomes,
)
from mmctl.analysis.questions.harms import harms_in
from mmctl.analysis.questions.ways import is_meant, ways_into
from mmctl.judge.ingress import gateway_behind
from mmctl.language.project import Outcome
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.alike import TreatedDifferently
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.ends import Treated
    from mmctl.analysis.questions.equality import Equality
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

    Keep = Callable[[str, Witness, Way], KeptMessage | None]
    """Keeps a message under a name."""

_FROM_ITS_READER: Final = {
    Outcome.DELIVERED: 0,
    Outcome.UNKNOWN: 0,
    Outcome.STORED: 1,
    Outcome.BOUNCED: 2,
    Outcome.REFUSED: 2,
    Outcome.DROPPED: 3,
    Outcome.LOST: 4,
}
"""How far from its reader a message ends: what moves it away comes first."""


def behavior(
    before: Project,
    after: Project,
    equality: Equality,
    keep: Keep,
    *,
    effort: int | None = EFFORT,
) -> Iterator[Behavior]:
    """Compare what both versions have: ingress points, and rule sets that are behind none.

    Raises:
        SolverMissing: rules differ, and there is no solver.
    """
    for way in ways_into(before, after):
        gateways = gateway_behind(before, way), gateway_behind(after, way)
        if _is_same(*gateways):
            yield Behavior(way=way, equality=equality)
        else:
            proof = Proof(*gateways, compared=True, effort=effort)
            yield _compared(proof, way, after, equality, keep)


def _compared(proof: Proof, way: Way, project: Project, equality: Equality, keep: Keep) -> Behavior:
    found = compared_in(proof, equality=equality)
    name = way.ingress_point or way.rule_set or ""
    invariants = [each for each in project.invariants if is_meant(each, project, way)]
    harms, unproved = harms_in(
        proof, invariants, lambda what, witness: _kept(witness, f"{name} {what}", way, keep)
    )
    return Behavior(
        way=way,
        equality=equality,
        differences=tuple(
            KindOfDifference(
                before=_becomes(each.before),
                after=_becomes(each.after),
                message=_kept(each.witness, f"{name} {place}", way, keep),
            )
            for place, each in enumerate(sorted(found.differences, key=_nearer), start=1)
        ),
        undecided=found.undecided,
        harms=harms,
        unproved=unproved,
    )


def _nearer(difference: TreatedDifferently) -> int:
    """How much nearer to its reader a message ends than before."""
    before, after = (
        max(_FROM_ITS_READER[end.outcome] for end in each.ends)
        for each in (difference.before, difference.after)
    )
    return before - after


def _kept(witness: Witness, name: str, way: Way, keep: Keep) -> FoundEnvelope:
    envelope = witness.submission.envelope
    recipient, *others = envelope.recipients
    return FoundEnvelope(
        mail_from=envelope.mail_from or "",
        recipient=recipient,
        others=len(others),
        kept=keep(name, witness, way),
    )


def _becomes(treated: Treated) -> WhatBecomes:
    return WhatBecomes(
        ends=tuple(
            dict.fromkeys(HowItEnds(outcome=end.outcome, by=end.by) for end in treated.ends)
        ),
        effects=tuple(
            DoneThing(action=each.label, recipient=each.recipient, headers=each.headers)
            for each in treated.effects
        ),
    )


def _is_same(one: Gateway, other: Gateway) -> bool:
    """Whether nothing that mail meets differs; where rules are written does not count."""
    parts = [
        [(rule.name, rule.rule, rule.stop, rule.shadow) for rule in each.rules]
        for each in (one, other)
    ]
    return parts[0] == parts[1] and replace(one, rules=()) == replace(other, rules=())
