"""What is judged: an email, and the session, envelope and facts that came with it.

Values only; `reader` makes emails from bytes and `found` finds the other three in headers. What
is unknown is None, never false: the judge answers unknown for it.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.mail.headers import Headers
    from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

RECEIPT_HEADERS: Final = ("disposition-notification-to", "return-receipt-to")
"""Headers that ask for a receipt."""
LONGEST_SHOWN_NAME: Final = 60
"""Characters of a header name that a note shows."""


class Size:
    """How many bytes a message has: counted on demand, because nothing else takes as long."""

    __slots__ = ("_at_least", "_at_most", "_known")
    is_known: ClassVar[bool] = True
    """Whether anybody knows it, or can count it."""

    def __init__(self, known: int | None = None, *, at_least: int = 0, at_most: int = 0) -> None:
        """A known number, or its bounds: then `_counted` counts it."""
        self._known = known
        self._at_least = at_least
        self._at_most = at_most

    def _counted(self) -> int:
        """The number, counted."""
        raise NotImplementedError

    def _less_at_most(self, below: float) -> int:  # noqa: ARG002 - who counts needs it
        """An upper bound that takes some work: below a number, if any upper bound is."""
        return self._at_most

    @property
    def bytes(self) -> int:
        """The number."""
        if self._known is None:
            self._known = self._counted()
        return self._known

    def is_more_than(self, limit: float) -> bool:
        """Whether it exceeds a limit; usually that is known without counting."""
        if self._known is None:
            if self._at_most <= limit:
                return False
            if self._at_least > limit:
                return True
        return self.bytes > limit

    def place_among(self, numbers: Sequence[float]) -> tuple[int, bool]:
        """How many of some ascending numbers it exceeds, and whether it equals the next one.

        Usually that is known without counting.
        """
        if self._known is None:
            place = bisect_left(numbers, self._at_least)
            if place == len(numbers) or self._at_most < numbers[place]:
                return place, False
            self._at_most = self._less_at_most(numbers[place])
            if self._at_most < numbers[place]:
                return place, False
        place = bisect_left(numbers, self.bytes)
        return place, place < len(numbers) and numbers[place] == self.bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.bytes == other.bytes

    def __hash__(self) -> int:
        return hash(self.bytes)

    def __repr__(self) -> str:
        return f"Size({self.bytes})"

    def __reduce__(self) -> tuple[type[Size], tuple[int]]:
        return Size, (self.bytes,)


class UnknownSize(Size):
    """The size of a message that nobody has; every limit let it pass, because it was accepted."""

    __slots__ = ()
    is_known = False

    def __init__(self) -> None:
        super().__init__(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A message as far as rules can read it: its headers and its size."""

    headers: Headers = field(hash=False)
    length: Size
    """Bytes, with CRLF line ends as SMTP carries it; an mbox `From ` line is not part of it.

    If a part of the body was not read, the least it can be.
    """
    unread: int = 0
    """Bytes of the body that were not read."""
    defects: tuple[str, ...] = ()
    """What was wrong with the header section; `notes` includes the defects of single values."""

    def header_values(self, name: str, *, decoded: bool) -> tuple[str, ...]:
        """All values of a header, top to bottom; the name in any case (RFC 5322 §1.2.2).

        With `decoded`, encoded words are decoded and undecodable ones left as they are.
        """
        key = name.lower()
        return self.headers.decoded(key) if decoded else self.headers.values_of(key)

    def addresses_by_header(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The address specs of each From, Sender, To or Cc header, one tuple a header."""
        return self.headers.addresses(name.lower())

    def addresses(self, name: str) -> tuple[str, ...]:
        """The address specs of all From, Sender, To or Cc headers, top to bottom.

        Display names and comments are left out; parsed before encoded words are decoded.
        """
        found = self.addresses_by_header(name)
        return found[0] if len(found) == 1 else tuple(chain.from_iterable(found))

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.length.bytes

    @property
    def size_at_most(self) -> int:
        """The upper bound of the size: each unread byte may be a line end."""
        return self.size + self.unread

    @property
    def read_receipt_requested(self) -> bool:
        """Whether the sender asks for a receipt.

        AWS does not say which header it reads: Disposition-Notification-To (RFC 8098 §2.1) and
        the older Return-Receipt-To are presumed.
        """
        return any(value for name in RECEIPT_HEADERS for value in self.headers.get(name, ()))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the message, in words; computed on demand."""
        found = self.headers.word_defects()
        if not found:
            return self.defects
        words = [f"header `{name[:LONGEST_SHOWN_NAME]}`: {defect}" for name, defect in found]
        return (*self.defects, *words)


class Tls(StrEnum):
    """How the session was encrypted."""

    NONE = "none"
    TLS1_2 = "TLS1_2"
    TLS1_3 = "TLS1_3"


class SomeFields(dict[str, tuple[str, ...]]):
    """The fields of a client's certificate that somebody noted; the others are unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The SMTP connection; None is unknown."""

    source_ip: str | None = None
    helo: str | None = None
    tls: Tls | None = None
    tls_wrapped: bool | None = None
    client_certificate: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)
    """Values under the attribute names of `RuleClientCertificateAttribute`; {}: it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """MAIL FROM and RCPT TO."""

    mail_from: str | None = None
    """None is unknown, "" the null sender `<>`."""
    recipients: tuple[str, ...] = ()
    """As received, including +tags; empty: none is known."""


class NoPolicy(StrEnum):
    """The answer that the domain of From publishes no DMARC policy."""

    NO_POLICY = "no policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What others found out about the message; None is unknown."""

    spf: RuleVerdict | None = None
    dkim: RuleVerdict | None = None
    dmarc: RuleVerdict | None = None
    """DMARC's result. No rule reads it; whether `dmarc_policy` has a value may depend on it."""
    dmarc_policy: RuleDmarcPolicy | NoPolicy | None = None
    """The published policy; if a case states it, the value that rules see."""
    add_ons: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict, hash=False)
    """Fields of the answers, by add-on; an add-on or field that is missing is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """The result of authenticating the message itself."""

    facts: Facts
    """None if a fact that authentication needs is missing."""
    results: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The results in the words of the RFCs, by fact: `spf` → `softfail`."""
