"""The records of a log joined to messages: by message id, and debug records by what they share.

Debug records of a traffic policy have no message id, because it does not exist before a message is
accepted. They are joined by client, HELO, sender, recipient and time. Whom the policy refused, and
what was never accepted, is one message a session.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.errors import UsageError
from mmctl.operate.logs.records import IngressRecord, PolicyRecord, RuleKey, RuleRecord
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mmctl.operate.logs.records import Record

ASKED_BEFORE: Final = timedelta(hours=1)
"""How long before its acceptance the policy may have been asked about a message's recipients."""
ASKED_AFTER: Final = timedelta(seconds=2)
"""How much later a debug record may be, because clocks differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedMessage:
    """All that a log holds about one message."""

    id: str | None
    """None: it was never accepted, so it has none."""
    accepted: IngressRecord | None = None
    acted: tuple[RuleRecord, ...] = ()
    divided: frozenset[tuple[RuleKey, int | None]] = frozenset()
    """Actions that were done and have failed: for some of their recipients each."""
    """The actions of rules that matched, in the order of rules and actions."""
    passed: tuple[RuleKey, ...] = ()
    """The rules that did not match, in order."""
    policy: tuple[PolicyRecord, ...] = ()
    """What the traffic policy said of each recipient."""
    first: datetime
    """The time of its first record."""
    last: datetime

    @property
    def at(self) -> datetime:
        """When it was accepted; else the time of its first record."""
        return self.first if self.accepted is None else self.accepted.at

    @property
    def rules(self) -> tuple[RuleRecord, ...]:
        """The records of its rules in order; those that did not match have no action."""
        passed = (RuleRecord(at=self.at, message_id=self.id or "", key=key) for key in self.passed)
        return tuple(sorted((*self.acted, *passed), key=_order))

    @property
    def refused(self) -> tuple[PolicyRecord, ...]:
        """The recipients that the traffic policy refused."""
        return tuple(record for record in self.policy if not record.accepted)

    @property
    def client(self) -> IngressRecord | PolicyRecord | None:
        """A record that says who sent it; None: no record does."""
        return self.accepted or next(iter(self.policy), None)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom it was for, as far as the log says: accepted ones first, then refused ones."""
        if self.accepted is not None:
            known = self.accepted.recipients
        else:
            matched = (recipient for record in self.acted for recipient in record.recipients)
            known = tuple(dict.fromkeys(matched))
        asked = (record.recipient for record in self.policy)
        return tuple(dict.fromkeys((*known, *asked)))


@dataclass(slots=True)
class _Parts:
    """What was read of one message so far."""

    accepted: IngressRecord | None = None
    acted: list[RuleRecord] = field(default_factory=list)
    passed: list[RuleKey] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    def saw(self, at: datetime) -> None:
        """Note the time of a record."""
        if self.first is None or at < self.first:
            self.first = at
        if self.last is None or at > self.last:
            self.last = at


MOST: Final = 500_000
"""How many messages and sessions are joined at once: about 2 GB."""


class Joiner:
    """Takes records in any order, and gives the messages."""

    def __init__(self) -> None:
        self._parts: dict[str, _Parts] = {}
        self._sessions: dict[str, list[PolicyRecord]] = {}
        self._keys: dict[RuleKey, RuleKey] = {}

    def add(self, record: Record) -> None:
        """Take a record.

        Raises:
            UsageError: there are too many messages.
        """
        if len(self._parts) + len(self._sessions) > 2 * MOST:
            raise UsageError(
                f"the log has more than {MOST:,} messages of this time",
                help="ask for less by --since, --until, --message-id and others; --stats takes any",
            )
        if isinstance(record, PolicyRecord):
            self._sessions.setdefault(session_of(record), []).append(record)
            return
        parts = self._parts.get(record.message_id)
        if parts is None:
            parts = self._parts[record.message_id] = _Parts()
        parts.saw(record.at)
        if isinstance(record, IngressRecord):
            parts.accepted = parts.accepted or record
        elif record.action is None:
            parts.passed.append(self._keys.setdefault(record.key, record.key))
        else:
            parts.acted.append(record)

    def messages(self) -> Iterator[LoggedMessage]:
        """The messages in the order of their times; the records are given up."""
        asked = _PolicySessions(self._sessions.values())
        self._sessions = {}
        times = {
            known: parts.accepted.at if parts.accepted else parts.first
            for known, parts in self._parts.items()
        }
        order = sorted((at, known) for known, at in times.items() if at is not None)
        joined = {
            known: asked.of(found) for _, known in order if (found := self._parts[known].accepted)
        }
        unaccepted = iter(sorted(map(_unaccepted, asked.left()), key=lambda message: message.at))
        waiting = next(unaccepted, None)
        for at, known in order:
            while waiting is not None and waiting.at <= at:
                yield waiting
                waiting = next(unaccepted, None)
            yield _message(known, self._parts.pop(known), joined.get(known, ()))
        while waiting is not None:
            yield waiting
            waiting = next(unaccepted, None)


