"""How two versions of a project treat mail: gateway by gateway, on every message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.confirming import copies_of
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
from mmctl.analysis.questions.ends import same_effects, treatment_of
from mmctl.analysis.questions.harms import harms_in
from mmctl.analysis.questions.ways import is_meant, ways_into
from mmctl.judge.ingress import gateway_behind
from mmctl.language.project import Outcome
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.alike import Likeness, TreatedDifferently
    from mmctl.analysis.questions.behavior import KeptMessage
    from mmctl.analysis.questions.ends import Treated
    from mmctl.analysis.questions.equality import Equality
    from mmctl.judge.ingress import Way
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Project

    Keep = Callable[[str, Witness, Way], KeptMessage | None]
    """Keeps a message under a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldVersion:
    """A version in logical rules."""

    project: Project
    """It says which of the rules in a live rule a message meets, where it treats it alike."""
    names: Mapping[str, str]
    """What to call a live rule where that is unknown: `one of a, b, c`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BothTold:
    """Both versions in logical rules."""

    before: ToldVersion
    after: ToldVersion


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
    told: BothTold | None = None,
) -> Iterator[Behavior]:
    """Compare what both versions have: ingress points, and rule sets that are behind none.

    `told`: what names rules that are packed.

    Raises:
        SolverMissing: rules differ, and there is no solver.
    """
    for way in ways_into(before, after):
        gateways = gateway_behind(before, way), gateway_behind(after, way)
        if _is_same(*gateways):
            yield Behavior(way=way, equality=equality)
        else:
            proof = Proof(*gateways, compared=True, effort=effort)
            found = compared_in(proof, equality=equality)
            found = found if told is None else _told(found, told, way)
            yield _compared(proof, found, way, after, keep)


def _told(found: Likeness, told: BothTold, way: Way) -> Likeness:
    """The differences by the logical rules that their messages meet."""
    differences = (
        replace(
            each,
            before=_by_logical(each.before, told.before, way, each.witness),
            after=_by_logical(each.after, told.after, way, each.witness),
        )
        for each in found.differences
    )
    return replace(found, differences=tuple(differences))


def _by_logical(treated: Treated, told: ToldVersion, way: Way, witness: Witness) -> Treated:
    """What becomes of a message, by the rules of the logical gateway if it treats it alike."""
    copies = copies_of(
        gateway_behind(told.project, way),
        witness.submission,
        witness.scenario,
        listed=witness.listed,
        deleted=witness.deleted,
    )
    if copies is not None:
        logical = treatment_of(copies, witness.submission.envelope.recipients[0])
        if same_effects(treated, logical):
            return replace(treated, ends=logical.ends)
    ends = (replace(end, by=told.names.get(end.by or "", end.by)) for end in treated.ends)
    return replace(treated, ends=tuple(ends))


def _compared(proof: Proof, found: Likeness, way: Way, project: Project, keep: Keep) -> Behavior:
    equality = found.equality
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
