"""The fields that conditions look at: what a message has there, and what it means for the slots.

What a value means is found once and remembered. A text, a list, a network or a number is looked up
among all values of all conditions at once; whatever has few values is asked condition by condition.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from mmctl.judge.compare import client_address, same_family
from mmctl.judge.compared import listed_under
from mmctl.judge.index.questions import Asker
from mmctl.judge.index.rough import Rough
from mmctl.judge.index.share import Share
from mmctl.judge.list_matcher import ListMatcher
from mmctl.judge.lookup import case_of, without_text
from mmctl.judge.matchers import NetworkMatcher, SizeMatcher, TextMatcher
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from mmctl.judge.compare import IpAddress, Members
    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.entries import Remembered
    from mmctl.judge.index.questions import Question
    from mmctl.judge.submission import Submission
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleNumberOperator, RuleStringOperator
    from mmctl.model.operands import Operand


class Sign(IntEnum):
    """What another reading needs to make a difference to a field; numbers, which hash quickly."""

    CASE = auto()
    """A text that is not in lower case."""
    NO_TEXT = auto()
    """A message without such a text."""
    SEVERAL = auto()
    """Several headers."""
    WORDS = auto()
    """An encoded word."""
    ADDRESSES = auto()
    """A header, if texts are compared."""
    ANYTHING = auto()


_ABOUT: Final = {
    "string_case": Sign.CASE,
    "text_case": Sign.CASE,
    "missing_header": Sign.NO_TEXT,
    "null_sender": Sign.NO_TEXT,
    "repeated_headers": Sign.SEVERAL,
    "encoded_words": Sign.WORDS,
    "address_fields": Sign.ADDRESSES,
}


def _about(context: Context, questions: Iterable[Question]) -> tuple[tuple[Variant, Sign], ...]:
    """The choices of readings that conditions are about."""
    readings = frozenset[str]().union(*(question.readings for question in questions))
    return tuple(
        (each, _ABOUT.get(each.reading, Sign.ANYTHING))
        for each in context.variants
        if each.reading in readings
    )


class Work(IntEnum):
    """What it takes to look at a field, from the least."""

    STATED = auto()
    """Next to nothing: it is stated beside the message, if somebody stated it."""
    TEXT = auto()
    """A text to decode."""
    ADDRESSES = auto()
    """Addresses to find in headers, which differ from message to message."""
    SIZE = auto()
    """The message is to be read to its end."""


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a field's texts or addresses are in a message."""

    read: Callable[[Submission, Readings, str], tuple[str, ...] | None]
    """What a message has under some readings, for a recipient; None: it is unknown."""
    headers: Callable[[Submission], tuple[str, ...]] | None = None
    """The headers that are read, as sent; None: it is not in headers."""
    work: Work = Work.STATED
    addresses_of: str | None = None
    """The only header that is read, if it holds addresses."""

    def without_use(self, submission: Submission) -> tuple[Sign, ...]:
        """What other readings find nothing else by; cheap, and in doubt nothing."""
        if self.headers is None:
            return ()
        values = self.headers(submission)
        if not values:
            return _NO_HEADER
        for value in values:
            if "=?" in value:
                return () if len(values) > 1 else _ONE_HEADER
        return _NO_WORDS if len(values) > 1 else _ONE_WITHOUT_WORDS


_NO_HEADER: Final = (Sign.SEVERAL, Sign.WORDS, Sign.ADDRESSES)
_ONE_HEADER: Final = (Sign.SEVERAL,)
_NO_WORDS: Final = (Sign.WORDS,)
_ONE_WITHOUT_WORDS: Final = (Sign.SEVERAL, Sign.WORDS)


class Learning(Protocol):
    """A way to find out what a value means."""

    share: Share
    work: Work

    def learn(self, state: Hashable, submission: Submission, recipient: str, /) -> Remembered:
        """What the value that a message has means."""


