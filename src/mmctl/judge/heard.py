"""What a log says of one message, and what following it finds: values, nothing is judged here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.judge.copies import Copy
    from mmctl.judge.remembering import AskedConditions
    from mmctl.judge.trace import PolicyTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAction:
    """One action as it was recorded."""

    kind: str
    """Its key in the language; a word that no action has stays as it was recorded."""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRule:
    """What was recorded of one rule for one message."""

    recipients: frozenset[str]
    """Whom it applied to; empty: it was tried and applied to nobody."""
    actions: Mapping[int, HeardAction] = field(default_factory=dict)
    """What was done, by the place of the action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was recorded of one message."""

    rules: Mapping[int, HeardRule]
    """By the place of the rule in the gateway."""
    whole: bool = True
    """Whether no more records can come: then a rule without a record was not tried."""


class Disagreement(StrEnum):
    """How a record and the evaluator disagree, whatever the missing facts are."""

    REFUSED = "refused"
    """The policy refuses a recipient who was accepted."""
    APPLIED = "applied"
    """The rule applied, and cannot apply."""
    NOT_APPLIED = "not applied"
    """The rule was tried and did not apply, and must apply."""
    NOT_TRIED = "not tried"
    """The rule must apply, and there is no record of it."""
    ENDED = "ended"
    """The rule applied to a recipient who had ended before."""
    STRANGER = "stranger"
    """The rule applied to somebody whom the message was not for."""
    NOT_DONE = "not done"
    """An action that is part of the rule was not recorded."""
    DONE = "done"
    """An action was recorded that the rule does not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSaid:
    """What the evaluator and the record say of one rule for one recipient."""

    place: int
    """Which recipient of the envelope."""
    index: int
    seen: str
    """The recipient as conditions saw it."""
    asked: AskedConditions
    applied: bool | None
    """What the record says; None: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDisagreement:
    """One disagreement."""

    kind: Disagreement
    place: int | None
    """Which recipient of the envelope; None: all whom the rule applied to."""
    index: int | None = None
    """The rule; None: the policy."""
    asked: AskedConditions | None = None
    policy: PolicyTrace | None = None
    address: str | None = None
    """The recipient in the record, if the envelope has another or none."""
    action: tuple[int, str] | None = None
    """Place and kind of an action."""
    ended_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A record, followed to its end."""

    found: tuple[FoundDisagreement, ...]
    said: tuple[RuleSaid, ...]
    """What was said of each rule for each recipient, in the order of trying."""
    policies: tuple[PolicyTrace, ...]
    """What is known of the policy's answer, for each recipient."""
    copies: tuple[Copy, ...]

    @property
    def open(self) -> int:
        """How many rules may apply of which there is no record."""
        return sum(said.applied is None and not said.asked.answer.is_false for said in self.said)
