"""Which texts and addresses a message has for an attribute, under the readings.

Nothing is compared here. A header is decoded once for each message.
"""

from __future__ import annotations

from functools import partial
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
    from mmctl.mail.email import Email
    from mmctl.mail.facts import Value
    from mmctl.model.facts import Fact

Instance = TypeVar("Instance")


class Texts:
    """The texts of one message; recipients and added headers are passed in with each call."""

    def __init__(self, submission: Submission, readings: Readings) -> None:
        self._submission = submission
        self._readings = readings
        self._known: dict[str, tuple[str, ...]] = {}
        self._with_added: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    @property
    def _email(self) -> Email:
        return self._submission.email

    def of(self, fact: Fact, recipient: str) -> tuple[str, ...] | None:
        """The texts that a string condition compares; empty: it has none; None: unknown."""
        if isinstance(fact, HeaderFact):
            return self._once(fact.key, partial(self._header_texts, fact))
        return self._stated(fact, recipient)

    def addresses_of(self, fact: Fact, recipient: str) -> tuple[str, ...] | None:
        """The addresses that are looked up in an address list; None: unknown.

        Entries are addresses and domains, so display names are left out under every reading.
        """
        if isinstance(fact, HeaderFact):
            name = self._read_from(fact)
            return self._once(f"{name} addresses", lambda: self._addresses(name))
        return self._stated(fact, recipient)

    def _stated(self, fact: Fact, recipient: str) -> tuple[str, ...] | None:
        """The texts of a fact that has no header."""
        match fact.name:
            case EnvelopeFact.RECIPIENTS:
                return (recipient,)
            case SessionFact() | EnvelopeFact() | VerdictFact() as name:
                return _texts(fact, value_of(name, self._submission))
            case MessageFact.READ_RECEIPT:
                return ("true",) if self._email.read_receipt_requested else ("false",)
            case MessageFact.SIZE:
                return (str(self._email.size),)
            case HeaderName() | MessageFact.X_HEADER:
                return ()
            case never:
                assert_never(never)

    def x_header(self, name: str, added: Sequence[AddedHeader]) -> tuple[str, ...]:
        """The texts of an X-header, with those that rules added, below the others."""
        sent = self._once(f"header {name}", lambda: self._all(name))
        appended = tuple(value for added_name, value in added if added_name.lower() == name.lower())
        if not appended:
            return self._once(f"{name} alone", lambda: self._chosen(sent))
        key = (name, appended)
        if key not in self._with_added:
            self._with_added[key] = self._chosen((*sent, *appended))
        return self._with_added[key]

    def _header(self, name: str) -> tuple[str, ...]:
        return self._chosen(self._all(name))

    def _all(self, name: str) -> tuple[str, ...]:
        return self._email.header_values(name, decoded=self._readings.encoded_words == "decoded")

    def _header_texts(self, fact: HeaderFact) -> tuple[str, ...]:
        if not fact.holds_addresses:
            return self._header(fact.key)
        name = self._read_from(fact)
        if self._readings.address_fields == "whole_header":
            return self._header(name)
        return self._addresses(name)

    def _read_from(self, fact: HeaderFact) -> str:
        """The header to read: `From` for a missing `Sender` if the reading says so."""
        falls_back = fact is SENDER and self._readings.sender_without_header == "from"
        return FROM.key if falls_back and not self._all(fact.key) else fact.key

    def _addresses(self, name: str) -> tuple[str, ...]:
        return self._email.headers.distinct_addresses(name, self._readings.repeated_headers)

    def _chosen(self, instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
        """The repeated headers that count."""
        match self._readings.repeated_headers:
            case "any":
                return instances
            case "first":
                return instances[:1]
            case "last":
                return instances[-1:]

    def _once(self, key: str, read: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]


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
