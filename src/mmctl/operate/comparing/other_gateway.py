"""The same messages judged by another gateway, by its log: where both agree, and where not.

While rules are shadows, what they would have done counts: an old gateway still acts, and the new
one only marks. A recipient may have several rules: what decides is the order of outcomes that the
language has (delivered before bounced, dropped, stored, lost).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.language.project import Outcome
from mmctl.operate.comparing.other_words import NO_RULE, Decided
from mmctl.operate.comparing.would_do import would_end
from mmctl.operate.logs.outcomes import endings
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mmctl.language.project import LogicalRule
    from mmctl.operate.comparing.other_log import OtherLog
    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames

BLOCKING: Final = frozenset(
    each.value for each in (Outcome.REFUSED, Outcome.BOUNCED, Outcome.DROPPED)
)
"""These keep mail from its recipient."""
NEAR: Final = timedelta(minutes=10)
"""How far apart two gateways may note the same mail, where only the envelope tells it."""


class JoinedBy(StrEnum):
    """How an entry of the other log was found for a recipient."""

    ID = "message id"
    HEADER = "Message-ID"
    ENVELOPE = "sender, recipient and time"


class RulePair(NamedTuple):
    """Two rules that decided differently about the same mail."""

    here: str
    there: str
    outcome_here: str
    outcome_there: str


@dataclass(slots=True, kw_only=True)
class RuleTally:
    """How a rule that came from the other gateway agrees with it."""

    source: str
    """The rule there; of a rule that was not imported, the rule here."""
    owner: str | None
    recipients: int = 0
    """Of those that it decided, how many both logs know."""
    same: int = 0
    shadow: bool = False
    """Whether it only marks: what it would have done was compared."""


@dataclass(slots=True, kw_only=True)
class Agreement:
    """Two gateways on the same messages."""

    other: str
    both: int = 0
    """Recipients of whom both logs say something certain."""
    same: int = 0
    blocked: int = 0
    """Those of `same` whom both keep the mail from, each in its own way: refused, bounced, dropped.
    """
    only_here: int = 0
    only_there: int = 0
    skipped: int = 0
    """Recipients whose outcome this log does not say."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: dict[RulePair, tuple[int, str]] = field(default_factory=dict)
    joined: Counter[JoinedBy] = field(default_factory=Counter)
    """How many recipients were found by what."""
    shadows: bool = False
    """Whether shadow rules took part: then it is what they would have done."""
    rules: dict[str, RuleTally] = field(default_factory=dict)
    """By the rule of the other gateway."""

    @property
    def pairs(self) -> list[tuple[RulePair, tuple[int, str]]]:
        """The rules that decided differently, most recipients first, each with an example."""
        return sorted(self.found.items(), key=lambda each: (-each[1][0], each[0]))

    @property
    def tallies(self) -> list[RuleTally]:
        """The rules by owner, those that differ first."""
        return sorted(
            self.rules.values(),
            key=lambda each: (each.owner or "", each.same - each.recipients, each.source),
        )

    @property
    def agreeing_owners(self) -> list[str]:
        """The owners of shadow rules that decided, and never differently."""
        owners = {each.owner for each in self.tallies if each.owner and each.shadow}
        differing = {each.owner for each in self.tallies if each.same < each.recipients}
        return sorted(owner for owner in owners - differing if owner)

    def add(self, id: str, here: Decided, there: Decided, *, shadow: bool = False) -> bool:
        """Count one recipient; return whether both gateways agree.

        That a rule that only marks would block in another way than the old gateway is no
        difference: the report of the import has said it.
        """
        self.both += 1
        self.outcomes[here.outcome, there.outcome] += 1
        both_block = shadow and here.outcome in BLOCKING and there.outcome in BLOCKING
        if here.outcome == there.outcome or both_block:
            self.same += 1
            self.blocked += here.outcome != there.outcome
            return True
        pair = RulePair(here.rule, there.rule, here.outcome, there.outcome)
        count, example = self.found.get(pair, (0, id))
        self.found[pair] = (count + 1, example)
        return False

    def tally(self, source: str, rule: LogicalRule, *, same: bool) -> None:
        """Count one recipient for the rule that decided."""
        found = self.rules.setdefault(source, RuleTally(source=source, owner=rule.owner))
        found.recipients += 1
        found.same += same
        found.shadow = found.shadow or rule.shadow


