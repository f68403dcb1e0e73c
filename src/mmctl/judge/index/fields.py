"""The fields that conditions look at: what a message has there, and what it means for the slots.

What a value means is found once and remembered. A text, a list, a network or a number is looked up
among all values of all conditions at once; whatever has few values is asked condition by condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mmctl.judge.compare import client_address, same_family
from mmctl.judge.index.entries import Other, Remembered
from mmctl.judge.index.matchers import ListMatcher, NetworkMatcher, SizeMatcher, TextMatcher
from mmctl.judge.index.questions import Asker
from mmctl.judge.lookup import case_of, without_text
from mmctl.judge.texts import Texts
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from mmctl.judge.compare import IpAddress, Members
    from mmctl.judge.index.context import Context, Variant
    from mmctl.judge.index.questions import Question
    from mmctl.judge.submission import Submission
    from mmctl.language.readings import Case, Readings
    from mmctl.model.enums import RuleNumberOperator, RuleStringOperator
    from mmctl.model.operands import Operand


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a field's texts or addresses are in a message."""

    read: Callable[[Texts, str], tuple[str, ...] | None]
    """What a message has, for a recipient; None: it is unknown."""
    headers: Callable[[Submission], tuple[str, ...]] | None = None
    """The headers that are read, as sent; None: it is not in headers."""

    def may_differ(self, variant: Variant, submission: Submission) -> bool:
        """Whether another reading can find something else; cheap, and in doubt yes."""
        if self.headers is None:
            return True
        match variant.reading:
            case "repeated_headers":
                return len(self.headers(submission)) > 1
            case "encoded_words":
                return any("=?" in value for value in self.headers(submission))
            case "address_fields":
                return bool(self.headers(submission))
            case _:
                return True


class Learning(Protocol):
    """A way to find out what a value means."""

    slots: int
    flip: int

    def learn(self, state: Hashable, submission: Submission, recipient: str, /) -> Remembered:
        """What the value that a message has means."""


