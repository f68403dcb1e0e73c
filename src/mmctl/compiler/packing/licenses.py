"""What the packing may do to logical rules: each step is a question, and only a proved one a yes.

Rules are named by their places in the logical gateway. An answer holds wherever earlier licensed
steps have moved the two rules by then: what other rules have changed in a message is free in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mmctl.analysis.questions.ends import described_apart
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.analysis.encoding.witness import Witness
    from mmctl.analysis.questions.ends import Treated
    from mmctl.language.project import LogicalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedPair:
    """Two rules that must not change places, and a message that shows why."""

    above: int
    below: int
    witness: Witness
    as_written: Treated
    """What becomes of the message where the rules are as written."""
    swapped: Treated
    """What becomes of it where the one below is directly above the other."""

    @property
    def described(self) -> tuple[str, str]:
        """What becomes of it as written and swapped, with the headers if these are all."""
        return described_apart(self.as_written, self.swapped)


class Licenses(Protocol):
    """What is certain about the rules of one logical gateway; a no may only mean unknown."""

    def never_applies(self, place: int) -> bool:
        """Whether no message is one that a rule applies to."""

    def ends_its_mail(self, place: int) -> bool:
        """Whether no later rule sees mail that a rule applied to."""

    def never_together(self, place: int, others: int | Iterable[int]) -> bool:
        """Whether no message is one that a rule and any of the others apply to, in any order."""

    def may_swap(self, above: int, below: int) -> bool:
        """Whether it shows in no effect which of two rules is first."""

    def never_meet(self, one: LogicalRule, other: LogicalRule) -> bool:
        """Whether no message meets two rules that need not be among those of the gateway."""

    def pin(self, above: int, below: int) -> PinnedPair | None:
        """A message, confirmed, that shows why one rule has to stay above another one."""
