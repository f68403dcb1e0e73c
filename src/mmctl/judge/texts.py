"""Which texts and addresses a message has for an attribute, under the readings.

Nothing is compared here. A header is decoded once for each message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, assert_never

from mmctl.model.enums import RuleAddressListEmailAttribute as ListAttribute
from mmctl.model.enums import RuleStringEmailAttribute as Attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.judge.submission import Submission
    from mmctl.judge.trace import AddedHeader
    from mmctl.language.readings import Readings
    from mmctl.mail.email import Email

Instance = TypeVar("Instance")


class Texts:
    """The texts of one message; those of its recipients and added headers are given each time."""

    def __init__(self, submission: Submission, readings: Readings) -> None:
        self._submission = submission
        self._readings = readings
        self._known: dict[str, tuple[str, ...]] = {}

    @property
    def _email(self) -> Email:
        return self._submission.email

    def of(self, attribute: Attribute, recipient: str) -> tuple[str, ...] | None:
        """The texts that a string condition compares; empty: it has none; None: unknown."""
        match attribute:
            case Attribute.RECIPIENT:
                return (recipient,)
            case Attribute.MAIL_FROM:
                return self.mail_from()
            case Attribute.HELO:
                helo = self._submission.session.helo
                return None if helo is None else (helo,)
            case Attribute.SUBJECT:
                return self._once("subject", lambda: self._header("subject"))
            case Attribute.FROM | Attribute.SENDER | Attribute.TO | Attribute.CC:
                return self._once(attribute.value, lambda: self._address_texts(attribute.value))
            case _:
                assert_never(attribute)

    def addresses_of(self, attribute: ListAttribute, recipient: str) -> tuple[str, ...] | None:
        """The addresses that are looked up in an address list; None: unknown.

        Entries are addresses and domains, so display names are left out under every reading.
        """
        match attribute:
            case ListAttribute.RECIPIENT:
                return (recipient,)
            case ListAttribute.MAIL_FROM:
                return self.mail_from()
            case ListAttribute.FROM | ListAttribute.SENDER | ListAttribute.TO | ListAttribute.CC:
                name = self._read_from(attribute.value)
                return self._once(f"{attribute} addresses", lambda: self._addresses(name))
            case _:
                assert_never(attribute)

    def mail_from(self) -> tuple[str, ...] | None:
        """The envelope sender; the null sender `<>` has no text; None: unknown."""
        mail_from = self._submission.envelope.mail_from
        if mail_from is None:
            return None
        return (mail_from,) if mail_from else ()

    def x_header(self, name: str, added: Sequence[AddedHeader]) -> tuple[str, ...]:
        """The texts of an X-header, with those that rules added: they stand below the others."""
        sent = self._once(f"header {name}", lambda: self._all(name))
        appended = tuple(value for added_name, value in added if added_name.lower() == name.lower())
        return self._chosen((*sent, *appended))

    def _header(self, name: str) -> tuple[str, ...]:
        return self._chosen(self._all(name))

    def _all(self, name: str) -> tuple[str, ...]:
        return self._email.header_values(name, decoded=self._readings.encoded_words == "decoded")

    def _address_texts(self, name: str) -> tuple[str, ...]:
        name = self._read_from(name)
        if self._readings.address_fields == "whole_header":
            return self._header(name)
        return self._addresses(name)

    def _read_from(self, name: str) -> str:
        """The header to read: `From` for a missing `Sender` where the reading says so."""
        falls_back = self._readings.sender_without_header == "from"
        if name == "SENDER" and falls_back and not self._all("sender"):
            return "FROM"
        return name

    def _addresses(self, name: str) -> tuple[str, ...]:
        headers = self._chosen(self._email.addresses_by_header(name))
        return tuple(dict.fromkeys(address for header in headers for address in header))

    def _chosen(self, instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
        """Those of repeated headers that count."""
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
