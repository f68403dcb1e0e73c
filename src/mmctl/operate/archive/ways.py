"""The ways on which a released message goes: an SMTP server, a folder, SES."""

from __future__ import annotations

import ssl
from contextlib import suppress
from smtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.errors import CouldNot
from mmctl.mail.addresses import addresses
from mmctl.operate.archive.released import ReleaseReply, ReleaseState
from mmctl.operate.archive.wrapping import wrapped
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

MARK: Final = "X-Mmctl-Released"
"""The header that a released message has on top: the id of the release."""
_OK: Final = range(200, 300)
_PATIENCE_SECONDS: Final = 120.0
MOST_BY_SES: Final = 50
"""Recipients of one call."""


class ReleaseWay(Protocol):
    """Sends a message to recipients."""

    def send(self, parcel: Parcel) -> Mapping[str, ReleaseReply]:
        """What became of it, for each recipient; never raises for what a server does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message on its way: `content` is what the archive has, byte for byte."""

    release: str
    message: str
    content: bytes
    subject: str
    mail_from: str
    recipients: tuple[str, ...]


def marked(content: bytes, release: str) -> bytes:
    """A message with the mark of a release on top."""
    return f"{MARK}: {release}\r\n".encode() + content


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where an SMTP server is, and how to talk to it."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    """With a password, TLS is required and the certificate of the server is verified."""
    verify: bool = True
    """False: a server on this machine, whose certificate nobody signed."""
    name: str = "mmctl.invalid"
    """The name in EHLO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BySmtp:
    """Sends by SMTP: STARTTLS if it is offered, AUTH if there is a password."""

    server: SmtpServer
    connect: Callable[[str, int, float], SMTP]

    def send(self, parcel: Parcel) -> Mapping[str, ReleaseReply]:
        """Send in one session; a recipient that is refused does not stop the others."""
        try:
            smtp = self.connect(self.server.host, self.server.port, _PATIENCE_SECONDS)
        except (OSError, SMTPException) as error:
            where = f"{self.server.host}:{self.server.port}"
            return _all(
                parcel.recipients,
                ReleaseState.FAILED,
                f"could not connect to {where}: {_reason(error)}",
            )
        try:
            refusal = self._greeted(smtp)
            if refusal is not None:
                return _all(parcel.recipients, ReleaseState.REFUSED, refusal)
            return _transaction(smtp, parcel)
        except (OSError, SMTPException) as error:
            return _all(
                parcel.recipients, ReleaseState.FAILED, f"the connection broke: {_reason(error)}"
            )
        finally:
            with suppress(OSError, SMTPException):
                smtp.quit()
            smtp.close()

    def _greeted(self, smtp: SMTP) -> str | None:
        """EHLO, STARTTLS, AUTH; the reply that refuses, or None."""
        code, text = smtp.ehlo(self.server.name)
        if code not in _OK:
            code, text = smtp.helo(self.server.name)
        if code not in _OK:
            return _reply(code, text)
        if smtp.has_extn("starttls"):
            code, text = smtp.starttls(context=_context(verify=self.server.verify))
            if code not in _OK:
                return _reply(code, text)
            smtp.ehlo(self.server.name)
        elif self.server.password is not None and self.server.verify:
            return "it offers no STARTTLS: the password was not sent"
        if self.server.password is None:
            return None
        try:
            smtp.login(self.server.user or "", self.server.password)
        except SMTPServerDisconnected:
            raise
        except SMTPResponseException as error:
            return _answer(error)
        except SMTPException as error:
            return str(error)
        return None


def _transaction(smtp: SMTP, parcel: Parcel) -> dict[str, ReleaseReply]:
    replies: dict[str, ReleaseReply] = {}
    options = _mail_options(smtp, parcel)
    code, text = smtp.mail(parcel.mail_from, options)
    if code not in _OK:
        return _all(parcel.recipients, ReleaseState.REFUSED, _reply(code, text))
    for recipient in parcel.recipients:
        code, text = smtp.rcpt(recipient)
        if code not in _OK:
            replies[recipient] = ReleaseReply(became=ReleaseState.REFUSED, reply=_reply(code, text))
    admitted = [each for each in parcel.recipients if each not in replies]
    if admitted:
        reply = _data(smtp, marked(parcel.content, parcel.release))
        replies |= dict.fromkeys(admitted, reply)
    return replies


