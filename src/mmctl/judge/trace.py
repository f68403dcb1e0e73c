"""The record of a judgment: every answer, every action, and the outcome, per recipient.

Values only; nothing is judged here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from mmctl.judge.actions import drops_on_failure
from mmctl.model.actions import STOP, WORDS
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.judge.answers import Answer, MissingFact
    from mmctl.judge.submission import LambdaAnswer
    from mmctl.language.project import Outcome
    from mmctl.model.actions import Does
    from mmctl.model.rules import RuleAction
    from mmctl.problem import Path, Position

AddedHeader = tuple[str, str]
"""Name and value of a header that a rule added."""


class RuleResult(StrEnum):
    """What happened to a rule for one recipient."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    HELD_BACK = "held_back"
    """All conditions matched, but so did one under `unless`."""
    UNKNOWN = "unknown"


class ActionResult(StrEnum):
    """What happened to an action."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Undone by a drop in the same rule, under the reading `drop_cancels_earlier`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTrace:
    """One condition, evaluated for one recipient."""

    path: Path
    """Where it is in the rule or statement: ("Conditions", 0), ("Unless", 1)."""
    operand: str
    """In the words of the language: `from`, `header X-Spam`, `vade.isPassed`."""
    operator: str
    values: tuple[str, ...]
    """The values in the rule."""
    compared: tuple[str, ...]
    """What the message has, decoded and unfolded; empty if it has nothing."""
    answer: Answer
    matched: tuple[str, ...] = ()
    """The `values` that matched something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTrace:
    """One action, done for one copy of the message."""

    kind: str
    """The key of the language: `relay`, `add_header`, `stop`."""
    target: str | None
    """The target, in the words of the rule: `exchange`, `X-Spam: yes`."""
    action: RuleAction
    path: Path
    recipient: str
    """The envelope recipient it was done for."""
    headers: tuple[AddedHeader, ...]
    """Headers that rules had added before it."""
    result: ActionResult = ActionResult.DONE
    answer: LambdaAnswer | None = None
    """What the function answers, if that is stated."""

    @property
    def does(self) -> Does:
        """What it does with the mail."""
        return WORDS[self.kind].does

    @property
    def done(self) -> bool:
        """Whether it took effect."""
        return self.result is ActionResult.DONE

    @property
    def drops_on_failure(self) -> bool:
        """Whether the message is dropped if it fails."""
        return drops_on_failure(self.action)

    @property
    def label(self) -> str:
        """Kind and target: `relay:exchange`; only the kind if there is no target."""
        return self.kind if self.target is None else f"{self.kind}:{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule, tried for one copy of the message."""

    rule: str
    index: int
    """Its place in the rule set, from 0."""
    position: Position
    recipient: str
    """The recipient that its conditions saw."""
    result: RuleResult
    conditions: tuple[ConditionTrace, ...]
    unless: tuple[ConditionTrace, ...]
    actions: tuple[ActionTrace, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    refuses: bool = False
    """Whether it refuses at RCPT what it applies to, and does nothing else."""

    @property
    def applied(self) -> bool:
        """Whether its actions ran."""
        return self.result is RuleResult.APPLIED

    @property
    def failed(self) -> ConditionTrace | None:
        """The first condition that did not match."""
        return next((asked for asked in self.conditions if asked.answer.is_false), None)

    @property
    def held_back_by(self) -> ConditionTrace | None:
        """The first condition under `unless` that matched."""
        return next((asked for asked in self.unless if asked.answer.is_true), None)

    @property
    def deciding(self) -> tuple[ConditionTrace, ...]:
        """The conditions that decided; if the rule applied, all of them."""
        match self.result:
            case RuleResult.APPLIED:
                return self.conditions
            case RuleResult.NOT_APPLIED:
                return () if self.failed is None else (self.failed,)
            case RuleResult.HELD_BACK:
                return () if self.held_back_by is None else (self.held_back_by,)
            case RuleResult.UNKNOWN:
                asked = (*self.conditions, *self.unless)
                return tuple(one for one in asked if one.answer.is_unknown)
            case _:
                assert_never(self.result)


def distinct_actions(rules: Iterable[RuleTrace]) -> Iterator[tuple[RuleTrace, ActionTrace]]:
    """The actions of the rules that applied, in order.

    Copies that a rule forked share what was done before: the same value, which counts once.
    """
    seen: set[int] = set()
    for trace in rules:
        for action in trace.actions if trace.applied else ():
            if id(action) not in seen:
                seen.add(id(action))
                yield trace, action


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTrace:
    """One statement of the traffic policy, evaluated for one recipient."""

    name: str
    allows: bool
    answer: Answer
    conditions: tuple[ConditionTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTrace:
    """What the traffic policy decided for one recipient."""

    statements: tuple[StatementTrace, ...]
    admitted: Answer
    by: str
    """The statement that decided, `default action` or `max_message_size`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTrace:
    """One copy of the message: there are several if a rule replaced a recipient."""

    address: str
    """Its envelope recipient at the end."""
    headers: tuple[AddedHeader, ...]
    rules: tuple[RuleTrace, ...]
    outcome: Outcome
    by: str | None
    ended_by: str | None
    """The rule after which no other was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientTrace:
    """How it ended for one envelope recipient, and why."""

    recipient: str
    outcome: Outcome
    by: str | None
    """The rule or statement that decided; None: nothing did, or it is unknown which."""
    policy: PolicyTrace | None
    copies: tuple[CopyTrace, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    """The missing facts that leave something about this recipient unknown."""
    possible: tuple[Outcome, ...] = ()
    """What an unknown outcome could be; empty if there were too many ways."""

    @property
    def rules(self) -> tuple[RuleTrace, ...]:
        """Every rule that was tried, in order; repeated if the message forked."""
        traces = {id(trace): trace for copy in self.copies for trace in copy.rules}
        return tuple(sorted(traces.values(), key=lambda trace: trace.index))

    @property
    def applied(self) -> tuple[str, ...]:
        """The names of the rules that applied, in order."""
        return tuple(dict.fromkeys(trace.rule for trace in self.rules if trace.applied))

    @property
    def actions(self) -> tuple[ActionTrace, ...]:
        """What was done, in order, without what failed or was canceled, and without `stop`."""
        done = (action for _, action in distinct_actions(self.rules) if action.done)
        return tuple(action for action in done if action.kind != STOP)

    @property
    def actions_of_all_copies(self) -> tuple[ActionTrace, ...]:
        """What was done, in order; an action that several copies reached counts once."""
        done = {
            (rule.index, place): action
            for rule in self.rules
            for place, action in enumerate(rule.actions if rule.applied else ())
            if action.done and action.kind != STOP
        }
        return tuple(done[place] for place in sorted(done))


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """One action as it runs: once for each form of the message, with a list of recipients."""

    rule: str
    index: int
    """The place of the rule in the rule set, from 0."""
    path: Path
    """Where the action is in the rule."""
    kind: str
    target: str | None
    action: RuleAction
    recipients: tuple[str, ...]
    headers: tuple[AddedHeader, ...]
    failed: bool = False

    @property
    def does(self) -> Does:
        """What it does with the mail."""
        return WORDS[self.kind].does


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How one message was judged."""

    recipients: tuple[RecipientTrace, ...]
    performed: tuple[Performed, ...]
    """What is done for certain, in the order of the rules."""
    assumed: Mapping[MissingFact, str]
    """Facts that nobody stated and `--assume pass` assumed to be good."""
    notes: tuple[str, ...] = ()
    """Defects of the message that were found when reading it."""

    @property
    def missing(self) -> tuple[MissingFact, ...]:
        """The missing facts that leave something unknown, in the order in which they came up."""
        facts = (fact for recipient in self.recipients for fact in recipient.missing)
        return tuple(dict.fromkeys(facts))

    def of(self, recipient: str) -> RecipientTrace:
        """The trace of one envelope recipient, in any letter case.

        Raises:
            KeyError: the message is not for that recipient.
        """
        for trace in self.recipients:
            if trace.recipient.lower() == recipient.lower():
                return trace
        raise KeyError(recipient)
