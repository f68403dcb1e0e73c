"""Whether another choice of a reading changes any answer; if not, judging again is useless.

Only the conditions that a reading is about are evaluated again, for every recipient that they could
see. An outcome follows from the answers, so if all of them are the same, it is the same too.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.judge.actions import actions_in_effect
from mmctl.judge.conditions import ask
from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ADMITTED, ask_policy
from mmctl.judge.readings.about import readings_of_condition, readings_of_policy
from mmctl.judge.texts import Texts
from mmctl.model.actions import added_header, new_recipients
from mmctl.model.conditions import header_of, operand_of
from mmctl.model.facts import RECIPIENTS
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from mmctl.judge.answers import Answer
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.model.rules import RuleCondition

BY_HEADERS: Final = frozenset({"text_case", "repeated_headers", "encoded_words", "missing_header"})
"""Readings about headers that a rule may have added."""
DECIDES_LATER: Final = "add_on_over_ipv6"
"""A reading that decides only once a fact is known which is missing: then answers look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What a gateway asks, by the readings that its conditions are about."""

    conditions: dict[str, tuple[tuple[RuleCondition, bool], ...]]
    """Each condition, with whether it depends on the recipient."""
    policy: frozenset[str]
    """The readings that something in the traffic policy is about."""
    replaced: tuple[str, ...]
    """Recipients that rules replace others with."""
    added: bool
    """Whether a condition reads a header that an earlier rule adds."""


def questions_of(gateway: Gateway) -> Questions:
    """What a gateway asks, collected once."""
    return _questions(SameGateway(gateway))


class Choices(Protocol):
    """Says of one message what other choices of readings can change."""

    def would_change(self, reading: str, other: str) -> bool:
        """Whether some answer could differ; the reading must be about conditions."""

    def may_apply(self, reading: str, other: str) -> Sequence[int]:
        """The places of the rules that could apply under that choice."""


class Answers(Choices):
    """What a gateway's conditions answer about one message, under its readings and others."""

    def __init__(self, gateway: Gateway, submission: Submission, *, assume_pass: bool) -> None:
        self._gateway = gateway
        self._submission = submission
        self._assume_pass = assume_pass
        self._texts = Texts(submission, gateway.readings)
        self._known: dict[tuple[int, str], Hashable] = {}

    def would_change(self, reading: str, other: str) -> bool:
        """Whether some answer would differ under another choice of a reading.

        The reading must be about conditions. True if only judging could tell.
        """
        questions = questions_of(self._gateway)
        if questions.added and reading in BY_HEADERS:
            return True
        changed = replace(self._gateway, readings=self._gateway.readings.choosing(reading, other))
        texts = Texts(self._submission, changed.readings)
        recipients = self._submission.envelope.recipients
        for place, recipient in enumerate((*recipients, *questions.replaced)):
            before = self._asking(self._gateway, self._texts, recipient)
            after = self._asking(changed, texts, recipient)
            if reading in questions.policy and place < len(recipients):
                admitted = self._once((0, recipient), partial(_admission, before))
                if admitted != _admission(after):
                    return True
                if reading == DECIDES_LATER and _admission(before)[0].is_unknown:
                    return True
            for condition, reads_recipient in questions.conditions.get(reading, ()):
                if place and not reads_recipient:
                    continue
                answer = self._once((id(condition), recipient), partial(_answer, condition, before))
                if answer != _answer(condition, after):
                    return True
        return False

    def may_apply(self, reading: str, other: str) -> Sequence[int]:  # noqa: ARG002 - any of them
        """All rules: only judging tells."""
        return range(len(self._gateway.rules))

    def _asking(self, gateway: Gateway, texts: Texts, recipient: str) -> Asking:
        return Asking(
            gateway=gateway,
            submission=self._submission,
            texts=texts,
            recipient=recipient,
            assume_pass=self._assume_pass,
        )

    def _once(self, key: tuple[int, str], answer: Callable[[], Hashable]) -> Hashable:
        """An answer under the gateway's readings, cached because several readings are about it."""
        if key not in self._known:
            self._known[key] = answer()
        return self._known[key]


def _answer(condition: RuleCondition, asking: Asking) -> Answer:
    return ask(condition, (), asking).answer


def _admission(asking: Asking) -> tuple[Answer, str, tuple[Answer, ...]]:
    """Whether the policy admits, and what decides that; if it is unknown, every statement."""
    policy = asking.gateway.policy
    asked = ADMITTED if policy is None else ask_policy(policy, asking)
    unknown = asked.statements if asked.admitted.is_unknown else ()
    return asked.admitted, asked.by, tuple(statement.answer for statement in unknown)


def _reads_recipient(condition: RuleCondition) -> bool:
    return operand_of(condition).fact is RECIPIENTS


@dataclass(frozen=True, slots=True, eq=False)
class SameGateway:
    """A gateway that equals only itself, because it holds what cannot be hashed: for caches."""

    gateway: Gateway

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameGateway) and other.gateway is self.gateway

    def __hash__(self) -> int:
        return id(self.gateway)


@lru_cache(maxsize=8)
def _questions(same: SameGateway) -> Questions:
    gateway = same.gateway
    conditions: dict[str, dict[int, RuleCondition]] = {}
    added: set[str] = set()
    replaced: dict[str, None] = {}
    reads_added = False
    for rule in gateway.rules:
        for action in actions_in_effect(rule):
            header = added_header(action)
            if header is not None:
                added.add(header[0].lower())
            replaced.update(dict.fromkeys(new_recipients(action)))
        for condition in (*rule.conditions, *rule.unless):
            reads_added = reads_added or _header(condition) in added
            for reading in readings_of_condition(condition, gateway):
                conditions.setdefault(reading, {})[id(condition)] = condition
    return Questions(
        conditions={
            reading: tuple((each, _reads_recipient(each)) for each in found.values())
            for reading, found in conditions.items()
        },
        policy=frozenset(readings_of_policy(gateway)),
        replaced=tuple(replaced),
        added=reads_added,
    )


def _header(condition: RuleCondition) -> str | None:
    """The header that a condition reads, in lower case."""
    name = header_of(condition)
    return None if name is None else name.lower()