class AskedField:
    """A field with few values: each condition is asked for each of them."""

    def __init__(self, context: Context, questions: Sequence[Question]) -> None:
        """The questions are all about the same."""
        self._context = context
        self._questions = tuple(questions)
        self.share = _share(context, self._questions)
        self.work = Work.STATED

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Ask every condition."""
        return Asker(self._context, submission, recipient).entry(self._questions, state, self.share)


_About: TypeAlias = "tuple[list[Variant], list[Variant], list[Variant]]"
"""Choices of readings: about letter case, about what is not there, and those that read again."""


class TextField:
    """Texts that are compared with texts."""

    def __init__(
        self,
        context: Context,
        operand: Operand,
        source: FieldSource,
        questions: Sequence[tuple[Question, RuleStringOperator, tuple[str, ...]]],
        negated: int,
    ) -> None:
        """Conditions with their operators and values, and the slots of negative ones."""
        self._context = context
        self._operand = operand
        self._source = source
        self._questions = tuple(question for question, _, _ in questions)
        self._conditions = tuple(
            (operator, values, question.slots) for question, operator, values in questions
        )
        self._matchers: dict[Case, TextMatcher] = {}
        self._in_case_of: dict[int, TextMatcher] = {}
        self._negated = negated
        self.share = _share(context, self._questions, negated)
        self.work = source.work
        self._variants = _about(context, self._questions)
        self._about: dict[tuple[Sign, ...], _About] = {}
        self._readings = context.gateway.readings
        self._case = case_of(operand, self._readings)
        self._matcher = self._matcher_of(self._case)

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the texts up, under each reading under which that could make a difference."""
        texts = self._source.read(submission, self._readings, recipient)
        if texts is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.share
            )
        cases, without, read_again = self._asked_of(submission)
        found: list[tuple[Variant, int]] = []
        if read_again:
            again = [
                (variant, self._source.read(submission, variant.gateway.readings, recipient) or ())
                for variant in read_again
            ]
            met = self._met(texts, [other for _, other in again])
            hits = met[texts]
            found += [(variant, met[other]) for variant, other in again]
        else:
            hits = self._hits(texts)
        if not texts:
            found += [(each, self._without_text(each.gateway.readings)) for each in without]
        elif cases and self._case_may_matter(texts, hits):
            found += [(each, self._under(each).met_by(texts)) for each in cases]
        return self.share.entry(
            hits,
            tuple(
                [
                    self.share.other(variant.number, other, hits)
                    for variant, other in found
                    if other != hits
                ]
            ),
            state,
        )

    def rough(self) -> Rough | None:
        """What excludes rules by the header as it is written; None: it would not be worth it."""
        key = self._source.addresses_of
        if key is None:
            return None
        conditions = zip(self._questions, self._conditions, strict=True)
        return Rough(
            self._context,
            key,
            ((question, operator, values) for question, (operator, values, _) in conditions),
        )

    def _asked_of(self, submission: Submission) -> _About:
        """The choices of readings that can make a difference to a message."""
        useless = self._source.without_use(submission)
        known = self._about.get(useless)
        if known is None:
            left = [each for each in self._variants if each[1] not in useless]
            known = self._about[useless] = (
                [variant for variant, about in left if about is Sign.CASE],
                [variant for variant, about in left if about is Sign.NO_TEXT],
                [variant for variant, about in left if about not in {Sign.CASE, Sign.NO_TEXT}],
            )
        return known

    def _hits(self, texts: tuple[str, ...]) -> int:
        """What texts meet in the letter case that is chosen, or what holds without one."""
        return self._matcher.met_by(texts) if texts else self._without_text(self._readings)

    def _met(
        self, texts: tuple[str, ...], others: Sequence[tuple[str, ...]]
    ) -> dict[tuple[str, ...], int]:
        """The same for what is read under other readings too, of which none is about that."""
        met: dict[tuple[str, ...], int] = {}
        if texts and others[0] and others[0] != texts:
            met[texts], met[others[0]] = self._matcher.met_by_both(texts, others[0])
        for each in (texts, *others):
            if each not in met:
                met[each] = self._hits(each)
        return met

    def _under(self, variant: Variant) -> TextMatcher:
        """What looks texts up in the letter case of another choice."""
        known = self._in_case_of.get(variant.number)
        if known is None:
            case = case_of(self._operand, variant.gateway.readings)
            known = self._in_case_of[variant.number] = self._matcher_of(case)
        return known

    def _without_text(self, readings: Readings) -> int:
        return 0 if without_text(self._operand, readings) == "matches" else self._negated

    def _matcher_of(self, case: Case) -> TextMatcher:
        matcher = self._matchers.get(case)
        if matcher is None:
            matcher = self._matchers[case] = TextMatcher(
                self._conditions, case, plainly=self._context.plainly
            )
        return matcher

    def _case_may_matter(self, texts: tuple[str, ...], hits: int) -> bool:
        """Whether letter case can make a difference; cheap, and in doubt yes."""
        joined = "".join(texts)
        if self._matcher.folded and joined == joined.lower():
            return False
        # In ASCII, a text that meets a value meets it without regard to case too.
        return self._case != "insensitive" or bool(hits) or not joined.isascii()


