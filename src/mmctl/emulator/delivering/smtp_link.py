"""A connection to a server that takes mail, kept from one letter to the next.

What the server says is bounded in size and in time, whatever it says.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.emulator.delivering.settings import HostPort, HowLong, Secret

HELO: Final = "localhost"
_LONGEST_LINE: Final = 4_096
_LINES_AT_MOST: Final = 100
_SHOWN: Final = 500
_NOT_IN_ADDRESS: Final = re.compile(r"[\x00-\x1f\x7f<>]")
_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_EIGHT_BIT: Final = re.compile(rb"[\x80-\xff]")
_OK: Final = range(200, 300)
_GREETS: Final = 220
_CLOSES: Final = 421
_NO_ADDRESS: Final = "553 5.1.3 the address has characters that no address can have"


@dataclass(frozen=True, slots=True)
class ServerReply:
    """What a server says of one recipient."""

    code: int
    text: str
    """With the code, on one line."""

    @property
    def accepts(self) -> bool:
        """Whether the server has the message."""
        return self.code in _OK

    @property
    def refuses(self) -> bool:
        """Whether it never takes it; a client that gets nonsense tries again."""
        return 500 <= self.code < 600  # noqa: PLR2004 - the codes of RFC 5321


class Unreachable(Exception):
    """The server cannot be talked to now: no connection, no TLS, no login, or nonsense."""


class _Bounded(smtplib.SMTP):
    """The dialogue of the standard library, which reads replies of any length."""

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply.

        Raises:
            smtplib.SMTPServerDisconnected: it is none, is too long, or comes too late.
        """
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        if self.file is None:
            self.file = self.sock.makefile("rb")
        said: list[bytes] = []
        for _ in range(_LINES_AT_MOST):
            try:
                line = self.file.readline(_LONGEST_LINE + 1)
            except OSError as error:
                raise self._end(f"the server does not answer: {_reason(error)}") from None
            if not line:
                raise self._end("the server closed the connection")
            if len(line) > _LONGEST_LINE or not re.match(rb"[2-5]\d\d(?:[ \r\n-]|$)", line):
                raise self._end("the server answers nonsense")
            said.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(said)
        raise self._end("the server answers without an end")

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS; what the server said before counts no more (RFC 3207 §4.2).

        Raises:
            smtplib.SMTPResponseException: the server does not, after all.
            OSError: there is no agreement.
        """
        code, text = self.docmd("STARTTLS")
        if code != _GREETS or self.sock is None:
            raise smtplib.SMTPResponseException(code, text)
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
        self.file = None
        self.ehlo_resp = self.helo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def wait_at_most(self, seconds: float) -> None:
        """Wait so long for each piece of an answer."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def _end(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)


class Link:
    """The way to one server; not for several threads at once."""

    def __init__(self, server: HostPort, secret: Secret | None, patience: HowLong) -> None:
        self._server = server
        self._secret = secret
        self._patience = patience
        self._smtp: _Bounded | None = None
        self.encrypted = False

    def close(self) -> None:
        """End the dialogue."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError, ValueError):
                self._smtp.wait_at_most(1.0)
                self._smtp.quit()
            self._drop()

    def hand_over(
        self, mail_from: str, recipients: Sequence[str], content: bytes
    ) -> dict[str, ServerReply]:
        """Hand over a message; the reply for each recipient.

        Raises:
            Unreachable: nobody got it, and nobody refused it.
        """
        kept = self._smtp is not None
        try:
            return self._hand_over(mail_from, recipients, content)
        except Unreachable:
            if not kept:
                raise
        return self._hand_over(mail_from, recipients, content)  # a kept connection may have ended

    def _hand_over(
        self, mail_from: str, recipients: Sequence[str], content: bytes
    ) -> dict[str, ServerReply]:
        try:
            with self._in_time():
                smtp = self._connected()
                return _transaction(smtp, mail_from, recipients, _as_lines(content))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            raise Unreachable(_said(error)) from None

    def _connected(self) -> _Bounded:
        if self._smtp is not None:
            return self._smtp
        try:
            return self._connect(encrypt=True)
        except ssl.SSLError:
            self._drop()
            if self._secret is not None:
                raise
            return self._connect(encrypt=False)  # plain is better than not at all (RFC 7435)

    def _connect(self, *, encrypt: bool) -> _Bounded:
        smtp = self._smtp = _Bounded(local_hostname=HELO, timeout=self._patience.connect)
        code, text = smtp.connect(self._server.host, self._server.port)
        if code not in _OK:
            raise smtplib.SMTPServerDisconnected(f"the server greets with {_line(code, text)}")
        smtp.wait_at_most(self._patience.command)
        smtp.ehlo_or_helo_if_needed()
        self.encrypted = False
        if encrypt and smtp.has_extn("starttls"):
            smtp.encrypt(self._context(), self._server.host)
            smtp.ehlo_or_helo_if_needed()
            self.encrypted = True
        if self._secret is not None:
            self._log_in(smtp, self._secret)
        return smtp

    def _context(self) -> ssl.SSLContext:
        """Certificates are verified where a password follows, except on this machine."""
        context = ssl.create_default_context()
        if self._secret is None or self._server.on_loopback:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _log_in(self, smtp: _Bounded, secret: Secret) -> None:
        if not self.encrypted:
            raise smtplib.SMTPServerDisconnected(
                "no password is sent: the server offers no STARTTLS"
            )
        if not smtp.has_extn("auth"):
            raise smtplib.SMTPServerDisconnected("the server offers no AUTH")
        try:
            smtp.login(secret.username, secret.password)
        except smtplib.SMTPAuthenticationError as error:
            text = _line(error.smtp_code, error.smtp_error)
            raise smtplib.SMTPServerDisconnected(f"login refused: {text}") from None
        except (smtplib.SMTPException, UnicodeError):
            raise smtplib.SMTPServerDisconnected("login is not possible") from None

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Cut the connection if a whole letter takes too long, however busy the server looks."""
        timer = threading.Timer(self._patience.letter, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)


