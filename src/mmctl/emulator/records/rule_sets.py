"""Records of a rule set: one for each action of a message, one for each rule that did not match."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mmctl.emulator.records.texts import listed, milliseconds, quoted
from mmctl.judge.actions import actions_in_effect
from mmctl.model.actions import row_of
from mmctl.model.logs import ActionStatus
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mmctl.judge.trace import Trace
    from mmctl.language.project import LogicalRule


class LoggedAction(NamedTuple):
    """One action as it was carried out, with the places of rule and action from 0."""

    rule: int
    action: int
    recipients: Sequence[str]
    """The recipients that the rule's conditions matched."""
    status: ActionStatus = ActionStatus.SUCCESS
    failure: str | None = None
    """Why it failed."""
    at: datetime | str | None = None
    """When; None: when the rules were asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetPieces:
    """The pieces of one rule set: what is the same in all of its records."""

    start: str
    rules: tuple[str, ...]
    """For each rule the members that say which one it is, up to the recipients."""
    unmatched: tuple[str, ...]
    """The rest of the line of each rule that did not match."""
    actions: tuple[tuple[str, ...], ...]
    """For each rule and action the members that say which one it is, up to the status."""

    @classmethod
    def of(cls, arn: str, name: str, rules: Sequence[LogicalRule]) -> RuleSetPieces:
        """The pieces of a rule set, by its ARN, its name and its rules in order."""
        named = tuple(
            f',"rule_set_name":{quoted(name)},"rule_name":{quoted(rule.name)}'
            f',"rule_index":{number},"recipients_matched":'
            for number, rule in enumerate(rules, 1)
        )
        return cls(
            start=f'{{"resource_arn":{quoted(arn)},"event_timestamp":',
            rules=named,
            unmatched=tuple(f"{each}[]}}\n" for each in named),
            actions=tuple(
                tuple(
                    f',"action_metadata":{{"action_name":"{row_of(action).key.upper()}"'
                    f',"action_index":{number},"action_status":"'
                    for number, action in enumerate(actions_in_effect(rule), 1)
                )
                for rule in rules
            ),
        )

    def lines(
        self, message_id: str, at: datetime | str, done: Iterable[LoggedAction], tried: int
    ) -> str:
        """The lines of one message: what was done, and of the first `tried` rules the others."""
        middle = f',"message_id":{quoted(message_id)}'
        start = f"{self.start}{milliseconds(at)}{middle}"
        lines: list[str] = []
        after = 0
        for each in sorted(done, key=_place):
            lines += [start + rest for rest in self.unmatched[after : min(each.rule, tried)]]
            begun = start if each.at is None else f"{self.start}{milliseconds(each.at)}{middle}"
            failure = "" if each.failure is None else f',"action_failure":{quoted(each.failure)}'
            lines.append(
                f"{begun}{self.rules[each.rule]}{listed(each.recipients)}"
                f'{self.actions[each.rule][each.action]}{each.status.value}"{failure}}}}}\n'
            )
            after = max(after, each.rule + 1)
        lines += [start + rest for rest in self.unmatched[after:tried]]
        return "".join(lines)


def _place(done: LoggedAction) -> tuple[int, int]:
    return done.rule, done.action


def tried_of(trace: Trace, rules: int) -> int:
    """How many of so many rules were tried for a message, from its trace."""
    return max(
        (
            rules
            if copy.ended_by is None
            else 1 + max((each.index for each in copy.rules if each.applied), default=-1)
            for recipient in trace.recipients
            for copy in recipient.copies
        ),
        default=0,
    )


def matched_of(trace: Trace) -> dict[int, tuple[str, ...]]:
    """The recipients that each rule matched, by the rule's place."""
    found: dict[int, dict[str, None]] = {}
    for recipient in trace.recipients:
        for rule in recipient.rules:
            if rule.applied:
                found.setdefault(rule.index, {})[rule.recipient] = None
    return {index: tuple(found[index]) for index in sorted(found)}