class ListField:
    """Addresses that are looked up in address lists whose members are known."""

    def __init__(
        self,
        context: Context,
        source: FieldSource,
        questions: Sequence[tuple[Question, Members]],
        negated: int,
    ) -> None:
        """Conditions with their lists, and the slots of negative ones."""
        self._context = context
        self._source = source
        self._questions = tuple(question for question, _ in questions)
        self._matcher = ListMatcher(
            ((members, question.slots) for question, members in questions), plainly=context.plainly
        )
        self.share = _share(context, self._questions, negated)
        self.work = source.work
        self._variants = _about(context, self._questions)

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the addresses up, under each reading that is about lists."""
        readings = self._context.gateway.readings
        addresses = self._source.read(submission, readings, recipient)
        if addresses is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.share
            )
        listed = self._matcher.look_up(addresses)
        hits = listed_under(readings, listed)
        others = []
        useless = self._source.without_use(submission)
        for variant, about in self._variants:
            if about in useless:
                continue
            under = variant.gateway.readings
            again = self._source.read(submission, under, recipient) or ()
            same = again is addresses or again == addresses
            found = listed_under(under, listed if same else self._matcher.look_up(again))
            if found != hits:
                others.append(self.share.other(variant.number, found, hits))
        return self.share.entry(hits, tuple(others), state)


class NetworkField:
    """The client's address, compared with networks."""

    def __init__(
        self,
        context: Context,
        questions: Sequence[tuple[Question, tuple[str, ...], int | None]],
        negated: int,
    ) -> None:
        """Conditions with their networks and the only family that counts, if there is one."""
        self._context = context
        self._questions = tuple(question for question, _, _ in questions)
        self._conditions = tuple(
            (values, version, question.slots) for question, values, version in questions
        )
        self._negated = negated
        self._matchers = {
            version: NetworkMatcher(
                ((values, slots) for values, _, slots in self._conditions), version
            )
            for version in (4, 6)
        }
        self._other_family: dict[int, int] = {}
        self.share = _share(context, self._questions, negated)
        self.work = Work.STATED
        self._variants = tuple(
            each for each in context.variants if each.reading == "ip_family_mismatch"
        )

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the address up."""
        stated = submission.session.source_ip
        address = None if stated is None else client_address(stated)
        if address is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.share
            )
        found = self._matchers[address.version].met_by(address)
        uncounted = self._not_counted(address)
        hits = self._hits(found, uncounted, self._context.gateway.readings)
        others = []
        for variant in self._variants:
            again = self._hits(found, uncounted, variant.gateway.readings)
            if again != hits:
                others.append(self.share.other(variant.number, again, hits))
        return self.share.entry(hits, tuple(others), state)

    def _hits(self, found: int, uncounted: int, readings: Readings) -> int:
        matches = readings.ip_family_mismatch == "matches"
        return found & ~uncounted | (0 if matches else uncounted & self._negated)

    def _not_counted(self, address: IpAddress) -> int:
        """The slots of conditions on another family than the address's."""
        if address.version not in self._other_family:
            slots = 0
            for values, version, of_condition in self._conditions:
                counts = address.version == version if version else same_family(address, values)
                if not counts:
                    slots |= of_condition
            self._other_family[address.version] = slots
        return self._other_family[address.version]


class SizeField:
    """The size, compared with numbers."""

    def __init__(
        self, context: Context, questions: Sequence[tuple[Question, RuleNumberOperator, float]]
    ) -> None:
        """Conditions with their operators and numbers."""
        self.matcher = SizeMatcher(
            (operator, number, question.slots) for question, operator, number in questions
        )
        self.share = _share(context, [question for question, _, _ in questions])
        self.work = Work.SIZE

    def learn(self, state: Hashable, submission: Submission, _: str) -> Remembered:
        """Compare the size."""
        return self.share.entry(self.matcher.met_by(submission.email.size), (), state)


def _share(context: Context, questions: Sequence[Question], negated: int = 0) -> Share:
    """The slots of some conditions, of which some are negative."""
    slots = turned = 0
    for question in questions:
        slots |= question.slots
        turned |= question.turned
    return Share(context, slots, negated ^ turned)