class AskedField:
    """A field with few values: each condition is asked for each of them."""

    def __init__(self, context: Context, questions: Sequence[Question]) -> None:
        """The questions are all about the same."""
        self._context = context
        self._questions = tuple(questions)
        self.slots = _all_slots(questions)
        self.flip = 0

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Ask every condition."""
        return Asker(self._context, submission, recipient).entry(self._questions, state)


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
        self._negated = negated
        self.slots = _all_slots(self._questions)
        self.flip = negated ^ _turned(self._questions)
        about = frozenset[str]().union(*(question.readings for question in self._questions))
        self._variants = tuple(each for each in context.variants if each.reading in about)

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the texts up, under each reading under which that could make a difference."""
        readings = self._context.gateway.readings
        texts = self._source.read(Texts(submission, readings), recipient)
        if texts is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.flip
            )
        hits = self._hits(texts, readings)
        seen = {(texts, self._chosen(readings)): hits}  # most readings leave the texts as they are
        others = []
        for variant in self._variants:
            if self._source.may_differ(variant, submission) and self._may_differ(
                variant, texts, hits
            ):
                under = variant.gateway.readings
                read = self._source.read(Texts(submission, under), recipient) or ()
                key = read, self._chosen(under)
                if key not in seen:
                    seen[key] = self._hits(read, under)
                again = seen[key]
                if again != hits:
                    others.append(Other(variant.number, again, 0))
        return Remembered(hits, 0, tuple(others), state)

    def _chosen(self, readings: Readings) -> tuple[str, str]:
        """The choices that count for texts that are known."""
        return case_of(self._operand, readings), without_text(self._operand, readings)

    def _hits(self, texts: tuple[str, ...], readings: Readings) -> int:
        if texts:
            return self._matcher(case_of(self._operand, readings)).met_by(texts)
        return 0 if without_text(self._operand, readings) == "matches" else self._negated

    def _matcher(self, case: Case) -> TextMatcher:
        matcher = self._matchers.get(case)
        if matcher is None:
            matcher = self._matchers[case] = TextMatcher(
                self._conditions,
                case,
                at_most=self._context.at_most,
                plainly=self._context.plainly,
            )
        return matcher

    def _may_differ(self, variant: Variant, texts: tuple[str, ...], hits: int) -> bool:
        """Whether another reading can make a difference; cheap, and in doubt yes."""
        match variant.reading:
            case "string_case" | "text_case":
                return bool(texts) and self._case_may_matter(texts, hits)
            case "missing_header" | "null_sender":
                return not texts
            case _:
                return True

    def _case_may_matter(self, texts: tuple[str, ...], hits: int) -> bool:
        case = case_of(self._operand, self._context.gateway.readings)
        if self._matcher(case).folded and all(text == text.lower() for text in texts):
            return False
        # In ASCII, a text that meets a value meets it without regard to case too.
        ignored = case == "insensitive"
        return not (ignored and not hits and all(text.isascii() for text in texts))


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
        self._lists = tuple((members, question.slots) for question, members in questions)
        self._matchers: dict[tuple[str, str, str], ListMatcher] = {}
        self.slots = _all_slots(self._questions)
        self.flip = negated ^ _turned(self._questions)
        about = frozenset[str]().union(*(question.readings for question in self._questions))
        self._variants = tuple(each for each in context.variants if each.reading in about)

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the addresses up, under each reading that is about lists."""
        readings = self._context.gateway.readings
        addresses = self._source.read(Texts(submission, readings), recipient)
        if addresses is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.flip
            )
        hits = self._hits(addresses, readings)
        others = []
        for variant in self._variants:
            if not self._source.may_differ(variant, submission):
                continue
            under = variant.gateway.readings
            again = self._hits(self._source.read(Texts(submission, under), recipient) or (), under)
            if again != hits:
                others.append(Other(variant.number, again, 0))
        return Remembered(hits, 0, tuple(others), state)

    def _hits(self, addresses: tuple[str, ...], readings: Readings) -> int:
        bare, star = readings.bare_domain_entry, readings.star_domain_entry
        key = (readings.address_list_case, bare, star)
        if key not in self._matchers:
            self._matchers[key] = ListMatcher(
                self._lists,
                case=readings.address_list_case,
                below_bare=bare == "that_domain_and_below",
                apex=star == "below_and_d",
            )
        return self._matchers[key].met_by(addresses)


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
        self.slots = _all_slots(self._questions)
        self.flip = negated ^ _turned(self._questions)
        self._variants = tuple(
            each for each in context.variants if each.reading == "ip_family_mismatch"
        )

    def learn(self, state: Hashable, submission: Submission, recipient: str) -> Remembered:
        """Look the address up."""
        stated = submission.session.source_ip
        address = None if stated is None else client_address(stated)
        if address is None:
            return Asker(self._context, submission, recipient).entry(
                self._questions, state, self.flip
            )
        found = self._matchers[address.version].met_by(address)
        uncounted = self._not_counted(address)
        hits = self._hits(found, uncounted, self._context.gateway.readings)
        others = []
        for variant in self._variants:
            again = self._hits(found, uncounted, variant.gateway.readings)
            if again != hits:
                others.append(Other(variant.number, again, 0))
        return Remembered(hits, 0, tuple(others), state)

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

    def __init__(self, questions: Sequence[tuple[Question, RuleNumberOperator, float]]) -> None:
        """Conditions with their operators and numbers."""
        self.matcher = SizeMatcher(
            (operator, number, question.slots) for question, operator, number in questions
        )
        self.slots = _all_slots([question for question, _, _ in questions])
        self.flip = _turned([question for question, _, _ in questions])

    def learn(self, state: Hashable, submission: Submission, _: str) -> Remembered:
        """Compare the size."""
        return Remembered(self.matcher.met_by(submission.email.size), 0, (), state)


def _all_slots(questions: Sequence[Question]) -> int:
    slots = 0
    for question in questions:
        slots |= question.slots
    return slots


def _turned(questions: Sequence[Question]) -> int:
    slots = 0
    for question in questions:
        slots |= question.turned
    return slots
