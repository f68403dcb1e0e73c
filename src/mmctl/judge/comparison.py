"""One message under two sets of rules: whose treatment differs, and how.

The names of rules do not count, only how the mail ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from mmctl.model.actions import CHANGES_MESSAGE

if TYPE_CHECKING:
    from mmctl.judge.trace import AddedHeader, RecipientTrace, Trace

Effect: TypeAlias = "tuple[str, str, tuple[AddedHeader, ...]]"
"""Kind and target of an action, the recipient it was done for, and the headers added by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One envelope recipient who is treated differently."""

    before: RecipientTrace
    """Under the other rules."""
    after: RecipientTrace
    """Under the rules of the project."""

    @property
    def recipient(self) -> str:
        """The envelope recipient."""
        return self.after.recipient

    @property
    def change(self) -> str:
        """How it differs: another outcome, or other actions."""
        if self.before.outcome is not self.after.outcome:
            return f"{self.before.outcome} → {self.after.outcome}"
        return f"{self.after.outcome}, by other actions"


def differences(before: Trace, after: Trace) -> tuple[Difference, ...]:
    """The recipients of one message whose outcome or actions are not the same in both traces."""
    return tuple(
        Difference(before=old, after=new)
        for old, new in zip(before.recipients, after.recipients, strict=True)
        if not same_treatment(old, new)
    )


def same_treatment(before: RecipientTrace, after: RecipientTrace) -> bool:
    """Whether a recipient has the same outcome and the same actions."""
    return before.outcome is after.outcome and effects(before) == effects(after)


def effects(got: RecipientTrace) -> frozenset[Effect]:
    """What is done for a recipient, in any order; added headers count with what they travel with.

    A header that no action sends on changes nothing for anybody.
    """
    return frozenset(
        (action.label, action.recipient, action.headers)
        for action in got.actions
        if action.does not in CHANGES_MESSAGE
    )
