"""A connection to an SMTP server that may be hostile: every read is bounded in time and size."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from mmctl.client.dialogue import Speaker
from mmctl.client.failure import FailureKind, SessionFailed, closed, was_cut
from mmctl.client.reply import Reply, line_of
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from mmctl.client.dialogue import Dialogue

LONGEST_LINE: Final = 8 * 1024
"""Bytes of a reply line; RFC 5321 §4.5.3.1.5 allows 512."""
LINES_AT_MOST: Final = 200
"""Lines of one reply."""
_PIECE: Final = 64 * 1024
_SHOWN: Final = 60
_TLS_RECORD: Final = (b"\x15\x03", b"\x16\x03")
_BLANK: Final = Pattern(r"\s+")


class Wire:
    """Sends lines and reads replies; `clock` counts seconds."""

    def __init__(
        self,
        sock: socket.socket,
        dialogue: Dialogue,
        clock: Callable[[], float],
        timeout: float,
    ) -> None:
        self.sock = sock
        self._dialogue = dialogue
        self._clock = clock
        self._timeout = timeout
        self._buffer = b""

    @property
    def unread(self) -> int:
        """How many bytes the server sent that nobody has read as a reply."""
        return len(self._buffer)

    def command(self, line: str, *, shown: str | None = None) -> None:
        """Send one command; `shown` stands for it in the transcript if it holds a secret."""
        self._dialogue.add(Speaker.CLIENT, line if shown is None else shown)
        self.write(line.encode("utf-8") + b"\r\n")

    def write(self, content: bytes) -> None:
        """Send bytes, piece by piece: a server that stops reading is noticed."""
        view = memoryview(content)
        try:
            for start in range(0, len(view), _PIECE):
                self.sock.settimeout(self._timeout)
                self.sock.sendall(view[start : start + _PIECE])
        except TimeoutError:
            raise self._too_slow("took no more bytes") from None
        except OSError as error:
            raise _lost(error, "while something was sent") from None

    def reply(self, doing: str, *, seconds: float | None = None) -> Reply:
        """The next reply, whole; `doing` says where in the session it was expected.

        Raises:
            SessionFailed: it did not come in time, is too long, or is not a reply.
        """
        allowed = self._timeout if seconds is None else seconds
        until = self._clock() + allowed
        texts: list[str] = []
        first = 0
        while True:
            line = self._line(doing, until, allowed)
            text = line.decode("utf-8", "backslashreplace")
            self._dialogue.add(Speaker.SERVER, text)
            parts = line_of(text)
            if parts is None or (first and parts[0] != first):
                raise _not_smtp(line, doing)
            first, more, rest = parts
            texts.append(rest)
            if not more:
                return Reply(code=first, lines=tuple(texts))
            if len(texts) >= LINES_AT_MOST:
                raise SessionFailed(
                    FailureKind.TOO_LONG,
                    f"the server's reply {doing} has more than {LINES_AT_MOST} lines",
                    "this is no ordinary mail server: check host and port",
                )

    def close(self) -> None:
        """Close the connection; whether the other side still listens does not matter."""
        try:
            self.sock.close()
        except OSError:
            return

    def _line(self, doing: str, until: float, allowed: float) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise _long_line(doing)
            self._buffer += self._received(doing, until, allowed)
        line, _, self._buffer = self._buffer.partition(b"\n")
        if len(line) > LONGEST_LINE:
            raise _long_line(doing)
        return line.removesuffix(b"\r")

    def _received(self, doing: str, until: float, allowed: float) -> bytes:
        left = until - self._clock()
        what = f"did not finish its reply {doing}" if self._buffer else f"gave no reply {doing}"
        if left <= 0:
            raise self._too_slow(what, allowed)
        self.sock.settimeout(left)
        try:
            received = self.sock.recv(LONGEST_LINE)
        except TimeoutError:
            raise self._too_slow(what, allowed) from None
        except OSError as error:
            raise _lost(error, doing) from None
        if not received:
            if self._buffer and line_of(self._buffer[:LONGEST_LINE].decode("latin-1")) is None:
                raise _not_smtp(self._buffer, doing)
            raise closed(doing)
        return received

    def _too_slow(self, what: str, seconds: float | None = None) -> SessionFailed:
        return SessionFailed(
            FailureKind.TIMEOUT,
            f"the server {what} within {seconds or self._timeout:g} s",
            "`--timeout SECONDS` waits longer; a server that speaks TLS from the first byte needs "
            "`--tls wrapped`",
        )


def _lost(error: OSError, doing: str) -> SessionFailed:
    if isinstance(error, ssl.SSLError) and not was_cut(error):
        reason = _BLANK.sub(" ", str(error.reason or error)).lower()
        return SessionFailed(FailureKind.TLS_FAILED, f"TLS failed {doing}: {reason}")
    return closed(doing)


def _long_line(doing: str) -> SessionFailed:
    return SessionFailed(
        FailureKind.TOO_LONG,
        f"a line of the server's reply {doing} has more than {LONGEST_LINE:,} bytes",
        "this is no ordinary mail server: check host and port",
    )


def _not_smtp(line: bytes, doing: str) -> SessionFailed:
    if line.startswith(_TLS_RECORD):
        return SessionFailed(
            FailureKind.NOT_SMTP,
            f"the server speaks TLS from the first byte {doing}",
            "`--tls wrapped`",
        )
    text = line[:_SHOWN].decode("utf-8", "backslashreplace").rstrip("\r\n")
    return SessionFailed(
        FailureKind.NOT_SMTP,
        f"the server does not speak SMTP: got `{text}` {doing}, expected a reply such as `250 OK`",
        "check host and port",
    )
