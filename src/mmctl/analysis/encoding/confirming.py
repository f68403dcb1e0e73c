"""What the evaluator says about a witness: whether it happens as the model says.

What a model assumed of address lists is put into the gateway; everything else is in the witness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.compare import Members
from mmctl.judge.copies import Copy
from mmctl.judge.evaluator import Evaluator
from mmctl.judge.remembering import Memory
from mmctl.judge.texts import Texts
from mmctl.judge.trace import ActionResult, RuleResult
from mmctl.judge.worlds import World
from mmctl.language.project import Outcome
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.judge.answers import Lack
    from mmctl.judge.submission import Gateway, Scenario, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happens to one copy of a message."""

    outcome: Outcome
    applied: frozenset[int] = frozenset()
    """The places of the rules that apply."""
    done: frozenset[tuple[int, int]] = frozenset()
    """The actions that take effect: the place of the rule, and of the action in it."""


@dataclass(slots=True)
class _Supposed(World):
    """A world in which lists that do not exist are as a model says; it asks for nothing else."""

    deleted: dict[str, str] = field(default_factory=dict)
    unknown: bool = False
    """Whether something else was asked for."""

    def decide(self, lack: Lack) -> None:
        """Say what is supposed of a list."""
        supposed = self.deleted.get(lack.fact.fact)
        if supposed is None:
            self.unknown = True
            supposed = lack.fact.choices[0]
        self.could_be[lack.fact] = frozenset({supposed})


def copies_of(
    gateway: Gateway,
    submission: Submission,
    scenario: Scenario,
    *,
    listed: Mapping[str, Sequence[str]],
    deleted: Mapping[str, bool],
) -> tuple[Copy, ...] | None:
    """The copies for the first recipient, ended; none: refused; None: the evaluator lacks a fact.

    `listed` are the addresses in lists that nobody read, `deleted` says of lists that do not exist
    whether they include everything.
    """
    lists = {**gateway.lists, **{name: Members.of(each) for name, each in listed.items()}}
    gateway = replace(gateway, lists=lists)
    world = _Supposed()
    world.deleted = {
        f"address list {name}": "yes" if includes else "no" for name, includes in deleted.items()
    }
    evaluator = Evaluator(
        gateway=gateway,
        among=range(len(gateway.rules)),
        submission=submission,
        scenario=scenario,
        texts=Texts(submission, gateway.readings),
        world=world,
        memory=Memory(),
        assume_pass=False,
        assumed={},
    )
    copies: list[Copy] = []
    for place, recipient in enumerate(submission.envelope.recipients):
        _, decided = evaluator.admit(place, recipient)
        if decided.admitted.is_true:
            copies.append(Copy(place=place, address=recipient, seen=recipient))
    ended = tuple(copy for copy in evaluator.run(copies) if copy.place == 0)
    return None if world.unknown else ended


def happens(
    gateway: Gateway,
    submission: Submission,
    scenario: Scenario,
    *,
    listed: Mapping[str, Sequence[str]],
    deleted: Mapping[str, bool],
) -> tuple[Happened, ...] | None:
    """What happens to these copies; None: the evaluator lacks a fact."""
    copies = copies_of(gateway, submission, scenario, listed=listed, deleted=deleted)
    if copies is None:
        return None
    return tuple(map(_happened, copies)) or (Happened(outcome=Outcome.REFUSED),)


def _happened(copy: Copy) -> Happened:
    applied = [step for step in copy.steps if step.result is RuleResult.APPLIED]
    return Happened(
        outcome=copy.outcome()[0],
        applied=frozenset(step.index for step in applied),
        done=frozenset(
            (step.index, int(action.path[1]))
            for step in applied
            for action in step.actions
            if action.result is ActionResult.DONE
        ),
    )
