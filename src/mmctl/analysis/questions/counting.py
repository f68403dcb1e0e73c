"""Messages that two versions have judged: which kinds of difference they show, and how many.

What counts as alike is what `alike` proves. An end has each effect once; where that leaves open how
often something was done, or in which order, the evaluator tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mmctl.analysis.questions.behavior import DoneThing, HowItEnds
from mmctl.analysis.questions.equality import Equality
from mmctl.judge.judging import judge
from mmctl.language.project import Outcome
from mmctl.model.actions import CHANGES_MESSAGE
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmctl.analysis.questions.behavior import Behavior, KindOfDifference
    from mmctl.judge.ingress import Way
    from mmctl.judge.judged import Ended, JudgedMessage
    from mmctl.judge.submission import Gateway, Submission

_DECIDES = frozenset({Outcome.DROPPED, Outcome.BOUNCED})
"""Outcomes whose rule makes another kind of difference."""


class MailChange(NamedTuple):
    """A kind of difference: how mail ended, how it ends, and what else is done for it."""

    before: HowItEnds
    after: HowItEnds
    done: tuple[tuple[int, DoneThing], ...]
    """How much more often what is done; empty where it ends otherwise."""

    @property
    def described(self) -> str:
        """The kind in words: `delivered → dropped by block`."""
        if self.before.outcome is not self.after.outcome:
            return " → ".join(f"{each.outcome}{_by(each)}" for each in self[:2])
        done = ", ".join(f"{'+' if more > 0 else '-'} {what.described}" for more, what in self.done)
        return f"{self.after.outcome}: {done or 'in another order'}"


def _by(end: HowItEnds) -> str:
    return f" by {end.by}" if end.by is not None else ""


class CountedChange(NamedTuple):
    """How many messages show a kind of difference."""

    way: Way
    change: MailChange
    messages: int
    copies: int
    """Recipients of these messages who are treated so."""
    example: str
    """The first of the messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusCount:
    """What two versions do with the messages of a corpus."""

    corpus: str
    messages: int
    differing: int
    """Messages with a recipient who is treated differently."""
    undecided: int
    """Messages without a recipient, or with too little known to say what happens."""
    changes: tuple[CountedChange, ...] = ()

    def of(self, way: Way, difference: KindOfDifference) -> CountedChange:
        """How many of them are of a kind that was proved."""
        wanted = change_of(difference)
        same = (each for each in self.changes if each[:2] == (way, wanted))
        return next(same, CountedChange(way, wanted, messages=0, copies=0, example=""))

    def others(self, proved: Iterable[Behavior]) -> tuple[CountedChange, ...]:
        """The changes of no kind that was proved."""
        told = {(each.way, change_of(one)) for each in proved for one in each.differences}
        return tuple(each for each in self.changes if each[:2] not in told)


class _Found(NamedTuple):
    """How often a kind was found."""

    example: str
    messages: int = 0
    copies: int = 0


class _Told(NamedTuple):
    """What two ends tell."""

    certain: bool
    """Whether they tell it: else the evaluator has to."""
    change: MailChange | None = None


class TwoGateways(NamedTuple):
    """Where messages come in, and the gateways of both versions."""

    way: Way
    before: Gateway
    after: Gateway


@dataclass(slots=True)
class Counts:
    """What was counted of some messages. Counts of parts, in order, add up to that of the whole."""

    messages: int = 0
    differing: int = 0
    undecided: int = 0
    found: dict[tuple[Way, MailChange], _Found] = field(default_factory=dict)

    def add(self, way: Way, change: MailChange, found: _Found) -> None:
        """Add messages that show a kind of difference."""
        before = self.found.get((way, change), _Found(found.example))
        self.found[way, change] = _Found(
            before.example, before.messages + found.messages, before.copies + found.copies
        )

    def merge(self, later: Counts) -> None:
        """Add the counts of later messages."""
        self.messages += later.messages
        self.differing += later.differing
        self.undecided += later.undecided
        for (way, change), found in later.found.items():
            self.add(way, change, found)

    def result(self, corpus: str) -> CorpusCount:
        """Everything that was counted, the most frequent first."""
        found = [
            CountedChange(way, change, each.messages, each.copies, each.example)
            for (way, change), each in self.found.items()
        ]
        return CorpusCount(
            corpus=corpus,
            messages=self.messages,
            differing=self.differing,
            undecided=self.undecided,
            changes=tuple(sorted(found, key=lambda each: -each.messages)),
        )


