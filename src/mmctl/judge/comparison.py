"""One message under two sets of rules: whose treatment differs, and how.

The names of rules do not count, only how the mail ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.judge.judged import Ended, JudgedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One envelope recipient who is treated differently."""

    recipient: str
    before: Ended
    """Under the other rules."""
    after: Ended
    """Under the rules of the project."""

    @property
    def change(self) -> str:
        """How it differs: another outcome, or other actions."""
        if self.before.outcome is not self.after.outcome:
            return f"{self.before.outcome} → {self.after.outcome}"
        return f"{self.after.outcome}, by other actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEnd:
    """One message among others: its name, how it ended, and how it ends under other rules."""

    message: str
    judged: JudgedMessage
    against: JudgedMessage | None = None
    """None: it is not compared."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The recipients who are treated differently under the other rules."""
        return () if self.against is None else differences(self.against, self.judged)


def differences(before: JudgedMessage, after: JudgedMessage) -> tuple[Difference, ...]:
    """The recipients of one message whose outcome or actions are not the same."""
    return tuple(
        Difference(recipient=new.recipient, before=old.ended, after=new.ended)
        for old, new in zip(before.recipients, after.recipients, strict=True)
        if not same_treatment(old.ended, new.ended)
    )


def same_treatment(before: Ended, after: Ended) -> bool:
    """Whether a recipient has the same outcome and the same actions."""
    return before.outcome is after.outcome and before.effects == after.effects
