"""The conditions of a gateway as questions, with the slots that they answer.

A question is answered by the evaluator's own code, under the gateway's readings or others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.judge.answers import Truth
from mmctl.judge.conditions import ask
from mmctl.judge.index.entries import Other
from mmctl.judge.index.share import remembered
from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ask_condition
from mmctl.judge.readings.asked import DECIDES_LATER
from mmctl.judge.texts import Texts
from mmctl.model.rules import RuleCondition
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from mmctl.judge.answers import Answer, MissingFact
    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.share import Share
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.model.conditions import Condition


@dataclass(slots=True, kw_only=True)
class Question:
    """One condition, in one place or in several."""

    condition: Condition
    denies: bool
    """Whether it is in a statement that denies."""
    readings: frozenset[str]
    """The readings that it is about."""
    first: int
    """The column in which it is asked first."""
    row: int
    """Its row there."""
    slots: int = 0
    turned: int = 0
    """Those of the slots that are false if it is true: under `unless`."""

    def answer(self, asking: Asking) -> Answer:
        """What the evaluator answers."""
        if isinstance(self.condition, RuleCondition):
            return ask(self.condition, (), asking).answer
        return ask_condition(self.condition, 0, asking, denies=self.denies).answer

    def hits(self, answer: Answer) -> int:
        """The slots that an answer makes true."""
        match answer.truth:
            case Truth.TRUE:
                return self.slots & ~self.turned
            case Truth.FALSE:
                return self.turned
            case Truth.UNKNOWN:
                return 0
            case _:
                assert_never(answer.truth)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks questions one by one about one message."""

    context: Context
    submission: Submission
    recipient: str

    def entry(self, questions: Sequence[Question], state: Hashable, share: Share) -> Remembered:
        """All answers, and those under other readings that differ."""
        assumed: dict[MissingFact, tuple[int, int, str]] = {}
        before = [self._answer(question, assumed) for question in questions]
        others = (
            self._other(questions, before, variant, share) for variant in self.context.variants
        )
        return remembered(
            self.context.layout,
            share.meaning(*_slots(questions, before, share.flip)),
            tuple(other for other in others if other is not None),
            state,
            ((column, row, fact, value) for fact, (column, row, value) in assumed.items()),
        )

    def _answer(
        self, question: Question, assumed: dict[MissingFact, tuple[int, int, str]]
    ) -> Answer:
        asking = self._asking(self.context.gateway)
        answer = question.answer(asking)
        for fact, value in asking.assumed.items():
            place = (question.first, question.row, value)
            assumed[fact] = min(assumed.get(fact, place), place)
        return answer

    def _other(
        self,
        questions: Sequence[Question],
        before: Sequence[Answer],
        variant: Variant,
        share: Share,
    ) -> Other | None:
        """The answers under another reading; None: they are the same."""
        if not any(variant.reading in question.readings for question in questions):
            return None
        asking = self._asking(variant.gateway)
        after = [
            question.answer(asking) if variant.reading in question.readings else answer
            for question, answer in zip(questions, before, strict=True)
        ]
        differing = 0
        for question, old, new in zip(questions, before, after, strict=True):
            if old != new or _differs_later(variant, question, new):
                differing |= question.slots
        if not differing:
            return None
        meaning = share.meaning(*_slots(questions, after, share.flip))
        return Other(variant.number, meaning, self.context.layout.columns_of(differing))

    def _asking(self, gateway: Gateway) -> Asking:
        return Asking(
            gateway=gateway,
            submission=self.submission,
            texts=Texts(self.submission, gateway.readings),
            recipient=self.recipient,
            assume_pass=self.context.assume_pass,
            assumed={},
        )


def _differs_later(variant: Variant, question: Question, answer: Answer) -> bool:
    """Whether the reading decides only when a first missing fact is known: the client's family."""
    return (
        variant.reading == DECIDES_LATER
        and answer.is_unknown
        and variant.reading in question.readings
    )


def _slots(questions: Iterable[Question], answers: Iterable[Answer], flip: int) -> tuple[int, int]:
    hits = unknown = asked = 0
    for question, answer in zip(questions, answers, strict=True):
        asked |= question.slots
        if answer.is_unknown:
            unknown |= question.slots
        else:
            hits |= question.hits(answer)
    return hits ^ (flip & asked & ~unknown), unknown
