"""What a change makes wrong: invariants that it breaks, and accepted mail that it loses.

Asked of two versions at once: a message that was treated rightly before and is not afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.encoding.proof import Shown, Undecided
from mmctl.analysis.questions.behavior import Harm
from mmctl.analysis.questions.invariants import breaking
from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mmctl.analysis.encoding.proof import Proof
    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.behavior import FoundEnvelope
    from mmctl.language.project import Invariant

BEFORE, AFTER = 0, 1
NO_LOSS: Final = "no accepted mail is lost"
_NOBODY_GOT: Final = (Outcome.LOST, Outcome.DROPPED, Outcome.REFUSED)
"""Mail that ended so before can be lost without harm to anybody."""


def harms_in(
    proof: Proof, invariants: Sequence[Invariant], kept: Callable[[str, Witness], FoundEnvelope]
) -> tuple[tuple[Harm, ...], tuple[str, ...]]:
    """What becomes wrong from the first version to the second; and what stays undecided."""
    harms: list[Harm] = []
    unproved: list[str] = []
    for name, question in _questions(proof, invariants):
        answer = Undecided(why=Undecided.FORKS) if question is None else proof.ask(question)
        if isinstance(answer, Shown):
            before, after = answer.witness.happened
            harms.append(
                Harm(
                    invariant=name,
                    before=before.outcome,
                    after=after.outcome,
                    message=kept(f"wrong {len(harms) + 1}", answer.witness),
                )
            )
        elif isinstance(answer, Undecided):
            unproved.append(name or NO_LOSS)
    return tuple(harms), tuple(unproved)


def _questions(
    proof: Proof, invariants: Sequence[Invariant]
) -> Iterator[tuple[str | None, list[int] | None]]:
    """Of each invariant, and of lost mail (None), the literals of a message that shows it."""
    yield None, _newly_lost(proof)
    for invariant in invariants:
        before, after = (breaking(proof, invariant, each) for each in (BEFORE, AFTER))
        if before is None or after is None:
            yield invariant.name, None
        else:
            yield invariant.name, [*after, -proof.circuit.all_of(before)]


def _newly_lost(proof: Proof) -> list[int] | None:
    before, after = (proof.outcomes(each) for each in (BEFORE, AFTER))
    if before is None or after is None:
        return None
    return [after[Outcome.LOST], *(-before[outcome] for outcome in _NOBODY_GOT)]
