"""Which texts and addresses a message has for an attribute, under the readings.

Nothing is compared here. A header is decoded once for each message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, assert_never

from mmctl.mail.facts import value_of
from mmctl.model.facts import (
    FROM,
    SENDER,
    EnvelopeFact,
    HeaderFact,
    HeaderName,
    MessageFact,
    SessionFact,
    VerdictFact,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.readings import Readings
    from mmctl.mail.facts import Value
    from mmctl.mail.headers import Headers
    from mmctl.model.facts import Fact

Instance = TypeVar("Instance")


class Texts:
    """The texts of one message; recipients and added headers are passed in with each call."""

    def __init__(self, submission: Submission, readings: Readings) -> None:
        self._submission = submission
        self._readings = readings
        self._known: dict[str, tuple[str, ...]] = {}
        self._with_added: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def of(self, fact: Fact, recipient: str) -> tuple[str, ...] | None:
        """The texts that a string condition compares; empty: it has none; None: unknown."""
        if isinstance(fact, HeaderFact):
            headers, readings = self._submission.email.headers, self._readings
            if not headers.are_known:
                return None
            return self._once(fact.key, lambda: header_texts(fact, headers, readings))
        return stated_texts(fact, self._submission, recipient)

    def addresses_of(self, fact: Fact, recipient: str) -> tuple[str, ...] | None:
        """The addresses that are looked up in an address list; None: unknown."""
        if isinstance(fact, HeaderFact):
            headers = self._submission.email.headers
            return header_addresses(fact, headers, self._readings) if headers.are_known else None
        return stated_texts(fact, self._submission, recipient)

    def x_header(self, name: str, added: Sequence[AddedHeader]) -> tuple[str, ...]:
        """The texts of an X-header, with those that rules added, below the others."""
        headers, key = self._submission.email.headers, name.lower()
        sent = self._once(f"header {key}", lambda: _all(key, headers, self._readings))
        appended = tuple(value for added_name, value in added if added_name.lower() == key)
        if not appended:
            return self._once(f"{key} alone", lambda: _chosen(sent, self._readings))
        if (key, appended) not in self._with_added:
            self._with_added[key, appended] = _chosen((*sent, *appended), self._readings)
        return self._with_added[key, appended]

    def _once(self, key: str, read: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]


def header_texts(fact: HeaderFact, headers: Headers, readings: Readings) -> tuple[str, ...]:
    """The texts of a header that a string condition compares."""
    if not fact.holds_addresses:
        return written_texts(fact.key, headers, readings)
    if readings.address_fields == "whole_header":
        return written_texts(_read_from(fact, headers, readings), headers, readings)
    return header_addresses(fact, headers, readings)


def header_addresses(fact: HeaderFact, headers: Headers, readings: Readings) -> tuple[str, ...]:
    """The addresses of a header that are looked up in an address list.

    Entries are addresses and domains, so display names are left out under every reading.
    """
    name = _read_from(fact, headers, readings)
    return headers.distinct_addresses(name, readings.repeated_headers)


def written_texts(name: str, headers: Headers, readings: Readings) -> tuple[str, ...]:
    """The texts of a header of any name, as sent."""
    return _chosen(_all(name, headers, readings), readings)


def _all(name: str, headers: Headers, readings: Readings) -> tuple[str, ...]:
    decoded = readings.encoded_words == "decoded"
    return headers.decoded(name) if decoded else headers.values_of(name)


def _read_from(fact: HeaderFact, headers: Headers, readings: Readings) -> str:
    """The header to read: `From` for a missing `Sender` if the reading says so."""
    falls_back = fact is SENDER and readings.sender_without_header == "from"
    return FROM.key if falls_back and not headers.values_of(fact.key) else fact.key


def _chosen(instances: tuple[Instance, ...], readings: Readings) -> tuple[Instance, ...]:
    """The repeated headers that count."""
    match readings.repeated_headers:
        case "any":
            return instances
        case "first":
            return instances[:1]
        case "last":
            return instances[-1:]


def stated_texts(fact: Fact, submission: Submission, recipient: str) -> tuple[str, ...] | None:
    """The texts of a fact that has no header; None: unknown."""
    match fact.name:
        case EnvelopeFact.RECIPIENTS:
            return (recipient,)
        case SessionFact() | EnvelopeFact() | VerdictFact() as name:
            return _texts(fact, value_of(name, submission))
        case MessageFact.READ_RECEIPT:
            if not submission.email.headers.are_known:
                return None
            return ("true",) if submission.email.read_receipt_requested else ("false",)
        case MessageFact.SIZE:
            return (str(submission.email.size),)
        case HeaderName() | MessageFact.X_HEADER:
            return ()
        case never:
            assert_never(never)


def _texts(fact: Fact, value: Value | None) -> tuple[str, ...] | None:
    match value:
        case None:
            return None
        case bool():
            return ("true",) if value else ("false",)
        case str():
            return () if fact.empty_is_none and not value else (value,)
        case tuple():
            return value
        case _:
            return ()
