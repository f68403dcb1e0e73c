"""Numbers of a log, counted record by record: nothing is kept of a message but what is counted."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Final

from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.messages import session_of
from mmctl.operate.logs.names import RuleName
from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleKey, RuleRecord
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mmctl.language.project import LogicalRule, Project
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.records import ActionRecord, Record

TOP: Final = 10
"""How many senders are listed."""
UNKNOWN_SENDER: Final = "unknown"
"""A sender whom the record does not say."""
_SENDERS: Final = 100_000
"""How many different senders are counted; beyond that the rarest are given up."""
_RECENT: Final = 200_000
"""Of how many records it is known that they were counted."""
_DIFFERENT: Final = 10_000
"""How many different rules and failures are counted apart."""
OTHERS: Final = "others"
"""Where the rest is counted."""


@dataclass(slots=True, kw_only=True)
class RuleHits:
    """How often one rule matched."""

    name: RuleName
    messages: int = 0
    recipients: int = 0
    passed: int = 0
    """Messages for which it was tried and did not match."""
    first: datetime | None = None
    """When it matched first."""
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverHit:
    """A live rule of the files that matched no message of the log."""

    rule: LogicalRule
    rule_set: str
    tried: int
    """For how many messages; 0: the log does not have it, so it tells nothing about it."""


@dataclass(slots=True, kw_only=True)
class LogStatistics:
    """What is counted."""

    names: LogNames
    messages: int = 0
    recipients: int = 0
    bytes: int = 0
    points: Counter[str] = field(default_factory=Counter)
    """Accepted messages by ingress point."""
    admitted: int = 0
    """Recipients that a policy admitted."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Recipients that a policy refused, by statement."""
    rules: dict[tuple[str, str], RuleHits] = field(default_factory=dict)
    """By rule set and rule."""
    failures: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Failed actions by rule, action and failure."""
    under_way: OrderedDict[tuple[str, RuleKey, int | None], None] = field(
        default_factory=OrderedDict
    )
    """Actions in progress of which no later record says how they ended."""
    senders: Counter[str] = field(default_factory=Counter)
    rare_senders: bool = False
    """Whether there were too many senders to count each."""
    twice: bool = False
    """Whether a record may come twice, because several sources may have it."""
    recent: OrderedDict[tuple[str, RuleKey | str], None] = field(default_factory=OrderedDict)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def in_progress(self) -> int:
        """Actions that have not ended yet."""
        return len(self.under_way)

    def add(self, record: Record) -> None:
        """Count a record."""
        if self.first is None or record.at < self.first:
            self.first = record.at
        if self.last is None or record.at > self.last:
            self.last = record.at
        if isinstance(record, IngressRecord):
            self._accepted(record)
        elif isinstance(record, PolicyRecord):
            self._asked(record)
        else:
            self._rule(record)

    def add_message(self, message: LoggedMessage) -> None:
        """Count all records of a message."""
        if message.accepted is not None:
            self.add(message.accepted)
        for asked in message.policy:
            self.add(asked)
        for record in message.rules:
            self.add(record)

    @property
    def top_senders(self) -> list[tuple[str, int]]:
        """The senders of most messages."""
        found = self.senders.most_common()
        return sorted(found, key=lambda each: (-each[1], each[0]))[:TOP]

    def hits(self) -> list[RuleHits]:
        """The rules that matched, the most frequent first."""
        found = (each for each in self.rules.values() if each.messages)
        return sorted(found, key=lambda each: (-each.messages, each.name.name))

    def _accepted(self, record: IngressRecord) -> None:
        if self.twice and not self._is_new(record.message_id, "accepted"):
            return
        self.messages += 1
        self.recipients += len(record.recipients)
        self.bytes += record.size or 0
        self.points[self.names.point(record.ingress_point) or "unnamed"] += 1
        self.senders[sender_of(record.mail_from)] += 1
        if len(self.senders) > _SENDERS:
            self.rare_senders = True
            self.senders = Counter(dict(self.senders.most_common(_SENDERS // 2)))

    def _asked(self, record: PolicyRecord) -> None:
        if self.twice and not self._is_new(session_of(record), record.recipient):
            return
        if record.accepted:
            self.admitted += 1
        else:
            self.refusals[self.names.decided(record) or "unknown"] += 1

    def _rule(self, record: RuleRecord) -> None:
        new = self._is_new(record.message_id, record.key) if self._matters(record) else True
        hits = self._hits_of(record.key)
        if record.action is None:
            hits.passed += new
            return
        if new:
            hits.messages += 1
            hits.recipients += len(record.recipients)
        self._under_way(record, record.action)
        hits.first = record.at if hits.first is None else min(hits.first, record.at)
        hits.last = record.at if hits.last is None else max(hits.last, record.at)
        if record.action.failed:
            reason = record.action.failure or "no reason given"
            failure = hits.name.name, record.action.kind, reason
            if failure not in self.failures and len(self.failures) >= _DIFFERENT:
                failure = hits.name.name, record.action.kind, OTHERS
            self.failures[failure] += 1

    def _under_way(self, record: RuleRecord, action: ActionRecord) -> None:
        which = (record.message_id, record.key, action.index)
        if action.status != ActionStatus.IN_PROGRESS:
            self.under_way.pop(which, None)
            return
        self.under_way[which] = None
        if len(self.under_way) > _RECENT:
            self.under_way.popitem(last=False)

    def _matters(self, record: RuleRecord) -> bool:
        """Whether a record may not be the first of a rule for a message."""
        return self.twice or record.action is not None

    def _hits_of(self, rule: RuleKey) -> RuleHits:
        name = self.names.rule(rule)
        key = (name.rule_set or "", name.name)
        if key not in self.rules and len(self.rules) >= _DIFFERENT:
            key, name = ("", OTHERS), RuleName(name=OTHERS)
        return self.rules.setdefault(key, RuleHits(name=name))

    def _is_new(self, whose: str, what: RuleKey | str) -> bool:
        """Whether something is counted for the first time."""
        pair = (whose, what)
        if pair in self.recent:
            return False
        self.recent[pair] = None
        if len(self.recent) > _RECENT:
            self.recent.popitem(last=False)
        return True


def sender_of(mail_from: str | None) -> str:
    """A sender as it is counted."""
    return UNKNOWN_SENDER if mail_from is None else mail_from or "<>"


def never_hit(statistics: LogStatistics, project: Project) -> list[NeverHit]:
    """The live rules of the files that matched nothing, in their order.

    Only rule sets count of which the log holds records.
    """
    seen = {rule_set for rule_set, _ in statistics.rules}
    found = []
    for rule_set in project.rule_sets.values():
        if rule_set.name not in seen:
            continue
        for rule in rule_set.live_rules(project.environment.name):
            hits = statistics.rules.get((rule_set.name, rule.name))
            if hits is None or not hits.messages:
                tried = 0 if hits is None else hits.passed
                found.append(NeverHit(rule=rule, rule_set=rule_set.name, tried=tried))
    return found


def statistics_of(records: Iterable[Record], names: LogNames) -> LogStatistics:
    """The numbers of some records."""
    statistics = LogStatistics(names=names)
    for record in records:
        statistics.add(record)
    return statistics
