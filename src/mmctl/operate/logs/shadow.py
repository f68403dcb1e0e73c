"""What a shadow rule would have hit, from the mark that it leaves in the log.

A shadow rule is live with one action, the header that names it: its records are those of that
action. It sees the mail that no rule before it ended, as the rule will when it acts; rules behind
it still run, so what it would have kept from them is seen as overlap.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.operate.logs.naming import MessageNames
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.logs.statistics import sender_of
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from datetime import date, datetime

    from mmctl.language.project import LogicalRule, Outcome, Project
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.records import RuleKey, RuleRecord

EXAMPLES: Final = 10
"""How many messages are kept, to make cases of."""
TOP: Final = 5
_MARK: Final = "add_header"
_SENDERS: Final = 10_000


@dataclass(slots=True, kw_only=True)
class ShadowHits:
    """What one shadow rule would have hit."""

    rule: LogicalRule
    rule_set: str
    tried: int = 0
    """Messages that came as far as the rule."""
    messages: int = 0
    recipients: int = 0
    by_day: Counter[date] = field(default_factory=Counter)
    senders: Counter[str] = field(default_factory=Counter)
    overlap: Counter[str] = field(default_factory=Counter)
    """Other rules that matched for the same recipients, and how many messages each did."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """How the recipients that it matched ended without it."""
    examples: list[LoggedMessage] = field(default_factory=list)
    """Different senders and outcomes first."""
    kinds: set[tuple[str, str]] = field(default_factory=set)
    first: datetime | None = None
    """When the log first has the rule."""
    last: datetime | None = None

    @property
    def days(self) -> int:
        """On how many days of the log the rule was live, the first and the last included."""
        if self.first is None or self.last is None:
            return 0
        return (self.last.date() - self.first.date()) // timedelta(days=1) + 1

    @property
    def top_senders(self) -> list[tuple[str, int]]:
        """The senders of most of these messages."""
        return _most(self.senders)

    @property
    def top_overlap(self) -> list[tuple[str, int]]:
        """The rules that share most messages with it."""
        return _most(self.overlap)

    def see(self, message: LoggedMessage, names: LogNames) -> None:
        """Count a message, if it came as far as the rule."""
        names = names.at(message.at)
        marks = [record for record in message.acted if self._is_mark(record, names)]
        passed = any(self._is(names, key) for key in message.passed)
        if not marks and not passed:
            return
        self.tried += 1
        self.first = message.at if self.first is None else min(self.first, message.at)
        self.last = message.at if self.last is None else max(self.last, message.at)
        if marks:
            self._hit(message, marks, names)

    def _hit(self, message: LoggedMessage, marks: list[RuleRecord], names: LogNames) -> None:
        matched = {recipient for record in marks for recipient in record.recipients}
        self.messages += 1
        self.recipients += len(matched)
        self.by_day[message.at.date()] += 1
        sender = sender_of(message.client.mail_from if message.client else None)
        if sender in self.senders or len(self.senders) < _SENDERS:
            self.senders[sender] += 1
        named = MessageNames(message, names)
        others = {
            named.of(record).name
            for record in message.acted
            if not self._is(names, record.key) and matched.intersection(record.recipients)
        }
        self.overlap.update(others)
        ended = [each for each in endings(message, names) if each.recipient in matched]
        self.outcomes.update(each.outcome for each in ended)
        self._keep(message, sender, "".join(sorted(each.outcome for each in ended)))

    def _keep(self, message: LoggedMessage, sender: str, outcomes: str) -> None:
        """Keep a message as an example: another kind takes the place of a repeated one."""
        if message.accepted is None:
            return
        new = (sender, outcomes) not in self.kinds
        if len(self.examples) < EXAMPLES:
            self.examples.insert(len(self.kinds) if new else len(self.examples), message)
        elif new and len(self.kinds) < EXAMPLES:
            self.examples.insert(len(self.kinds), message)
            self.examples.pop()
        if new and len(self.kinds) < EXAMPLES:
            self.kinds.add((sender, outcomes))

    def _is(self, names: LogNames, key: RuleKey) -> bool:
        return self.rule.name in names.rule(key).names and names.rule(key).rule_set == self.rule_set

    def _is_mark(self, record: RuleRecord, names: LogNames) -> bool:
        action = record.action
        return action is not None and action.kind == _MARK and self._is(names, record.key)


def shadow_rules(project: Project, wanted: str | None = None) -> list[ShadowHits]:
    """The shadow rules that are live in the environment, or one of them, with nothing counted."""
    return [
        ShadowHits(rule=rule, rule_set=rule_set.name)
        for rule_set in project.rule_sets.values()
        for rule in rule_set.live_rules(project.environment.name)
        if rule.shadow and wanted in {None, rule.name}
    ]


def _most(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda each: (-each[1], each[0]))[:TOP]
