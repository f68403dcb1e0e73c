"""Judges many messages by one gateway, with the same result as the evaluator, but no trace.

All conditions are answered at once (`fields`), rules that apply follow from the answers (`layout`),
and endings from the rules (`ways`). `mmctl.judge.judging.judge` is the definition of the result.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.judge.index.admission import Admitting
from mmctl.judge.index.compiling import compiled
from mmctl.judge.index.context import Context, variants_of
from mmctl.judge.index.dependences import Dependences
from mmctl.judge.index.endings import endings_of
from mmctl.judge.index.entangled import Entangled
from mmctl.judge.index.layout import Layout
from mmctl.judge.index.look import Look
from mmctl.judge.index.recipients import Recipients
from mmctl.judge.index.survey import Survey
from mmctl.judge.index.ways import Decider, End
from mmctl.judge.judged import Ended, JudgedMessage, JudgedRecipient
from mmctl.judge.judging import judge
from mmctl.judge.policy import RECIPIENTS_AT_MOST, refused_outright
from mmctl.judge.readings.asked import SameGateway
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Scenario
from mmctl.language.project import Outcome
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.index.compiling import Fields, MessageField
    from mmctl.judge.index.entries import Remembered, Sight
    from mmctl.judge.submission import Gateway, Submission

_BYTES_REMEMBERED: Final = 4_000_000
"""About so many bytes are remembered of what the values of one field mean."""
_AT_MOST: Final = 10_000


@dataclass(slots=True, kw_only=True)
class Index:
    """A gateway, compiled."""

    gateway: Gateway
    scenario: Scenario | None = None
    assume_pass: bool = False
    readings: bool = True
    """Whether to find the readings that matter too."""
    plainly: bool = False
    """Whether to do without the package that finds many texts at once."""
    evaluated: int = 0
    """The messages with an end that only the evaluator can tell, usually from a few rules.

    It does not count what only other readings need, nor whether it was asked before.
    """
    _context: Context = field(init=False)
    _fields: Fields = field(init=False)
    _recipients: Recipients = field(init=False)
    _way: Decider = field(init=False)
    _dependences: Dependences = field(init=False)
    _slots: int = field(init=False)
    _flip: int = field(init=False)
    _limit: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Compile."""
        layout = Layout.of(self.gateway)
        self._context = Context(
            gateway=self.gateway,
            scenario=self.scenario or Scenario(),
            layout=layout,
            variants=variants_of(self.gateway) if self.readings else (),
            assume_pass=self.assume_pass,
            at_most=min(_AT_MOST, 1 + _BYTES_REMEMBERED // (64 + layout.width * layout.rows // 8)),
            plainly=self.plainly,
        )
        self._fields = compiled(self._context)
        self._recipients = Recipients(self._context, self._fields.of_recipient)
        self._way = Decider(
            context=self._context,
            gateway=self.gateway,
            endings=endings_of(self.gateway, self._context.scenario, layout.statements),
            entangled=Entangled.of(self._context, self._recipients.slots),
            admitting=Admitting.of(self.gateway),
            plain={},
        )
        self._dependences = Dependences(self._context, self._way)
        self._slots, self._flip = self._fields.slots, self._fields.flip
        policy = self.gateway.policy
        self._limit = None if policy is None else policy.max_message_size_bytes

    def judge(self, submission: Submission) -> JudgedMessage:
        """Judge one message; never fails on a message."""
        recipients = submission.envelope.recipients
        outright = self._refused_outright(submission)
        if 0 < len(outright) < len(recipients):
            return self._evaluate(submission)
        entries: list[Remembered] = []
        look = self._look(submission, entries)
        sights = [
            look.sight(place, recipient)
            for place, recipient in enumerate(recipients)
            if place not in outright
        ]
        ends = self._way.ends(sights, look)
        dependences = self._dependences.found(sights, ends, look) if self.readings else ()
        self.evaluated += any(end.asked for end in ends)
        return JudgedMessage(
            recipients=_judged(recipients, outright, sights, ends),
            dependences=dependences,
            assumed=self._assumed(entries, ends),
            notes=submission.email.notes,
        )

    def survey(self, submission: Submission) -> Survey:
        """Which rules may apply to one message, for whoever wants a record of it."""
        return Survey(self._context, self._way.entangled, self._look(submission, []))

    def _evaluate(self, submission: Submission) -> JudgedMessage:
        """Leave a message to the evaluator: too many recipients, of whom the last are refused.

        Under some readings, what missing facts leave open for the others joins all of them.
        """
        self.evaluated += 1
        passing = self.assume_pass
        trace = judge(self.gateway, submission, self.scenario, assume_pass=passing)
        dependences = (
            readings_that_matter(
                self.gateway, submission, trace, self.scenario, assume_pass=passing
            )
            if self.readings
            else ()
        )
        return JudgedMessage.of(trace, dependences)

    def _refused_outright(self, submission: Submission) -> dict[int, str]:
        """What refuses recipients regardless of the policy, by their places."""
        count = len(submission.envelope.recipients)
        if count <= RECIPIENTS_AT_MOST and refused_outright(self.gateway, submission, 0) is None:
            return {}
        every = (
            (place, refused_outright(self.gateway, submission, place)) for place in range(count)
        )
        return {place: refused for place, refused in every if refused is not None}

    def _look(self, submission: Submission, entries: list[Remembered]) -> Look:
        """What all fields mean together; their entries are collected."""
        hits = unknown = 0
        changed: list[tuple[int, Remembered]] = []
        for each in self._fields.of_message:
            state = each.state(submission)
            entry = each.known.get(state)
            if entry is None:
                entry = self._learn(each, state, submission)
            hits |= entry[0]
            unknown |= entry[1]
            if entry[2]:
                changed.append((len(entries), entry))
            entries.append(entry)
        limit = self._limit
        too_large = limit is not None and submission.email.length.is_more_than(limit)
        look = Look(
            self._context.layout,
            self._fields.of_message,
            self._recipients,
            submission,
            entries,
            self._slots & ~((hits ^ self._flip) | unknown),
            unknown,
            1 << self._context.layout.width if too_large else 0,
            None,
        )
        for place, entry in changed:
            for other in entry.others:
                look.others.setdefault(other.variant, []).append((place, other))
        return look

    def _learn(self, each: MessageField, state: Hashable, submission: Submission) -> Remembered:
        if len(each.known) >= self._context.at_most:
            each.known.clear()
        each.known[state] = entry = each.meaning.learn(state, submission, "")
        return entry

    def _assumed(
        self, entries: Sequence[Remembered], ends: Sequence[End]
    ) -> dict[MissingFact, str]:
        """The facts that were assumed, in the order in which they were asked for."""
        if not (self.assume_pass and ends):
            return {}
        tried = self._context.layout.statements + max(end.tried for end in ends)
        found = sorted(
            (assumed for entry in entries for assumed in entry.assumed),
            key=lambda assumed: assumed[:2],
        )
        facts: dict[MissingFact, str] = {}
        for column, _, fact, value in found:
            if column < tried:
                facts.setdefault(fact, value)
        return facts


def _judged(
    recipients: Sequence[str],
    outright: Mapping[int, str],
    sights: Sequence[Sight],
    ends: Sequence[End],
) -> tuple[JudgedRecipient, ...]:
    if not outright:
        return tuple(
            [
                JudgedRecipient(recipient, end.ended)
                for recipient, end in zip(recipients, ends, strict=True)
            ]
        )
    ended = {sight.place: end.ended for sight, end in zip(sights, ends, strict=True)}
    for place, refused in outright.items():
        ended[place] = Ended(outcome=Outcome.REFUSED, by=refused)
    return tuple(
        JudgedRecipient(recipient, ended[place]) for place, recipient in enumerate(recipients)
    )


def index_of(gateway: Gateway, *, assume_pass: bool = False) -> Index:
    """The index of a gateway, compiled once while the same one is judged by again and again."""
    return _kept(SameGateway(gateway), assume_pass)


@lru_cache(maxsize=8)
def _kept(same: SameGateway, assume_pass: bool) -> Index:
    return Index(gateway=same.gateway, assume_pass=assume_pass)