def messages_of(records: Iterable[Record]) -> Iterator[LoggedMessage]:
    """The messages of some records, in the order of their times."""
    joiner = Joiner()
    for record in records:
        joiner.add(record)
    return joiner.messages()


def _message(id: str, parts: _Parts, policy: Iterable[PolicyRecord]) -> LoggedMessage:
    asked = tuple(policy)
    times = [at for at in (parts.first, parts.last) if at is not None]
    times += [record.at for record in asked]
    return LoggedMessage(
        id=id,
        accepted=parts.accepted,
        acted=tuple(_latest(sorted(parts.acted, key=_order))),
        divided=_divided(parts.acted),
        passed=tuple(sorted(dict.fromkeys(parts.passed), key=_place)),
        policy=asked,
        first=min(times),
        last=max(times),
    )


def _latest(acted: Iterable[RuleRecord]) -> list[RuleRecord]:
    """Without repetitions: of an action in progress, what became of it is the last word."""
    found: dict[object, RuleRecord] = {}
    for record in acted:
        action = record.action
        if action is None:
            continue
        same = (record.key, action.index, action.name, record.recipients)
        known = found.get(same)
        if known is None or known.at <= record.at or not _ended(known):
            found[same] = record
    return list(found.values())


def _divided(acted: Iterable[RuleRecord]) -> frozenset[tuple[RuleKey, int | None]]:
    ended: dict[tuple[RuleKey, int | None], set[bool]] = {}
    for record in acted:
        if record.action is not None and _ended(record) and len(set(record.recipients)) > 1:
            ended.setdefault((record.key, record.action.index), set()).add(record.action.done)
    return frozenset(place for place, ways in ended.items() if len(ways) > 1)


def _ended(record: RuleRecord) -> bool:
    return record.action is not None and (record.action.done or record.action.failed)


def _unaccepted(session: list[PolicyRecord]) -> LoggedMessage:
    times = [record.at for record in session]
    return LoggedMessage(id=None, policy=tuple(session), first=min(times), last=max(times))


def session_of(record: PolicyRecord) -> str:
    """What the debug records of one message share; without a session each is for itself."""
    if record.session_id:
        return f"{record.ingress_point_id} {record.session_id}"
    return f"{record.at} {record.source_ip} {record.helo} {record.mail_from}"


Sent: TypeAlias = tuple[str | None, str | None, str | None]


def sent_by(record: IngressRecord | PolicyRecord) -> Sent:
    """What the records of one message, accepted or asked about, share."""
    return record.source_ip, record.helo, record.mail_from


class _PolicySessions:
    """Sessions in which a policy was asked, looked up by what a message shares with them."""

    def __init__(self, sessions: Iterable[list[PolicyRecord]]) -> None:
        self._by_recipient: dict[tuple[Sent, str], list[tuple[datetime, int]]]
        self._by_recipient = defaultdict(list)
        self._left: dict[int, list[PolicyRecord]] = {}
        for number, session in enumerate(sessions):
            ordered = sorted(session, key=lambda record: record.at)
            self._left[number] = ordered
            for record in ordered:
                if record.accepted:
                    key = (sent_by(record), record.recipient)
                    self._by_recipient[key].append((record.at, number))
        for found in self._by_recipient.values():
            found.sort()

    def of(self, accepted: IngressRecord) -> list[PolicyRecord]:
        """The session of an accepted message: the last one before it that admitted the same."""
        wanted = set(accepted.recipients)
        for recipient in accepted.recipients[:1]:
            found = self._by_recipient.get((sent_by(accepted), recipient), [])
            for at in _near(found, accepted.at):
                session = self._left.get(found[at][1])
                if session and {each.recipient for each in session if each.accepted} == wanted:
                    return self._left.pop(found.pop(at)[1])
        return []

    def left(self) -> list[list[PolicyRecord]]:
        """The sessions that belong to no message that was accepted."""
        return list(self._left.values())


def _near(found: list[tuple[datetime, int]], at: datetime) -> Iterator[int]:
    """The places of what happened near a time: the last before it first, then the next after it."""
    middle = bisect_right(found, at, key=lambda asked: asked[0])
    for place in range(middle - 1, -1, -1):
        if found[place][0] < at - ASKED_BEFORE:
            break
        yield place
    for place in range(middle, len(found)):
        if found[place][0] > at + ASKED_AFTER:
            break
        yield place


def _place(key: RuleKey) -> tuple[str, int, str]:
    return key.rule_set or "", key.number or 0, key.rule or ""


def _order(record: RuleRecord) -> tuple[tuple[str, int, str], int, datetime]:
    action = record.action
    return _place(record.key), (action.index or 0) if action else 0, record.at
