"""The rules in the records of one message, in names of the files.

A record of a packed rule set names a live rule, which may hold several rules of the files. What is
known of the message decides which of them is meant, or leaves several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.texts import Texts
from mmctl.model.actions import added_header
from mmctl.operate.logs.deciding import KnownMessage, MeantRules, together
from mmctl.operate.logs.submission import submission_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.judge.trace import AddedHeader
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames, RuleName
    from mmctl.operate.logs.packed import HeldRules
    from mmctl.operate.logs.records import RuleKey, RuleRecord


class MessageNames:
    """The names in the records of one message."""

    def __init__(self, message: LoggedMessage, names: LogNames) -> None:
        self._stored = names.stored.get(message.id or "")
        # A part of a log may be all that is given of a message: what was joined has all of it.
        self._message = message if self._stored is None else self._stored.logged
        self._names = names.at(message.at)
        self._known: dict[str, KnownMessage] = {}
        self._envelope = frozenset(map(str.lower, self._message.recipients))

    def of(self, record: RuleRecord, recipient: str | None = None) -> RuleName:
        """What the rule of a record is called, for one of its recipients or for all."""
        return self.of_rule(record.key, record.recipients if recipient is None else (recipient,))

    def of_rule(self, key: RuleKey, recipients: Iterable[str]) -> RuleName:
        """What a rule that matched some recipients is called."""
        name = self._names.rule(key)
        held = name.held
        if held is None or not held.holds_several:
            return name
        return self._names.meant(name, self._meant(key, held, recipients))

    def passed(self) -> tuple[str, ...]:
        """The rules of the files that did not match, and were tried."""
        acted = self._message.acted
        matched = {name for record in acted for name in self.of(record).names}
        keys = (*self._message.passed, *(record.key for record in acted))
        tried = (name for key in keys for name in self._names.rule(key).names)
        return tuple(name for name in dict.fromkeys(tried) if name not in matched)

    def _meant(self, key: RuleKey, held: HeldRules, recipients: Iterable[str]) -> MeantRules:
        whole = MeantRules(held.sources, decided=False)
        found = [
            self._of(key).meant(held, each) if self._is_seen(key, each) else whole
            for each in recipients
        ]
        meant = together(found or [whole])
        order = {rule.name: place for place, rule in enumerate(held.sources)}
        rules = tuple(sorted(meant.rules, key=lambda rule: order[rule.name]))
        return MeantRules(rules, decided=meant.decided)

    def _is_seen(self, key: RuleKey, recipient: str) -> bool:
        """Whether conditions saw this address: rules may see the one that another replaced."""
        readings = self._names.packed[key.rule_set or ""].gateway.readings
        return readings.replaced_recipients_visible != "no" or recipient.lower() in self._envelope

    def _of(self, key: RuleKey) -> KnownMessage:
        """What is known of the message, where a rule is tried."""
        gateway = self._names.packed[key.rule_set or ""].gateway
        rule_set = key.rule_set or ""
        if rule_set not in self._known:
            stored = self._stored
            submission = submission_of(self._message) if stored is None else stored.submission
            self._known[rule_set] = KnownMessage(
                gateway=gateway,
                submission=submission,
                texts=Texts(submission, gateway.readings),
            )
        known = self._known[rule_set]
        if gateway.readings.added_headers_visible == "yes":
            known.added = tuple(self.added(key))
        return known

    def added(self, before: RuleKey | None = None) -> Iterator[AddedHeader]:
        """The headers that rules added, all or those before one, as the log says."""
        for record in self._message.acted:
            done, acts = record.action, self._names.rule(record.key).acts
            if before is not None and (record.key.number or 0) >= (before.number or 0):
                break
            if done is None or done.index is None or acts is None or not done.done:
                continue
            if 0 < done.index <= len(acts.actions):
                header = added_header(acts.actions[done.index - 1])
                if header is not None:
                    yield header