@dataclass(slots=True, kw_only=True)
class Counting:
    """Counts messages, one after the other."""

    equality: Equality
    gateways: Sequence[TwoGateways]
    _known: dict[tuple[Ended, Ended], _Told] = field(default_factory=dict)

    def count(
        self,
        name: str,
        submission: Submission,
        judged: Sequence[tuple[JudgedMessage, JudgedMessage]],
        counts: Counts,
    ) -> list[MailChange]:
        """Count a message that the versions of each gateway judged; its changes, by recipient."""
        changes: list[MailChange] = []
        for two, (before, after) in zip(self.gateways, judged, strict=True):
            here = list(self._changes(two, submission, before, after))
            for change, copies in Counter(here).items():
                counts.add(two.way, change, _Found(name, 1, copies))
            changes += here
        counts.messages += 1
        counts.differing += bool(changes)
        counts.undecided += not changes and any(_is_open(each) for both in judged for each in both)
        return changes

    def _changes(
        self,
        two: TwoGateways,
        submission: Submission,
        before: JudgedMessage,
        after: JudgedMessage,
    ) -> Iterator[MailChange]:
        """The change of each recipient who is treated differently."""
        for place, (old, new) in enumerate(zip(before.recipients, after.recipients, strict=True)):
            ends = old.ended, new.ended
            told = self._known.get(ends)
            if told is None:
                told = self._known[ends] = _told(*ends, self.equality)
            change = told.change
            if not told.certain:
                done = [_exactly(each, submission, place) for each in (two.before, two.after)]
                change = _change(*ends, done, self.equality)
            if change is not None:
                yield change


def _told(before: Ended, after: Ended, equality: Equality) -> _Told:
    """How two ends differ, as far as they tell."""
    done = [_things_done(each, equality) for each in (before, after)]
    known = [each for each in done if each is not None]
    if len(known) < len(done):
        return _Told(certain=False)
    return _Told(certain=True, change=_change(before, after, known, equality))


def _change(
    before: Ended, after: Ended, done: Sequence[Sequence[DoneThing]], equality: Equality
) -> MailChange | None:
    one, other = (
        HowItEnds(outcome=each.outcome, by=each.by if each.outcome in _DECIDES else None)
        for each in (before, after)
    )
    if one.outcome is not other.outcome:
        return MailChange(one, other, ())
    more = _more_often(done[0], done[1], equality)
    if not more and (equality is not Equality.TRACE or list(done[0]) == list(done[1])):
        return None
    return MailChange(one, other, more)


def _more_often(
    before: Iterable[DoneThing], after: Iterable[DoneThing], equality: Equality
) -> tuple[tuple[int, DoneThing], ...]:
    """What is done more or less often afterwards, ordered by what it is."""
    if equality is Equality.SET:
        before, after = set(before), set(after)
    counts = Counter(after)
    counts.subtract(Counter(before))
    differing = [(count, thing) for thing, count in counts.items() if count]
    return tuple(sorted(differing, key=lambda each: (each[1].described, each[0])))


def _things_done(ended: Ended, equality: Equality) -> list[DoneThing] | None:
    """What was done, in order as far as that counts; None: an end does not tell."""
    by_label: dict[str, list[DoneThing]] = defaultdict(list)
    for label, recipient, headers in ended.effects:
        by_label[label].append(_thing(label, recipient, headers))
    if equality is Equality.SET:
        return [each for things in by_label.values() for each in things]
    often = Counter(label for label in ended.actions if label in by_label)
    for label, things in by_label.items():
        if len(set(things)) > 1 and (equality is Equality.TRACE or often[label] != len(things)):
            return None
    if equality is Equality.TRACE:
        return [by_label[label][0] for label in ended.actions if label in by_label]
    return [
        each
        for label, things in by_label.items()
        for each in (things if len(things) == often[label] else things[:1] * often[label])
    ]


def _exactly(gateway: Gateway, submission: Submission, place: int) -> list[DoneThing]:
    """What the evaluator says was done for a recipient, in order."""
    got = judge(gateway, submission).recipients[place]
    return [
        _thing(
            action.label,
            None if action.recipient == got.recipient else action.recipient,
            action.headers,
        )
        for action in got.actions
        if action.does not in CHANGES_MESSAGE
    ]


def _thing(label: str, recipient: str | None, headers: Iterable[tuple[str, str]]) -> DoneThing:
    lowered = [(name.lower(), value) for name, value in headers]
    return DoneThing(
        action=label,
        recipient=recipient,
        headers=tuple(sorted(lowered, key=lambda header: header[0])),
    )


def change_of(difference: KindOfDifference) -> MailChange:
    """The kind of a difference that was proved; of several copies the best end counts."""
    order = list(Outcome)
    one, other = (
        min(each.ends, key=lambda end: order.index(end.outcome))
        for each in (difference.before, difference.after)
    )
    before, after = (
        HowItEnds(outcome=each.outcome, by=each.by if each.outcome in _DECIDES else None)
        for each in (one, other)
    )
    if before.outcome is not after.outcome:
        return MailChange(before, after, ())
    effects = difference.before.effects, difference.after.effects
    return MailChange(before, after, _more_often(*effects, Equality.MULTISET))


def _is_open(judged: JudgedMessage) -> bool:
    """Whether the recipients, or an outcome, are unknown."""
    return not judged.recipients or any(
        ended.outcome is Outcome.UNKNOWN for _, ended in judged.recipients
    )
