"""Numbers of a log, counted record by record: nothing is kept of a message but what is counted."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Final

from mmctl.model.logs import ActionStatus
from mmctl.operate.logs.hits import RuleHits
from mmctl.operate.logs.messages import session_of
from mmctl.operate.logs.metrics import METRIC, Metric, counted_in
from mmctl.operate.logs.names import RuleName
from mmctl.operate.logs.packed_counting import PackedCounting
from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleKey, RuleRecord
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mmctl.language.project import LogicalRule, Project
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.metrics import Counted
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverHit:
    """A live rule of the files of which no message of the log is known that it matched."""

    rule: LogicalRule
    rule_set: str
    tried: int
    """For how many messages; 0: the log does not have it, so it tells nothing about it."""
    may_be: tuple[tuple[str, int], ...] = ()
    """Live rules that hold it and matched messages that may be its own, with their numbers:
    then it is unknown whether it was hit."""
    left_out: str | None = None
    """Why it is in no live rule."""

    @property
    def is_known(self) -> bool:
        """Whether the log says that it was never hit."""
        return not self.may_be and self.left_out is None


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
    groups: dict[tuple[str, str, tuple[str, ...]], RuleHits] = field(default_factory=dict)
    """By rule set, live rule, and the rules of which one matched."""
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
    packed: PackedCounting | None = None
    """Counts the records of packed rule sets."""
    metrics: Counter[Counted] = field(default_factory=Counter)
    """What CloudWatch counts of the same records: live rules, by the names in the log."""
    first: datetime | None = None
    last: datetime | None = None

    def __post_init__(self) -> None:
        """Count packed rule sets apart, if there are any."""
        if self.names.may_be_packed:
            self.packed = PackedCounting(counts=self, names=self.names)

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

    def finish(self) -> None:
        """Count what waited for records that did not come."""
        if self.packed is not None:
            self.packed.finish()

    @property
    def top_senders(self) -> list[tuple[str, int]]:
        """The senders of most messages."""
        found = self.senders.most_common()
        return sorted(found, key=lambda each: (-each[1], each[0]))[:TOP]

    def hits(self) -> list[RuleHits]:
        """The rules that matched, the most frequent first."""
        found = (each for each in self.rules.values() if each.messages)
        return sorted(found, key=lambda each: (-each.messages, each.name.name))

    def open_hits(self) -> list[RuleHits]:
        """The groups of rules of which one matched, the most frequent first."""
        return sorted(self.groups.values(), key=lambda each: (-each.messages, each.name.names))

    def metric_rows(self, *, all_of: bool = True) -> list[tuple[Counted, int]]:
        """The metrics of CloudWatch in their order; not `all_of`: without what `hits` says too."""
        told = {(each.name.name, each.messages) for each in self.rules.values()}
        order = {metric: place for place, metric in enumerate(METRIC)}
        found = sorted(self.metrics.items(), key=lambda each: (order[each[0][0]], each[0][1]))
        return [
            ((metric, values), number)
            for (metric, values), number in found
            if all_of or metric is not Metric.RULE_HITS or (values[-1], number) not in told
        ]

    def _accepted(self, record: IngressRecord) -> None:
        if self.packed is not None:
            self.packed.accepted(record)
        if self.twice and not self.is_new(record.message_id, "accepted"):
            return
        counted_in(record, self.metrics)
        self.messages += 1
        self.recipients += len(record.recipients)
        self.bytes += record.size or 0
        self.points[self.names.point(record.ingress_point) or "unnamed"] += 1
        self.senders[sender_of(record.mail_from)] += 1
        if len(self.senders) > _SENDERS:
            self.rare_senders = True
            self.senders = Counter(dict(self.senders.most_common(_SENDERS // 2)))

    def _asked(self, record: PolicyRecord) -> None:
        if self.twice and not self.is_new(session_of(record), record.recipient):
            return
        counted_in(record, self.metrics)
        if record.accepted:
            self.admitted += 1
        else:
            self.refusals[self.names.decided(record) or "unknown"] += 1

    def _rule(self, record: RuleRecord) -> None:
        if record.action is not None and (
            not self.twice
            or self.is_new(record.message_id, f"{record.key} {record.action} {record.recipients}")
        ):
            counted_in(record, self.metrics)
        new = self.is_new(record.message_id, record.key) if self._matters(record) else True
        if self.packed is not None and self.packed.take(record, new=new):
            return
        hits = self.hits_of(self.names.at(record.at).rule(record.key))
        if record.action is None:
            hits.passed += new
            return
        if new:
            hits.messages += 1
            hits.recipients += len(record.recipients)
        hits.saw(record.at)
        self.acted(record, record.action, hits.name)

    def acted(self, record: RuleRecord, action: ActionRecord, name: RuleName) -> None:
        """Count how an action of a rule ended."""
        self._under_way(record, action)
        if action.failed:
            reason = action.failure or "no reason given"
            failure = name.name, action.kind, reason
            if failure not in self.failures and len(self.failures) >= _DIFFERENT:
                failure = name.name, action.kind, OTHERS
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

    def hits_of(self, name: RuleName) -> RuleHits:
        """The numbers of one rule."""
        key = (name.rule_set or "", name.name)
        if key not in self.rules and len(self.rules) >= _DIFFERENT:
            key, name = ("", OTHERS), RuleName(name=OTHERS)
        return self.rules.setdefault(key, RuleHits(name=name))

    def group_of(self, name: RuleName) -> RuleHits:
        """The numbers of a live rule where it is unknown which of some rules matched."""
        key = (name.rule_set or "", name.live or "", name.names)
        if key not in self.groups and len(self.groups) >= _DIFFERENT:
            key, name = ("", OTHERS, ()), RuleName(name=OTHERS)
        return self.groups.setdefault(key, RuleHits(name=name))

    def is_new(self, whose: str, what: RuleKey | str) -> bool:
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
    """The live rules of the files of which no hit is known, in their order.

    Only rule sets count of which the log holds records.
    """
    seen = {rule_set for rule_set, *_ in (*statistics.rules, *statistics.groups)}
    left_out = {
        (packed.name, rule): why
        for packed in statistics.names.packed.values()
        for rule, why in packed.left_out.items()
    } | dict(statistics.names.refused)
    found = []
    for rule_set in project.rule_sets.values():
        if rule_set.name not in seen:
            continue
        for rule in rule_set.live_rules(project.environment.name):
            hits = statistics.rules.get((rule_set.name, rule.name))
            if hits is None or not hits.messages:
                each = NeverHit(
                    rule=rule,
                    rule_set=rule_set.name,
                    tried=0 if hits is None else hits.passed,
                    may_be=_may_be(statistics, rule_set.name, rule.name),
                    left_out=left_out.get((rule_set.name, rule.name)),
                )
                if each.left_out is None or not statistics.refusals[rule.name]:
                    found.append(each)
    return found


def _may_be(statistics: LogStatistics, rule_set: str, rule: str) -> tuple[tuple[str, int], ...]:
    """The live rules that may have matched for a rule, and how many messages each."""
    found: Counter[str] = Counter()
    for (of_set, live, names), hits in statistics.groups.items():
        if of_set == rule_set and rule in names:
            found[live] += hits.messages
    return tuple(sorted(found.items()))


def statistics_of(records: Iterable[Record], names: LogNames) -> LogStatistics:
    """The numbers of some records."""
    statistics = LogStatistics(names=names)
    for record in records:
        statistics.add(record)
    statistics.finish()
    return statistics
