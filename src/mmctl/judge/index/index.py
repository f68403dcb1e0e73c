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
from mmctl.judge.index.quick import Quick
from mmctl.judge.index.recipients import Recipients
from mmctl.judge.index.seen import Seeing
from mmctl.judge.index.survey import Survey
from mmctl.judge.index.ways import Decider
from mmctl.judge.judged import Ended, JudgedMessage, JudgedRecipient, RuleByRule
from mmctl.judge.judging import judge
from mmctl.judge.policy import RECIPIENTS_AT_MOST, refused_outright
from mmctl.judge.readings.asked import SameGateway
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Scenario
from mmctl.language.project import Outcome
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.index.compiling import Fields
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.seen import SeenValue
    from mmctl.judge.index.ways import End
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
    asked: RuleByRule | None = None
    """Why the last of them was."""
    _context: Context = field(init=False)
    _fields: Fields = field(init=False)
    _recipients: Recipients = field(init=False)
    _seeing: Seeing = field(init=False)
    _way: Decider = field(init=False)
    _dependences: Dependences = field(init=False)
    _quick: Quick = field(init=False)
    _limit: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Compile."""
        layout = Layout.of(self.gateway)
        self._context = Context(
            gateway=self.gateway,
            scenario=self.scenario or Scenario(),
            layout=layout,
            entangled=Entangled.of(self.gateway, layout),
            variants=variants_of(self.gateway) if self.readings else (),
            assume_pass=self.assume_pass,
            at_most=min(_AT_MOST, 1 + _BYTES_REMEMBERED // (64 + layout.width * layout.rows // 8)),
            plainly=self.plainly,
        )
        self._fields = compiled(self._context)
        self._recipients = Recipients(self._context, self._fields.of_recipient)
        self._seeing = Seeing(self._context, self._fields.of_message, self._recipients)
        self._way = Decider(
            context=self._context,
            gateway=self.gateway,
            endings=endings_of(self.gateway, self._context.scenario, layout.statements),
            admitting=Admitting.of(self.gateway),
            plain={},
        )
        self._dependences = Dependences(self._context, self._way)
        self._quick = Quick(self._way, self._dependences)
        policy = self.gateway.policy
        self._limit = None if policy is None else policy.max_message_size_bytes

    def judge(self, submission: Submission) -> JudgedMessage:
        """Judge one message; never fails on a message."""
        recipients = submission.envelope.recipients
        refused = self._refused_outright(submission)
        if refused:
            recipients = recipients[: -len(refused)]
        seen = self._seeing.seen(submission, recipients)
        too_large = self._limit is not None and submission.email.length.is_more_than(self._limit)
        quickly = None if too_large else self._quick.ends(seen)
        if quickly is not None:
            ends, differing = quickly
        else:
            look = self._look(submission, seen, too_large=too_large)
            sights = list(map(look.sight, range(len(recipients)), recipients))
            if refused and not self._way.plainly(sights):
                return self._evaluate(submission)
            ends = self._way.ends(sights, look)
            differing = self._dependences.found(sights, ends, look)
            asked = next((end.asked for end in ends if end.asked is not None), None)
            if asked is not None:
                self._count(asked)
        judged = [
            JudgedRecipient(recipient, end.ended)
            for recipient, end in zip(recipients, ends, strict=True)
        ]
        return JudgedMessage(
            recipients=(*judged, *refused),
            dependences=self._dependences.told(differing, recipients, ends),
            assumed=self._assumed(seen.entries, ends) if self.assume_pass else {},
            notes=submission.email.notes,
        )

    def survey(self, submission: Submission) -> Survey:
        """Which rules may apply to one message, for whoever wants a record of it."""
        recipients = submission.envelope.recipients
        seen = self._seeing.seen(submission, recipients)
        return Survey(self._context, recipients, self._look(submission, seen, too_large=False))

    def _look(self, submission: Submission, seen: SeenValue, *, too_large: bool) -> Look:
        layout = self._context.layout
        return Look(
            layout,
            self._fields.of_message,
            self._recipients,
            submission,
            seen.entries,
            seen.possible,
            layout.too_large if too_large else 0,
        )

    def _count(self, asked: RuleByRule) -> None:
        self.evaluated += 1
        self.asked = asked

    def _evaluate(self, submission: Submission) -> JudgedMessage:
        """Leave a message to the evaluator: too many recipients, of whom the last are refused.

        Under some readings, what missing facts leave open for the others joins all of them.
        """
        self._count(RuleByRule.REFUSED)
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

    def _refused_outright(self, submission: Submission) -> Sequence[JudgedRecipient]:
        """The recipients who are refused regardless of the policy: all, or the last of many."""
        recipients = submission.envelope.recipients
        everybody = refused_outright(self.gateway, submission, 0) is not None
        if not everybody and len(recipients) <= RECIPIENTS_AT_MOST:
            return ()
        first = 0 if everybody else RECIPIENTS_AT_MOST
        return [
            JudgedRecipient(
                recipient,
                Ended(
                    outcome=Outcome.REFUSED, by=refused_outright(self.gateway, submission, place)
                ),
            )
            for place, recipient in enumerate(recipients[first:], first)
        ]

    def _assumed(
        self, entries: Sequence[Remembered | None], ends: Sequence[End]
    ) -> dict[MissingFact, str]:
        """The facts that were assumed, in the order in which they were asked for."""
        if not ends:
            return {}
        tried = self._context.layout.statements + max(end.tried for end in ends)
        found = sorted(
            (assumed for entry in entries if entry for assumed in entry.assumed),
            key=lambda assumed: assumed[:2],
        )
        facts: dict[MissingFact, str] = {}
        for column, _, fact, value in found:
            if column < tried:
                facts.setdefault(fact, value)
        return facts


def index_of(gateway: Gateway, *, assume_pass: bool = False) -> Index:
    """The index of a gateway, compiled once while the same one is judged by again and again."""
    return _kept(SameGateway(gateway), assume_pass)


@lru_cache(maxsize=8)
def _kept(same: SameGateway, assume_pass: bool) -> Index:
    return Index(gateway=same.gateway, assume_pass=assume_pass)
