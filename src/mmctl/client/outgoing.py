"""A message on its way out: its bytes as SMTP carries them, and its envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.mail.facts_in_headers import found_envelope
from mmctl.mail.reader import as_carried, read_email
from mmctl.patterns import Pattern
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RECIPIENTS_AT_MOST: Final = 1_000
LONGEST_PATH: Final = 254
"""Characters of an address of the envelope (RFC 5321 §4.5.3.1.3, without brackets)."""
_FORBIDDEN: Final = Pattern("[\x00-\x20\x7f<>]")
_DOT_LINE: Final = Pattern(rb"(?m)^\.")
_HEADER_NAME: Final = Pattern("[!-9;-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to send."""

    name: str
    """The name that reports use: its file, or its scenario."""
    content: bytes
    """With CRLF line ends."""
    mail_from: str
    """Empty: the null sender."""
    recipients: tuple[str, ...]

    @property
    def needs_utf8(self) -> bool:
        """Whether an address or a header needs SMTPUTF8 (RFC 6531)."""
        header = self.content.partition(b"\r\n\r\n")[0]
        return not (
            self.mail_from.isascii() and all(map(str.isascii, self.recipients)) and header.isascii()
        )

    @property
    def has_8bit(self) -> bool:
        """Whether its bytes are not all ASCII."""
        return not self.content.isascii()


def outgoing(
    name: str,
    content: bytes,
    *,
    mail_from: str | None = None,
    recipients: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> Outgoing:
    """A message to send; what of the envelope is not given comes from its headers.

    Bare CR and LF become CRLF, as SMTP carries lines; `headers` are put before its own.

    Raises:
        UsageError: it has no recipient, or an address or a header cannot be sent.
    """
    carried = as_carried(content)
    if not carried.endswith(b"\r\n"):
        carried += b"\r\n"
    added = b"".join(_header_line(each, value) for each, value in headers)
    email = read_email(carried)
    found = found_envelope(email, {})
    sender = found.mail_from if mail_from is None else mail_from
    if sender is None:
        sender = next(iter(email.addresses("from")), "")
    to = tuple(recipients) or found.recipients
    if not to:
        to = tuple(dict.fromkeys((*email.addresses("to"), *email.addresses("cc"))))
    if not to:
        raise UsageError(
            f"`{name}` has no recipient: no To or Cc header names one", help="--rcpt ADDRESS"
        )
    if len(to) > RECIPIENTS_AT_MOST:
        raise UsageError(
            f"`{name}` has {len(to):,} recipients, at most {RECIPIENTS_AT_MOST:,} can be sent to",
            help="send it in parts",
        )
    for address in (sender, *to):
        _check_address(address)
    return Outgoing(name=name, content=added + carried, mail_from=sender, recipients=to)


def with_content(message: Outgoing, content: bytes) -> Outgoing:
    """The message with other bytes, as after signing."""
    return replace(message, content=content)


def stuffed(content: bytes) -> bytes:
    """The bytes after DATA: a dot more where a line starts with one, and the dot that ends them."""
    return _DOT_LINE.sub(rb"..", content) + b".\r\n"


def header_of(text: str) -> tuple[str, str]:
    """A header of `--header`, as name and value.

    Raises:
        UsageError: it is none.
    """
    name, colon, value = text.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name) or "\r" in value or "\n" in value:
        raise UsageError(f"got `--header {text}`", help="expected `NAME: VALUE` on one line")
    return name, value.strip()


def check_helo(name: str) -> str:
    """The name for EHLO.

    Raises:
        UsageError: it cannot be sent.
    """
    if not name or not name.isascii() or _FORBIDDEN.search(name) or len(name) > LONGEST_PATH:
        raise UsageError(f"got `--helo {name}`", help="expected a host name, or [ADDRESS]")
    return name


def _check_address(address: str) -> None:
    bare = address.replace(" ", "") if '"' in address else address
    if _FORBIDDEN.search(bare) or not bare.isprintable():
        raise UsageError(
            f"`{address}` cannot be in an envelope", help="an address without spaces and brackets"
        )
    if len(address) > LONGEST_PATH:
        raise UsageError(
            f"an address of {len(address):,} characters cannot be in an envelope",
            help=f"expected at most {LONGEST_PATH}",
        )


def _header_line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode()


def facts_document(written: Mapping[str, object]) -> str:
    """What `XMMFACTS` states, as JSON in base64: without line breaks."""
    import base64  # noqa: PLC0415 - only the embedded endpoint takes facts
    import json  # noqa: PLC0415

    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(text.encode()).decode("ascii")
