"""How a message ends, without the record of why: what many messages are counted by.

`mmctl.judge.trace` is the record of every decision, made where somebody looks at it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mmctl.model.actions import CHANGES_MESSAGE
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.readings.matter import Dependence
    from mmctl.judge.trace import AddedHeader, RecipientTrace, Trace
    from mmctl.language.project import Outcome

Effect: TypeAlias = "tuple[str, str | None, tuple[AddedHeader, ...]]"
"""Kind and target of an action, the recipient it was done for, and the headers added by then.

None stands for the recipient whom the envelope names.
"""


class RuleByRule(StrEnum):
    """Why the evaluator judges a message, and not the index alone."""

    FACTS = "facts are missing"
    ACTIONS = "what a rule does counts for others"
    REFUSED = "some of many recipients are refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended for a recipient; one value for all who are treated alike."""

    outcome: Outcome
    by: str | None
    """The rule or statement that decided; None: nothing did, or it is unknown which."""
    rules: tuple[str, ...] = ()
    """The names of the rules that applied, in order."""
    actions: tuple[str, ...] = ()
    """The labels of what was done, in order: `relay:exchange`."""
    effects: frozenset[Effect] = frozenset()
    """What was done, to compare it with what other rules do."""
    missing: tuple[MissingFact, ...] = ()
    possible: tuple[Outcome, ...] = ()

    @classmethod
    def of(cls, trace: RecipientTrace) -> Ended:
        """What a trace records about the end."""
        return cls(
            outcome=trace.outcome,
            by=trace.by,
            rules=trace.applied,
            actions=tuple(action.label for action in trace.actions),
            effects=_effects(trace),
            missing=trace.missing,
            possible=trace.possible,
        )


def _effects(got: RecipientTrace) -> frozenset[Effect]:
    """What is done for a recipient, in any order; added headers count with what they travel with.

    A header that no action sends on changes nothing for anybody.
    """
    return frozenset(
        (
            action.label,
            None if action.recipient == got.recipient else action.recipient,
            action.headers,
        )
        for action in got.actions
        if action.does not in CHANGES_MESSAGE
    )


class JudgedRecipient(NamedTuple):
    """A recipient of the envelope, and how it ended."""

    recipient: str
    ended: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMessage:
    """How one message ended for everybody."""

    recipients: tuple[JudgedRecipient, ...]
    dependences: tuple[Dependence, ...] = ()
    """The outcomes that another reading would change."""
    assumed: Mapping[MissingFact, str]
    """Facts that nobody stated and `--assume pass` assumed to be good."""
    notes: tuple[str, ...] = ()
    """Defects of the message that were found when reading it."""

    @classmethod
    def of(cls, trace: Trace, dependences: tuple[Dependence, ...] = ()) -> JudgedMessage:
        """What a trace records about the ends."""
        return cls(
            recipients=tuple(
                JudgedRecipient(got.recipient, Ended.of(got)) for got in trace.recipients
            ),
            dependences=dependences,
            assumed=trace.assumed,
            notes=trace.notes,
        )