def _transaction(
    smtp: _Bounded, mail_from: str, recipients: Sequence[str], content: bytes
) -> dict[str, ServerReply]:
    refused = _refused_before(smtp, mail_from, recipients, content)
    if refused is not None:
        return dict.fromkeys(recipients, refused)
    options = _options(smtp, (mail_from, *recipients), content)
    smtp.command_encoding = "utf-8" if smtp.has_extn("smtputf8") else "ascii"
    reply = _reply(smtp.docmd("MAIL", f"FROM:<{mail_from}>{options}"))
    if not reply.accepts:
        _reset(smtp, reply)
        return dict.fromkeys(recipients, reply)
    replies: dict[str, ServerReply] = {}
    for each in recipients:
        if _NOT_IN_ADDRESS.search(each):
            replies[each] = _own(_NO_ADDRESS)
        elif not each.isascii() and smtp.command_encoding == "ascii":
            replies[each] = _own("553 5.6.7 the server takes no addresses beyond ASCII")
        else:
            replies[each] = _reply(smtp.docmd("RCPT", f"TO:<{each}>"))
            if replies[each].code == _CLOSES:
                raise smtplib.SMTPServerDisconnected(replies[each].text)
    taken = [each for each in recipients if replies[each].accepts]
    if not taken:
        _reset(smtp, None)
        return replies
    try:
        reply = _reply(smtp.data(content))
    except smtplib.SMTPDataError as error:
        reply = _reply((error.smtp_code, error.smtp_error))
        _reset(smtp, reply)
    return replies | dict.fromkeys(taken, reply)


def _refused_before(
    smtp: _Bounded, mail_from: str, recipients: Sequence[str], content: bytes
) -> ServerReply | None:
    """What the server said in EHLO that makes the message impossible for it."""
    if _NOT_IN_ADDRESS.search(mail_from):
        return _own(_NO_ADDRESS.replace("5.1.3", "5.1.7"))
    limit = smtp.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(content):
        return _own(f"552 5.3.4 the message has {len(content)} bytes, the server takes {limit}")
    if not mail_from.isascii() and not smtp.has_extn("smtputf8"):
        return _own("553 5.6.7 the server takes no addresses beyond ASCII")
    if recipients and not smtp.has_extn("8bitmime") and _EIGHT_BIT.search(content):
        return _own("554 5.6.3 the message has 8-bit bytes, the server takes 7-bit ones")
    return None


def _options(smtp: _Bounded, addresses: Sequence[str], content: bytes) -> str:
    options = f" SIZE={len(content)}" if smtp.has_extn("size") else ""
    if smtp.has_extn("8bitmime") and _EIGHT_BIT.search(content):
        options += " BODY=8BITMIME"
    if smtp.has_extn("smtputf8"):
        header = content.partition(b"\r\n\r\n")[0]
        if not all(map(str.isascii, addresses)) or _EIGHT_BIT.search(header):
            options += " SMTPUTF8"
    return options


def _reset(smtp: _Bounded, reply: ServerReply | None) -> None:
    if reply is not None and reply.code == _CLOSES:
        raise smtplib.SMTPServerDisconnected(reply.text)
    smtp.rset()


def _reply(answer: tuple[int, bytes | str]) -> ServerReply:
    return ServerReply(answer[0], _line(*answer))


def _own(text: str) -> ServerReply:
    return ServerReply(int(text[:3]), text)


def _line(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return visible(f"{code} {' '.join(said.split())}".strip()[:_SHOWN])


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {visible(error.verify_message)}"
    if isinstance(error, smtplib.SMTPException):  # an OSError too
        return visible(str(error)[:_SHOWN])
    return _reason(error) if isinstance(error, OSError) else "the dialogue is not possible"


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    return visible((error.strerror or str(error) or "no connection").lower()[:_SHOWN])


def _as_lines(content: bytes) -> bytes:
    """With CRLF alone: a bare CR or LF could end the message early elsewhere."""
    return _BARE.sub(b"\r\n", content) if _BARE.search(content) else content
