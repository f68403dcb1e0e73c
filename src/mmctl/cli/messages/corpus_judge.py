"""Judges the messages of a corpus by two versions of the rules, and counts what differs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mmctl.analysis.questions.counting import Counting, Counts
from mmctl.cli.messages.unit_reader import ReadBatch, UnitReader
from mmctl.errors import MmctlError
from mmctl.judge.index.index import Index
from mmctl.judge.sizes import sizes_asked
from mmctl.judge.submitting import Submitting
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Needs
from mmctl.records import dataclass, field
from mmctl.render.documents.review import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.questions.counting import MailChange, TwoGateways
    from mmctl.analysis.questions.equality import Equality
    from mmctl.cli.messages.unit_batches import UnitBatch
    from mmctl.judge.judged import JudgedMessage
    from mmctl.judge.submission import Gateway
    from mmctl.language.project import Environment
    from mmctl.mail.partial import Message


@dataclass(slots=True, kw_only=True)
class CountedBatch(ReadBatch):
    """What was counted of a batch, and the messages that are treated differently."""

    counts: Counts = field(default_factory=Counts)
    changed: list[Changed] = field(default_factory=list)


@dataclass(kw_only=True)
class CorpusJudge:
    """Judges one message after the other; each process that gets one compiles the rules once."""

    gateways: Sequence[TwoGateways]
    equality: Equality
    environment: Environment
    """Where buckets are read."""
    unnamed: bool = False
    """Whether messages are named by digests."""
    listed: bool = False
    """Whether each message that is treated differently is wanted, not only the counts."""

    def __post_init__(self) -> None:
        self.reader = UnitReader(
            needs=Needs(
                body=self.unnamed, sizes=frozenset[float]().union(*map(sizes_asked, self._every))
            ),
            environment=self.environment,
            unnamed=self.unnamed,
        )
        self._counting = Counting(equality=self.equality, gateways=self.gateways)

    def __getstate__(self) -> dict[str, object]:
        """Another process compiles the rules itself."""
        return {name: each for name, each in self.__dict__.items() if name not in _COMPILED}

    @property
    def _every(self) -> tuple[Gateway, ...]:
        return tuple(gateway for each in self.gateways for gateway in (each.before, each.after))

    @cached_property
    def _submitting(self) -> Submitting:
        return Submitting(Stated(), self._every)

    @cached_property
    def _indexes(self) -> list[tuple[Index, Index]]:
        """Both versions of each gateway, compiled to compare outcomes."""
        return [(_index(each.before), _index(each.after)) for each in self.gateways]

    def compile(self) -> None:
        """Compile the rules now, so that forked processes have them."""
        _ = self._indexes, self._submitting

    def __call__(self, batch: UnitBatch) -> CountedBatch:
        """Judge a batch; what cannot be read to its end is judged as far as that."""
        done = CountedBatch(stopped=batch.failed, size=batch.size)
        try:
            for message in self.reader.messages(batch.inputs, done.left_out.append):
                self.add(message, done)
        except MmctlError as error:
            done.stopped = error
        return done

    def add(self, message: Message, done: CountedBatch) -> None:
        """Judge one message of a batch."""
        submission = self._submitting.read(message)
        judged = [
            (before.judge(submission), after.judge(submission)) for before, after in self._indexes
        ]
        changes = self._counting.count(message.name, submission, judged, done.counts)
        if changes and self.listed:
            done.changed.append(_changed(message.name, changes, judged))


_COMPILED = {"_submitting", "_indexes"}


def by_outcomes(change: MailChange) -> str:
    """A kind of difference as a plan counts it: by outcomes alone."""
    if change.before.outcome is not change.after.outcome:
        return f"{change.before.outcome} → {change.after.outcome}"
    return f"{change.after.outcome}, by other actions"


def _changed(
    name: str,
    changes: Sequence[MailChange],
    judged: Sequence[tuple[JudgedMessage, JudgedMessage]],
) -> Changed:
    """A message that is treated differently, how, and by which rules."""
    by = [
        after.ended.by
        for old, new in judged
        for before, after in zip(old.recipients, new.recipients, strict=True)
        if before.ended != after.ended and after.ended.by is not None
    ]
    return Changed(
        message=name,
        kinds=tuple(dict.fromkeys(map(by_outcomes, changes))),
        by=tuple(dict.fromkeys(by)),
    )


def _index(gateway: Gateway) -> Index:
    return Index(gateway=gateway, readings=False)