def _data(smtp: SMTP, content: bytes) -> ReleaseReply:
    """Send the message; from then on a missing answer is an unknown outcome."""
    code, text = smtp.docmd("DATA")
    if code != 354:  # noqa: PLR2004 - go on
        return ReleaseReply(became=ReleaseState.REFUSED, reply=_reply(code, text))
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    stuffed = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)
    try:
        smtp.send(stuffed + b".\r\n")
        code, text = smtp.getreply()
    except (OSError, SMTPException) as error:
        return ReleaseReply(
            became=ReleaseState.UNKNOWN, reply=f"no reply after the message: {error}"
        )
    became = ReleaseState.RELEASED if code in _OK else ReleaseState.REFUSED
    return ReleaseReply(became=became, reply=_reply(code, text))


def _mail_options(smtp: SMTP, parcel: Parcel) -> list[str]:
    size = len(marked(parcel.content, parcel.release))
    options = [f"size={size}"] if smtp.has_extn("size") else []
    if smtp.has_extn("8bitmime") and not parcel.content.isascii():
        options.append("BODY=8BITMIME")
    if not all(each.isascii() for each in (parcel.mail_from, *parcel.recipients)):
        options.append("SMTPUTF8")
        smtp.command_encoding = "utf-8"
    return options


def _context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class IntoFolder:
    """Writes `.eml` files."""

    folder: Path
    again: bool
    write: Callable[[Path, bytes], None]

    def send(self, parcel: Parcel) -> Mapping[str, ReleaseReply]:
        """Write the message; a file that is there stays, unless it is released again."""
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in parcel.message)
        path = self.folder / f"{name.lstrip('.')[:200] or 'message'}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and not self.again:
                return _all(parcel.recipients, ReleaseState.FAILED, f"{path} exists already")
            self.write(path, marked(parcel.content, parcel.release))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            return _all(parcel.recipients, ReleaseState.FAILED, f"cannot write {path}: {reason}")
        return _all(parcel.recipients, ReleaseState.RELEASED, f"written to {path}")


class SendEmail(Protocol):
    """SESv2 SendEmail with a raw message.

    Raises:
        CouldNot: nothing was sent. Whoever sends says so with `Unanswered` if that is unknown.
    """

    def __call__(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        """Send, and return the message id."""
        ...


class Unanswered(Exception):
    """A message was sent and no answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BySes:
    """Sends a new message from a verified address, with the original attached."""

    sender: str
    send_email: SendEmail

    def send(self, parcel: Parcel) -> Mapping[str, ReleaseReply]:
        """Send one message to all recipients: SES takes it for all or for none."""
        if len(parcel.recipients) > MOST_BY_SES:
            return _all(
                parcel.recipients,
                ReleaseState.FAILED,
                f"SES takes {MOST_BY_SES} recipients at most: narrow them with --rcpt",
            )
        content = marked(wrapped(parcel.content, self.sender, parcel.subject), parcel.release)
        try:
            id_ = self.send_email(self.sender, parcel.recipients, content)
        except Unanswered as error:
            return _all(parcel.recipients, ReleaseState.UNKNOWN, str(error))
        except CouldNot as error:
            return _all(parcel.recipients, ReleaseState.REFUSED, error.message)
        return _all(parcel.recipients, ReleaseState.RELEASED, f"SES message {id_}")


def is_one_address(text: str) -> bool:
    """Whether a text is one address and nothing else, without control characters."""
    return addresses(text) == (text,) and text.isprintable() and "@" in text


def _all(recipients: Sequence[str], became: ReleaseState, reply: str) -> dict[str, ReleaseReply]:
    return dict.fromkeys(recipients, ReleaseReply(became=became, reply=reply))


def _answer(error: SMTPResponseException) -> str:
    text = error.smtp_error
    return _reply(error.smtp_code, text if isinstance(text, bytes) else text.encode())


def _reason(error: OSError | SMTPException) -> str:
    if isinstance(error, SMTPResponseException):
        return _answer(error)
    told = error.strerror if isinstance(error, OSError) else None
    return (told or str(error)).lower()


def _reply(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"