def agree(
    messages: Iterable[LoggedMessage],
    names: LogNames,
    other: OtherLog,
    *,
    headers: Mapping[str, str] | None = None,
    source_of: Mapping[str, str] | None = None,
) -> Agreement:
    """Compare the outcomes of all recipients of which both logs say something.

    `headers` are the `Message-ID` headers of messages by the service's ids, without `<` and `>`;
    `source_of` says which rule of the other gateway a rule here comes from.
    """
    found = Agreement(other=other.name)
    there = _There(other, headers or {})
    for message in messages:
        if message.id is None:
            continue
        for ended in endings(message, names):
            match = there.of(message, message.id, ended.recipient)
            if match is None:
                found.only_here += 1
                continue
            decided, by = match
            found.joined[by] += 1
            would = would_end(message, names, ended)
            if would.outcome is Outcome.UNKNOWN:
                found.skipped += 1
                continue
            source = (source_of or {}).get(would.name or "", would.name or NO_RULE)
            found.shadows = found.shadows or would.by_shadow
            here = Decided(would.outcome.value, source)
            same = found.add(message.id, here, decided, shadow=would.by_shadow)
            if would.rule is not None:
                found.tally(source, would.rule, same=same)
    found.only_there = there.left
    return found


class _There:
    """The entries of the other log, each for at most one message here."""

    def __init__(self, other: OtherLog, headers: Mapping[str, str]) -> None:
        self._other = other
        self._headers = headers
        self._met: set[tuple[str, str]] = set()
        self._used: set[int] = set()
        self._by_envelope: dict[tuple[str, str], list[tuple[datetime, int]]] = defaultdict(list)
        for place, (envelope, _, _) in enumerate(other.by_envelope):
            key = (envelope.sender, envelope.recipient)
            self._by_envelope[key].append((envelope.at, place))
        for found in self._by_envelope.values():
            found.sort()

    @property
    def left(self) -> int:
        """How many recipients of the other log were not met."""
        return max(self._other.count - len(self._met) - len(self._used), 0)

    def of(
        self, message: LoggedMessage, id: str, recipient: str
    ) -> tuple[Decided, JoinedBy] | None:
        """What the other gateway decided of a recipient, and how that was found."""
        address = recipient.lower()
        for known, by in ((id, JoinedBy.ID), (self._headers.get(id), JoinedBy.HEADER)):
            decided = None if known is None else self._other.by_id.get((known, address))
            if known is not None and decided is not None:
                self._met.add((known, address))
                return decided, by
        sender = None if message.client is None else message.client.mail_from
        place = None if sender is None else self._nearest(sender.lower(), address, message.at)
        if place is None:
            return None
        _, decided, other_id = self._other.by_envelope[place]
        if other_id:
            self._met.add((other_id, address))
            decided = self._other.by_id[other_id, address]
        else:
            self._used.add(place)
        return decided, JoinedBy.ENVELOPE

    def _nearest(self, sender: str, recipient: str, at: datetime) -> int | None:
        """The place of the entry next in time that nobody had; None: none is near."""
        found = self._by_envelope.get((sender, recipient), [])
        start = bisect_left(found, (at - NEAR, -1))
        near = [
            (abs(when - at), place)
            for when, place in found[start:]
            if when <= at + NEAR and not self._is_taken(place, recipient)
        ]
        return min(near)[1] if near else None

    def _is_taken(self, place: int, recipient: str) -> bool:
        other_id = self._other.by_envelope[place][2]
        return (other_id, recipient) in self._met if other_id else place in self._used
