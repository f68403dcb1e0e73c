"""One SMTP connection: reading commands, sending replies, and every limit of waiting.

aiosmtpd's server protocol has the transport, STARTTLS and AUTH. Reading is done here, because
replies to pipelined commands go out together, and because every wait needs a limit.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, TLSSetupException

from mmctl.emulator.smtp.limits import (
    COMMAND_SECONDS,
    LONGEST_COMMAND,
    LONGEST_FACTS,
    LONGEST_LOGIN,
    MOST_ERRORS,
    MOST_IDLE_COMMANDS,
)
from mmctl.emulator.smtp.server_certificate import HOST_NAME
from mmctl.judge.policy import BYTES_AT_MOST
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.emulator.gateways import Served
    from mmctl.emulator.journal import TlsSession
    from mmctl.emulator.smtp.front import Front
    from mmctl.emulator.smtp.stated_facts import StatedFacts
    from mmctl.emulator.smtp.transaction import Transaction

OPEN_STATUS: Final = "ACTIVE"
CLOSED: Final = "closed ingress point"
"""By what mail is refused while an ingress point takes none."""
_BEFORE_TLS: Final = frozenset(
    {"EHLO", "HELO", "STARTTLS", "NOOP", "QUIT", "HELP", "RSET", "XMMFACTS", "MAIL", "RCPT", "DATA"}
)
"""Commands that need no TLS. MAIL looks itself, and RCPT and DATA come after it."""
_ABOUT_MESSAGES: Final = frozenset({"MAIL", "RCPT", "DATA", "QUIT"})
_LIMITS: Final = {"AUTH": LONGEST_LOGIN, "XMMFACTS": LONGEST_FACTS}
_SLOW: Final = b"421 4.4.2 timeout, closing\r\n"
_SHUTTING_DOWN: Final = b"421 4.3.2 shutting down, try again later\r\n"
_UNREAD_AT_MOST: Final = 64 * 1024
"""Octets of replies that a client may leave unread before it is waited for."""
_DISCARDED_AT_MOST: Final = 1024 * 1024
"""Octets of a line without an end that are read before the connection ends."""


class Connection(SMTP):
    """One connection to one ingress point, with the state of its session."""

    line_length_limit = LONGEST_FACTS + 1024

    def __init__(self, front: Front, point_id: str) -> None:
        self._front = front
        self._point_id = point_id
        self._timer: asyncio.TimerHandle | None = None
        self._silent_until = 0.0
        super().__init__(
            object(),
            data_size_limit=BYTES_AT_MOST,
            enable_SMTPUTF8=True,
            hostname=HOST_NAME,
            authenticator=self._check_login,
            loop=front.loop,
        )
        self._replies: list[str] = []
        self._source = "unknown"
        self._number = secrets.token_hex(8)
        self._messages = self._errors = self._idle = self._logins = 0
        self._helo: str | None = None
        self._user: str | None = None
        self._tls: TlsSession | None = None
        self._certificate: Mapping[str, tuple[str, ...]] = {}
        self._certificate_details: Mapping[str, str] | None = None
        self._untrusted: str | None = None
        """The reply to every command after a handshake that was not good enough."""
        self._stated: StatedFacts | None = None
        self._transaction: Transaction | None = None
        self._closing = False
        self._is_storing = False

    # The transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; a second call is the one after STARTTLS."""
        if self._original_transport is None:
            peer = transport.get_extra_info("peername")
            if peer:
                self._source = str(peer[0])
            self._front.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what was not finished."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """The client says no more: what it has said is answered, then the connection ends."""
        if self._tls is None:
            return asyncio.StreamReaderProtocol.eof_received(self)
        return super().eof_received()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Be patient again; one timer is enough for a connection."""
        self._silent_until = self.loop.time() + (duration or COMMAND_SECONDS)
        if self._timer is None or self._timer.when() > self._silent_until:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(self._silent_until, self._look_whether_silent)
        self._timeout_handle = self._timer

    def _look_whether_silent(self) -> None:
        if self._is_storing or self.loop.time() < self._silent_until:
            if self._is_storing:
                self._silent_until = self.loop.time() + COMMAND_SECONDS
            self._set_timer()
        else:
            self._end(_SLOW)

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What serves this connection."""
        return self._handler_coroutine

    def shut_down(self) -> None:
        """End, unless a message is just being stored: its reply goes out first."""
        self._closing = True
        if not self._is_storing:
            self._end(_SHUTTING_DOWN)

    def _end(self, reply: bytes) -> None:
        """Say goodbye and close; what the client sends or wants is not waited for."""
        transport: Any = self.transport
        if transport is not None:
            transport.write(reply)
            transport.close()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    # The conversation

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        except TLSSetupException as error:
            reason = visible(str(error.__cause__ or error))
            self._note(f"TLS handshake failed: {reason}", by="TLS handshake")
        except Exception as error:  # noqa: BLE001 - one connection must not end the others
            reason = visible(f"{type(error).__name__}: {error}")
            self._front.on_note(f"a connection ended because of an error: {reason}")
            with suppress(Exception):
                await self.push("421 4.3.0 internal error")
        finally:
            self._front.connections.leave(self._source)
            self._front.conversations.discard(self)
            with suppress(Exception):
                self._end_transaction()
            if self._writer is not None:
                self._writer.close()

    async def _converse(self) -> None:
        refusal = self._front.connections.enter(self._source)
        by = "connection limit"
        if refusal is None:
            refusal, by = self._not_open(self._served), CLOSED
        await asyncio.sleep(0)
        if refusal is None and self._buffered:
            refusal, by = "554 5.5.0 you spoke before the greeting", "protocol"
        if refusal is not None:
            self._note(refusal, by=by)
            await self.push(refusal)
            return
        await self.push(f"220 {HOST_NAME} ESMTP mmctl, not for production mail")
        while not self._closing:
            await self._command(await self._line())
        await self._send()

    async def _line(self) -> bytes:
        """The next command with its end; empty if it was far too long."""
        if b"\n" not in self._buffered:
            await self._send()
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            return await self._discarded(error.consumed)

    async def _discarded(self, count: int) -> bytes:
        """Read an overlong line to its end, if it has one."""
        total = 0
        while total < _DISCARDED_AT_MOST:
            total += len(await self._reader.readexactly(count))
            try:
                await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                count = error.consumed
            else:
                return b""
        self._goodbye("421 4.7.0 a line without an end")
        return b""

    async def _command(self, line: bytes) -> None:
        """Answer one command."""
        verb, _, argument = line.partition(b" ")
        name = verb.strip().upper().decode("ascii", "replace")
        if not line or len(line) > _LIMITS.get(name, LONGEST_COMMAND):
            return self._wrong("500 5.5.2 command too long")
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            return self._wrong("500 5.5.2 a command is one line that ends with CR LF")
        try:
            text = argument.strip().decode()
        except UnicodeDecodeError:
            return self._wrong("501 5.5.2 a command is UTF-8")
        method = self._smtp_methods.get(name)
        if method is None or (name == "XMMFACTS" and not self._front.settings.accept_facts):
            return self._wrong("500 5.5.2 command not recognized")
        self._reset_timeout()
        if name not in _ABOUT_MESSAGES:
            self._idle += 1
            if self._idle > MOST_IDLE_COMMANDS:
                return self._goodbye("421 4.7.0 too many commands without a message")
        refusal = self._untrusted if name != "QUIT" else None
        if refusal is None and self._tls is None and name not in _BEFORE_TLS:
            refusal = self._tls_missing(self._served)
        if refusal is not None:
            return self._wrong(refusal)
        await method(text)
        return None

    # Replies

    @property
    def _buffered(self) -> bytearray:
        """What has come and was not read."""
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined] # noqa: SLF001
        return buffer

    def _answer(self, reply: str) -> None:
        """Send a reply, together with those to commands that have already come."""
        self._replies.append(reply)

    def _wrong(self, reply: str) -> None:
        """Send a reply to a mistake; after many the connection ends."""
        self._errors += 1
        if self._errors > MOST_ERRORS:
            self._goodbye("421 4.7.0 too many errors")
        else:
            self._replies.append(reply)

    def _goodbye(self, reply: str) -> None:
        """Send the last reply."""
        self._replies.append(reply)
        self._closing = True

    async def _send(self) -> None:
        if self._replies:
            replies, self._replies = self._replies, []
            transport: Any = self.transport
            if transport is None:
                raise ConnectionResetError
            transport.write(("\r\n".join(replies) + "\r\n").encode("utf-8", "replace"))
            if transport.get_write_buffer_size() > _UNREAD_AT_MOST:
                await self._writer.drain()

    async def push(self, status: str | bytes) -> None:
        """Send a reply at once: the library's own commands wait for what follows it."""
        self._replies.append(status if isinstance(status, str) else status.decode())
        await self._send()

    # Who may speak

    @property
    def _served(self) -> Served | None:
        """The ingress point as it is now; None: it is gone."""
        return self._front.served(self._point_id)

    def _not_open(self, served: Served | None) -> str | None:
        """The reply if the ingress point takes no mail now."""
        if served is None:
            return "421 4.3.2 the ingress point is gone"
        if served.status != OPEN_STATUS:
            return f"421 4.3.2 ingress point {served.name} is {served.status}"
        if served.configured is None:
            return "421 4.3.5 the configuration of the ingress point cannot be read"
        return None

    def _tls_missing(self, served: Served | None) -> str | None:
        """The reply if the session has to be encrypted first; who states facts states that too."""
        if self._stated is not None or self._transaction is not None:
            return None
        if served is None or served.tls_policy == "OPTIONAL":
            return None
        return "530 5.7.0 must issue a STARTTLS command first"

    def _check_login(
        self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Whether a client that authenticates is who it says."""
        raise NotImplementedError

    def _end_transaction(self) -> None:
        """Forget the message that is under way."""
        raise NotImplementedError

    def _note(
        self,
        reply: str,
        *,
        by: str,
        mail_from: str | None = None,
        recipient: str | None = None,
    ) -> None:
        """Note that something was refused."""
        served = self._served
        if served is None:
            return
        transaction = self._transaction
        session = transaction.admission.session if transaction else None
        self._front.refused(
            transaction.number if transaction else self._number,
            served.point,
            source_ip=(session.source_ip if session else None) or self._source,
            helo=session.helo if session else self._helo,
            mail_from=mail_from,
            recipient=recipient,
            reply=reply,
            by=by,
        )
