"""Which messages can show a mutant: only those for which the changed part answers differently.

Cheap, so that only a few messages are judged by the whole gateway again. Where there is no cheap
answer, it is yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.cases.mutants.mutant import PolicyChanged, RulesChanged, RulesSwapped
from mmctl.judge.actions import actions_in_effect
from mmctl.judge.answers import Answer, all_of, any_of
from mmctl.judge.conditions import ask
from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ask_policy
from mmctl.judge.texts import Texts
from mmctl.judge.trace import RuleResult
from mmctl.model.actions import CHANGES_MESSAGE, added_header, row_of
from mmctl.model.conditions import header_of
from mmctl.model.enums import AcceptAction
from mmctl.model.policies import PolicyStatement, TrafficPolicy
from mmctl.model.rules import RuleCondition
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.mutants.mutant import Mutant
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import AddedHeader, RecipientTrace, Trace
    from mmctl.language.project import LogicalRule
    from mmctl.model.policies import PolicyCondition


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule that was evaluated for one copy of the message: what it saw."""

    index: int
    recipient: str
    added: tuple[AddedHeader, ...]


class Noticing:
    """One message, and which rules and statements looked at it before the change."""

    def __init__(self, gateway: Gateway, submission: Submission, trace: Trace | None) -> None:
        """Without a trace, every rule counts as evaluated for every recipient."""
        self._gateway = gateway
        self._submission = submission
        self._texts = Texts(submission, gateway.readings)
        self._asked: dict[int, tuple[_Asked, ...]] | None = None
        if trace is not None:
            self._asked = {}
            for asked in dict.fromkeys(_asked(trace)):
                self._asked[asked.index] = (*self._asked.get(asked.index, ()), asked)
        self._applied = frozenset(
            rule.index
            for got in (trace.recipients if trace is not None else ())
            for rule in got.rules
            if rule.applied
        )

    def can_notice(self, mutant: Mutant) -> bool:
        """Whether the mutant may treat the message differently."""
        match mutant.edit:
            case PolicyChanged():
                return self._policies_differ(mutant)
            case RulesSwapped(first=first):
                return any(self._both_apply(asked) for asked in self._when_asked(first))
            case RulesChanged(rules=rules):
                return any(
                    self._differ(self._gateway.rules[index], other, asked)
                    for index, other in rules.items()
                    for asked in self._when_asked(index)
                )
            case _:
                assert_never(mutant.edit)

    def distance(self, mutant: Mutant) -> int:
        """How far the message is from showing a mutant: 0 if a changed rule applied."""
        match mutant.edit:
            case PolicyChanged():
                return 0
            case RulesSwapped(first=first):
                indexes = {first, first + 1}
            case RulesChanged(rules=rules):
                indexes = set(rules)
            case _:
                assert_never(mutant.edit)
        if indexes & self._applied:
            return 0
        return 1 if indexes & (self._asked or {}).keys() else 2

    def answer(self, condition: RuleCondition | PolicyCondition) -> Answer:
        """The answer of one condition for the first recipient, without headers that rules add."""
        asking = self._asking(self._submission.envelope.recipients[0], ())
        if isinstance(condition, RuleCondition):
            return ask(condition, ("Conditions", 0), asking).answer
        statement = PolicyStatement(conditions=(condition,), action=AcceptAction.ALLOW)
        policy = TrafficPolicy(
            traffic_policy_name="one",
            policy_statements=(statement,),
            default_action=AcceptAction.DENY,
        )
        return ask_policy(policy, asking).statements[0].answer

    def _when_asked(self, index: int) -> tuple[_Asked, ...]:
        if self._asked is not None:
            return self._asked.get(index, ())
        recipients = self._submission.envelope.recipients
        return tuple(_Asked(index, recipient, ()) for recipient in recipients)

    def _policies_differ(self, mutant: Mutant) -> bool:
        gateway = mutant.apply(self._gateway)
        if self._gateway.policy is None or gateway.policy is None:
            return False
        for recipient in self._submission.envelope.recipients:
            one = ask_policy(self._gateway.policy, self._asking(recipient, ()))
            other = ask_policy(gateway.policy, self._asking(recipient, (), gateway))
            if one.admitted.is_unknown or other.admitted.is_unknown:
                return True
            if (one.admitted.truth, one.by) != (other.admitted.truth, other.by):
                return True
        return False

    def _differ(self, rule: LogicalRule, other: LogicalRule | None, asked: _Asked) -> bool:
        unseen = self._asked is None and (_reads_headers(rule) or rule.shadow)
        before = self._answer(rule, asked)
        if other is None or other.actions != rule.actions:
            return unseen or not before.is_false
        after = self._answer(other, asked)
        if before.is_unknown or after.is_unknown or unseen:
            return True
        return before.truth is not after.truth

    def _both_apply(self, asked: _Asked) -> bool:
        first, second = self._gateway.rules[asked.index : asked.index + 2]
        if any(_changes_message(rule) and _reads_any(rule) for rule in (first, second)):
            return True
        return not (self._answer(first, asked).is_false or self._answer(second, asked).is_false)

    def _answer(self, rule: LogicalRule, asked: _Asked) -> Answer:
        asking = self._asking(asked.recipient, asked.added)
        path = ("Conditions",)
        held_back = any_of(ask(condition, path, asking).answer for condition in rule.unless)
        matching = (ask(condition, path, asking).answer for condition in rule.conditions)
        return all_of((*matching, ~held_back))

    def _asking(
        self, recipient: str, added: tuple[AddedHeader, ...], gateway: Gateway | None = None
    ) -> Asking:
        return Asking(
            gateway=gateway or self._gateway,
            submission=self._submission,
            texts=self._texts,
            recipient=recipient,
            added=added,
        )


def _asked(trace: Trace) -> Iterator[_Asked]:
    for got in trace.recipients:
        yield from _asked_of(got)


def _asked_of(got: RecipientTrace) -> Iterator[_Asked]:
    """Every rule that was evaluated for a recipient, with the headers that were added by then."""
    for copy in got.copies:
        added: tuple[AddedHeader, ...] = ()
        for rule in copy.rules:
            yield _Asked(rule.index, rule.recipient, added)
            for action in rule.actions if rule.result is not RuleResult.NOT_APPLIED else ():
                header = added_header(action.action)
                if header is not None:
                    added = (*added, header)


def _reads_headers(rule: LogicalRule) -> bool:
    return any(header_of(condition) is not None for condition in (*rule.conditions, *rule.unless))


def _changes_message(rule: LogicalRule) -> bool:
    return any(row_of(action).does in CHANGES_MESSAGE for action in actions_in_effect(rule))


def _reads_any(rule: LogicalRule) -> bool:
    return bool(rule.conditions or rule.unless)
