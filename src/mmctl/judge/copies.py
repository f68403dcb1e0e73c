"""Copies of a message on their way through a rule set, while they are judged.

A message starts as one copy for each admitted recipient; replacing a recipient changes a copy or
forks it. These are the only mutable values in this room, and no trace refers to them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.judge.trace import ActionResult, ActionTrace, CopyTrace, RuleResult, RuleTrace
from mmctl.language.project import Outcome
from mmctl.model.actions import Does
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.judge.answers import MissingFact
    from mmctl.judge.trace import AddedHeader, ConditionTrace
    from mmctl.language.project import LogicalRule


class Ending(StrEnum):
    """Why no further rule is tried for a copy."""

    REFUSED = "refused"
    """At RCPT: a copy that was never taken."""
    DROPPED = "dropped"
    STOPPED = "stopped"
    """By `stop`, by a function's answer, or by a reading that says so."""


@dataclass(slots=True)
class Step:
    """One rule that was tried for a copy, and what it has done so far."""

    rule: LogicalRule
    index: int
    recipient: str
    conditions: tuple[ConditionTrace, ...]
    unless: tuple[ConditionTrace, ...]
    result: RuleResult
    missing: tuple[MissingFact, ...]
    actions: list[ActionTrace] = field(default_factory=list)
    skips_rest: bool = False
    """The remaining actions of this rule are not for this copy."""
    traced: RuleTrace | None = None

    def trace(self) -> RuleTrace:
        """Its trace; the same value for all copies that share this step."""
        if self.traced is None:
            self.traced = RuleTrace(
                rule=self.rule.name,
                index=self.index,
                position=self.rule.position,
                recipient=self.recipient,
                result=self.result,
                conditions=self.conditions,
                unless=self.unless,
                actions=tuple(self.actions),
                missing=self.missing,
                refuses=self.rule.refuses,
            )
        return self.traced


@dataclass(slots=True)
class Copy:
    """The message for one envelope recipient."""

    place: int
    """Which of the envelope's recipients it was originally for."""
    address: str
    """The envelope recipient now."""
    seen: str
    """The recipient as conditions see it."""
    headers: tuple[AddedHeader, ...] = ()
    steps: list[Step] = field(default_factory=list)
    ending: Ending | None = None
    ended_by: str | None = None
    ended_at: int | None = None
    """The place of the rule at which it ended: not every rule that was tried has a step."""

    def end(self, ending: Ending, rule: LogicalRule) -> None:
        """Try no further rule for this copy; the first ending counts."""
        if self.ending is None:
            self.ending = ending
            self.ended_by = rule.name

    def fork(self, address: str) -> Copy:
        """The same copy for another address, with the history up to now."""
        last = self.steps[-1]
        return Copy(
            place=self.place,
            address=address,
            seen=self.seen,
            headers=self.headers,
            steps=[
                *self.steps[:-1],
                Step(
                    rule=last.rule,
                    index=last.index,
                    recipient=last.recipient,
                    conditions=last.conditions,
                    unless=last.unless,
                    result=last.result,
                    missing=last.missing,
                    actions=list(last.actions),
                    skips_rest=last.skips_rest,
                ),
            ],
        )

    def trace(self) -> CopyTrace:
        """Its trace."""
        outcome, by = self.outcome()
        return CopyTrace(
            address=self.address,
            headers=self.headers,
            rules=tuple(step.trace() for step in self.steps),
            outcome=outcome,
            by=by,
            ended_by=self.ended_by,
        )

    def outcome(self) -> tuple[Outcome, str | None]:
        """The first outcome that applies (language.md, Outcomes), and the rule that decided."""
        if self.ending is Ending.REFUSED:
            return Outcome.REFUSED, self.ended_by
        if by := self._last_that_did(Does.DELIVERS):
            return Outcome.DELIVERED, by
        if by := self._last_that_did(Does.BOUNCES):
            return Outcome.BOUNCED, by
        if self.ending is Ending.DROPPED:
            return Outcome.DROPPED, self.ended_by
        if by := self._last_that_did(Does.STORES):
            return Outcome.STORED, by
        return Outcome.LOST, self.ended_by

    def _last_that_did(self, does: Does) -> str | None:
        """The last rule with such an action that took effect.

        Mail that one rule archives and a later rule keeps is stored by the later one.
        """
        for step in reversed(self.steps):
            if any(
                action.does is does and action.result is ActionResult.DONE
                for action in step.actions
            ):
                return step.rule.name
        return None
