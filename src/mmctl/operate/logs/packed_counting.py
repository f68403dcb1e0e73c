"""Records of a packed rule set, counted by the rules of the files.

A live rule that matched may hold several rules. Which of them is meant, is decided by the session
and envelope of the message; what stays open is counted once, as one of these rules.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from mmctl.operate.logs.messages import LoggedMessage
from mmctl.operate.logs.naming import MessageNames
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRule
    from mmctl.operate.logs.hits import HitCounts, RuleHits
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.records import IngressRecord, RuleRecord

_KEPT: Final = 200_000
"""Of how many messages the session and envelope are kept, and records that wait for them."""


@dataclass(slots=True, kw_only=True)
class PackedCounting:
    """Counts the records of packed rule sets."""

    counts: HitCounts
    names: LogNames
    came: OrderedDict[str, IngressRecord] = field(default_factory=OrderedDict)
    """The latest messages, by id."""
    waiting: OrderedDict[str, list[tuple[RuleRecord, bool]]] = field(default_factory=OrderedDict)
    """Records of messages whose arrival was not read yet."""
    passed: OrderedDict[tuple[str, str, str], int] = field(default_factory=OrderedDict)
    """How many live rules that hold a rule did not match a message, by message, set and rule."""

    def accepted(self, record: IngressRecord) -> None:
        """Take what is known of a message, and count what waited for it."""
        self.came[record.message_id] = record
        if len(self.came) > _KEPT:
            self.came.popitem(last=False)
        for waited, new in self.waiting.pop(record.message_id, ()):
            self._count(waited, new=new)

    def take(self, record: RuleRecord, *, new: bool) -> bool:
        """Take a record, if it is of a packed rule set; return whether it is."""
        held = self.names.at(record.at).held(record.key)
        if held is None:
            return False
        if record.action is None:
            if new:
                self._passed(record, held.sources)
        elif held.holds_several and record.message_id not in self.came:
            self.waiting.setdefault(record.message_id, []).append((record, new))
            if len(self.waiting) > _KEPT:
                _, oldest = self.waiting.popitem(last=False)
                self._count_all(oldest)
        else:
            self._count(record, new=new)
        return True

    def finish(self) -> None:
        """Count what still waits: only its recipients are known."""
        for waited in self.waiting.values():
            self._count_all(waited)
        self.waiting.clear()

    def _count_all(self, waited: list[tuple[RuleRecord, bool]]) -> None:
        for record, new in waited:
            self._count(record, new=new)

    def _count(self, record: RuleRecord, *, new: bool) -> None:
        """Count a record of a live rule that matched."""
        named = MessageNames(self._message(record), self.names)
        whole = named.of(record)
        if new:
            self._hit(record, named, whole)
        for name in whole.names if not whole.is_open else ():
            self._hits(whole, name).saw(record.at)
        if record.action is not None:
            self.counts.acted(record, record.action, whole)

    def _hit(self, record: RuleRecord, named: MessageNames, whole: RuleName) -> None:
        """Count that a live rule matched: each recipient decides for itself."""
        found: dict[tuple[str, ...], tuple[RuleName, int]] = {}
        for recipient in record.recipients:
            name = named.of(record, recipient)
            known = found.get(name.names, (name, 0))
            found[name.names] = (name, known[1] + 1)
        met: set[str] = set()
        for name, recipients in found.values():
            met.update(name.names)
            if name.is_open:
                group = self.counts.group_of(name)
                group.messages += 1
                group.recipients += recipients
                group.saw(record.at)
                for each in name.names:
                    self._hits(name, each).perhaps += self.counts.is_new(
                        record.message_id, f"{name.rule_set} {each} open"
                    )
                continue
            for each in name.names:
                hits = self._hits(name, each)
                hits.messages += self.counts.is_new(
                    record.message_id, f"{name.rule_set} {each} matched"
                )
                hits.recipients += recipients
        held = whole.held
        if held is not None:
            self._passed(record, tuple(rule for rule in held.sources if rule.name not in met))

    def _passed(self, record: RuleRecord, rules: tuple[LogicalRule, ...]) -> None:
        """Count rules that did not match; those in several live rules, when none of these did."""
        names = self.names.at(record.at)
        packed = names.packed[record.key.rule_set or ""]
        for rule in rules:
            holders = len(packed.holders[rule.name])
            if holders > 1:
                key = (record.message_id, packed.name, rule.name)
                number = self.passed.pop(key, 0) + 1
                if number < holders:
                    self.passed[key] = number
                    if len(self.passed) > _KEPT:
                        self.passed.popitem(last=False)
                    continue
            self._hits(names.rule(record.key), rule.name).passed += 1

    def _hits(self, name: RuleName, rule: str) -> RuleHits:
        """The numbers of one rule of the files."""
        sources = () if name.held is None else name.held.sources
        found = next(each for each in sources if each.name == rule)
        return self.counts.hits_of(self.names.alone(name, found))

    def _message(self, record: RuleRecord) -> LoggedMessage:
        return LoggedMessage(
            id=record.message_id,
            accepted=self.came.get(record.message_id),
            first=record.at,
            last=record.at,
        )
