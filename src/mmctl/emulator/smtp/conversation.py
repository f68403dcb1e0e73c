"""One SMTP connection: aiosmtpd's server protocol, with this house's commands.

The library has the transport, STARTTLS and AUTH. Reading is done here, because replies to
pipelined commands go out together, messages come in blocks, and every wait has a limit.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, TLSSetupException

from mmctl.emulator.smtp.admission import RecipientAdmission
from mmctl.emulator.smtp.data_reading import read_content
from mmctl.emulator.smtp.limits import (
    DATA_SECONDS,
    GREETING_SECONDS,
    LONGEST_COMMAND,
    LONGEST_FACTS,
    LONGEST_LOGIN,
    MESSAGE_SECONDS,
    MOST_ERRORS,
    MOST_IDLE_COMMANDS,
    MOST_LOGINS,
)
from mmctl.emulator.smtp.paths import (
    POSTMASTER,
    Malformed,
    check_address,
    path_of,
    sender_parameters,
)
from mmctl.emulator.smtp.stated_facts import NOTHING_STATED, BadFacts, StatedFacts, read_facts
from mmctl.emulator.smtp.storing import Received
from mmctl.emulator.smtp.transaction import TOO_MANY, Transaction
from mmctl.judge.policy import BYTES_AT_MOST, RECIPIENTS_AT_MOST, TOO_LARGE
from mmctl.mail.email import Facts, Session, Tls
from mmctl.mail.facts import Stated, over
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.emulator.gateways import Served
    from mmctl.emulator.journal import TlsSession
    from mmctl.emulator.smtp.front import Front

HOST_NAME: Final = "mmctl.localhost"
LONGEST_NAME: Final = 255
"""Octets of what EHLO says (RFC 5321 §4.5.3.1.2)."""
OPEN_STATUS: Final = "ACTIVE"
_VERSIONS: Final = {"TLSv1.2": Tls.TLS1_2, "TLSv1.3": Tls.TLS1_3}
_HELP: Final = "214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT"
_BEFORE_TLS: Final = frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "QUIT", "HELP", "RSET"})
_LIMITS: Final = {"AUTH": LONGEST_LOGIN, "XMMFACTS": LONGEST_FACTS}
_SLOW: Final = b"421 4.4.2 timeout, closing\r\n"
_WRITTEN_AT_MOST: Final = 64 * 1024
"""Octets of replies that a client may leave unread before it is waited for."""


class Conversation(SMTP):
    """One connection to one ingress point."""

    line_length_limit = LONGEST_FACTS + 1024

    def __init__(self, front: Front, point_id: str) -> None:
        self._front = front
        self._point_id = point_id
        self._timer: asyncio.TimerHandle | None = None
        self._silent_until = 0.0
        self._silence = GREETING_SECONDS
        super().__init__(
            object(),
            data_size_limit=BYTES_AT_MOST,
            enable_SMTPUTF8=True,
            hostname=HOST_NAME,
            ident="mmctl",
            authenticator=self._check_login,
            auth_required=False,
            loop=front.loop,
        )
        self._replies: list[str] = []
        self._source = ""
        self._number = secrets.token_hex(8)
        self._messages = 0
        self._errors = self._idle = self._logins = 0
        self._helo: str | None = None
        self._user: str | None = None
        self._tls: TlsSession | None = None
        self._certificate: dict[str, tuple[str, ...]] = {}
        self._stated: StatedFacts | None = None
        self._transaction: Transaction | None = None
        self._admission: RecipientAdmission | None = None
        self._closing = False

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; a second call is the one after STARTTLS."""
        if self._original_transport is None:
            peer = transport.get_extra_info("peername")
            self._source = str(peer[0]) if peer else "unknown"
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget what was not finished."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._end_transaction()
        self._timeout_handle = self._timeout_handle or self.loop.call_later(0, _nothing)
        super().connection_lost(error)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Be patient again; one timer is enough for a connection."""
        self._silence = duration or GREETING_SECONDS
        self._silent_until = self.loop.time() + self._silence
        if self._timer is None:
            self._timer = self.loop.call_at(self._silent_until, self._look_whether_silent)

    def _look_whether_silent(self) -> None:
        self._timer = None
        if self.loop.time() < self._silent_until:
            self._timer = self.loop.call_at(self._silent_until, self._look_whether_silent)
            return
        if self.transport is not None:
            self._end(_SLOW)

    def _end(self, reply: bytes) -> None:
        """Say goodbye and close; what the client sends or wants is not waited for."""
        transport: Any = self.transport
        transport.write(reply)
        transport.close()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except TLSSetupException as error:
            self._note_handshake(error)
        except Exception as error:  # noqa: BLE001 - one connection must not end the others
            reason = visible(f"{type(error).__name__}: {error}")
            self._front.on_note(f"a connection ended because of an error: {reason}")
            with suppress(Exception):
                await self.push("421 4.3.0 internal error")
        finally:
            self._front.connections.leave(self._source)
            if self._writer is not None:
                self._writer.close()

    async def _converse(self) -> None:
        refusal = self._front.connections.enter(self._source)
        served = self._front.served(self._point_id)
        if refusal is None:
            refusal = self._not_open(served)
        if refusal is not None:
            self._note(refusal, by="connection limit" if served is None else _by(served))
            await self.push(refusal)
            return
        await asyncio.sleep(0)
        if self._buffered:
            await self.push("554 5.5.0 you spoke before the greeting")
            return
        await self.push(f"220 {HOST_NAME} ESMTP mmctl, not for production mail")
        while not self._closing:
            line = await self._line()
            if line is None:
                return
            await self._command(line)
        await self._send()

    async def _line(self) -> bytes | None:
        """The next command with its end; None: the client went away."""
        if b"\n" not in self._buffered:
            await self._send()
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            await self._reader.readexactly(error.consumed)
            return b"\x00" * (self.line_length_limit + 1)

    async def _command(self, line: bytes) -> None:
        """Answer one command."""
        verb, _, argument = line.partition(b" ")
        name = verb.strip().upper().decode("ascii", "replace")
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            self._wrong("500 5.5.2 a command is one line that ends with CR LF")
            return
        if len(line) > _LIMITS.get(name, LONGEST_COMMAND):
            self._wrong("500 5.5.2 command too long")
            return
        try:
            text = argument.strip().decode()
        except UnicodeDecodeError:
            self._wrong("501 5.5.2 a command is UTF-8")
            return
        method = self._smtp_methods.get(name)
        if method is None or (name == "XMMFACTS" and not self._front.settings.accept_facts):
            self._wrong("500 5.5.2 command not recognized")
            return
        self._reset_timeout()
        if name not in {"MAIL", "RCPT", "DATA", "QUIT"}:
            self._idle += 1
            if self._idle > MOST_IDLE_COMMANDS:
                self._goodbye("421 4.7.0 too many commands without a message")
                return
        refusal = self._tls_missing(name)
        if refusal is not None:
            self._wrong(refusal)
            return
        await method(text)

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
        self._replies.append(reply)
        self._closing = True

    async def _send(self) -> None:
        if self._replies:
            replies, self._replies = self._replies, []
            transport: Any = self.transport
            if transport is None:
                raise ConnectionResetError
            transport.write(("\r\n".join(replies) + "\r\n").encode("utf-8", "replace"))
            if transport.get_write_buffer_size() > _WRITTEN_AT_MOST:
                await self._writer.drain()

    async def push(self, status: str | bytes) -> None:
        """Send a reply at once: the library's own commands wait for what follows it."""
        self._replies.append(status if isinstance(status, str) else status.decode())
        await self._send()

    # Who may speak

    def _not_open(self, served: Served | None) -> str | None:
        """The reply if the ingress point takes no mail now."""
        if served is None:
            return "421 4.3.2 the ingress point is gone"
        if served.status != OPEN_STATUS:
            return f"421 4.3.2 ingress point {served.name} is {served.status}"
        if served.configured is None:
            return "421 4.3.5 the configuration of the ingress point cannot be read"
        return None

    def _tls_missing(self, name: str) -> str | None:
        if self._tls is not None or name in _BEFORE_TLS or self._stated is not None:
            return None
        served = self._front.served(self._point_id)
        if served is None or served.tls_policy == "OPTIONAL" or name == "XMMFACTS":
            return None
        return "530 5.7.0 must issue a STARTTLS command first"

    def _check_login(
        self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        del data
        return AuthResult(success=False, handled=False)

    def _note_handshake(self, error: Exception) -> None:
        reason = visible(str(error.__cause__ or error))
        self._note(f"TLS handshake failed: {reason}", by="TLS")

    def _note(
        self,
        reply: str,
        *,
        by: str,
        mail_from: str | None = None,
        recipient: str | None = None,
    ) -> None:
        """Note that something was refused."""
        served = self._front.served(self._point_id)
        if served is None:
            return
        session = self._transaction.admission.session if self._transaction else None
        self._front.refused(
            self._transaction.number if self._transaction else self._number,
            served.point,
            source_ip=(session.source_ip if session else None) or self._source,
            helo=session.helo if session else self._helo,
            mail_from=mail_from,
            recipient=recipient,
            reply=reply,
            by=by,
        )

    # Commands

    async def smtp_EHLO(self, hostname: str) -> None:
        """Greet, and say what this server offers."""
        if not self._greeted(hostname, "EHLO"):
            return
        offers = [
            HOST_NAME,
            "PIPELINING",
            f"SIZE {BYTES_AT_MOST}",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
        ]
        served = self._front.served(self._point_id)
        if served is not None:
            if self._tls is None and self._front.tls_context(served) is not None:
                offers.append("STARTTLS")
            if served.type == "AUTH" and self._tls is not None:
                offers.append("AUTH PLAIN LOGIN")
        if self._front.settings.accept_facts:
            offers.append("XMMFACTS")
        offers.append("HELP")
        self._answer("\r\n".join(f"250-{each}" for each in offers[:-1]) + f"\r\n250 {offers[-1]}")

    async def smtp_HELO(self, hostname: str) -> None:
        """Greet."""
        if self._greeted(hostname, "HELO"):
            self._answer(f"250 {HOST_NAME}")

    def _greeted(self, hostname: str, command: str) -> bool:
        if not hostname or len(hostname) > LONGEST_NAME or not hostname.isprintable():
            self._wrong(f"501 5.5.4 syntax: {command} hostname")
            return False
        self._end_transaction()
        self._helo = hostname.split(maxsplit=1)[0]
        assert self.session is not None  # noqa: S101 - the library makes it at the start
        self.session.host_name = self._helo
        self.session.extended_smtp = command == "EHLO"
        return True

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a message."""
        if self._helo is None:
            return self._wrong("503 5.5.1 send EHLO first")
        if self._transaction is not None:
            return self._wrong("503 5.5.1 a message is under way: nested MAIL command")
        served = self._front.served(self._point_id)
        closed = self._not_open(served)
        if closed is not None or served is None or served.configured is None:
            self._note(closed or "", by=_by(served))
            return self._goodbye(closed or "421 4.3.2 closed")
        if served.type == "AUTH" and self._user is None and self._stated is None:
            return self._wrong("530 5.7.0 authentication required")
        try:
            address, found = path_of(arg or "", "FROM:", "MAIL")
            said = sender_parameters(found, authenticated=self._user is not None)
            if address:
                check_address(address, wide=said.smtputf8, code="5.1.7")
        except Malformed as error:
            return self._wrong(str(error))
        limit = served.configured.gateway.policy
        most = None if limit is None else limit.max_message_size_bytes
        if said.size is not None:
            for bound, by in ((most, TOO_LARGE), (BYTES_AT_MOST, _limit_of(BYTES_AT_MOST))):
                if bound is not None and said.size > bound:
                    reply = f"552 5.3.4 message too large, {bound:g} octets at most"
                    self._note(reply, by=by, mail_from=address)
                    return self._answer(reply)
        self._begin(served, address, smtputf8=said.smtputf8)
        self._answer("250 2.1.0 OK")
        return None

    def _begin(self, served: Served, address: str, *, smtputf8: bool) -> None:
        assert served.configured is not None  # noqa: S101 - the caller looked
        stated = self._stated or NOTHING_STATED
        self._stated = None
        session = self._session_facts(stated)
        admission = self._admission
        gateway = served.configured.gateway
        if admission is None or not admission.is_for(gateway, session, stated.verdicts):
            admission = self._admission = RecipientAdmission(gateway, session, stated.verdicts)
        self._messages += 1
        self._idle = 0
        self._transaction = Transaction(
            f"{self._number}{self._messages:08x}",
            served.configured,
            admission,
            mail_from=address,
            smtputf8=smtputf8,
            stated=stated,
            tls=self._tls,
        )

    def _session_facts(self, stated: StatedFacts) -> Session:
        """The session as rules see it: what is stated, else what it is."""
        tls = Tls.NONE if self._tls is None else _VERSIONS.get(self._tls.protocol, Tls.NONE)
        own = Session(
            source_ip=self._source,
            helo=self._helo,
            tls=tls,
            tls_wrapped=False,
            client_certificate=self._certificate,
        )
        if stated is NOTHING_STATED:
            return own
        return over(Stated(session=stated.session), Stated(session=own)).session

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Ask the traffic policy about a recipient."""
        transaction = self._transaction
        if transaction is None:
            return self._wrong("503 5.5.1 send MAIL first")
        try:
            address, found = path_of(arg or "", "TO:", "RCPT")
            if found:
                return self._wrong("555 5.5.4 unsupported parameter of RCPT")
            if address.lower() != POSTMASTER:
                check_address(address, wide=transaction.smtputf8, code="5.1.3")
        except Malformed as error:
            return self._wrong(str(error))
        if len(transaction.admitted) >= RECIPIENTS_AT_MOST:
            by = f"limit of {RECIPIENTS_AT_MOST} recipients"
            self._note(TOO_MANY, by=by, mail_from=transaction.mail_from, recipient=address)
            return self._answer(TOO_MANY)
        trace = transaction.ask(address)
        if trace.admitted.is_true:
            return self._answer("250 2.1.5 OK")
        reply = f"550 5.7.1 {address} is refused by the traffic policy: {visible(trace.by)}"
        self._note(reply, by=trace.by, mail_from=transaction.mail_from, recipient=address)
        return self._answer(reply)

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take the message itself."""
        transaction = self._transaction
        if arg:
            return self._wrong("501 5.5.4 syntax: DATA")
        if transaction is None or not transaction.asked:
            return self._wrong("503 5.5.1 send MAIL and RCPT first")
        if not transaction.admitted:
            return self._wrong("554 5.5.1 no valid recipients")
        self._answer("354 end the message with a line that has only a dot")
        await self._send()
        policy = transaction.configured.gateway.policy
        most = (policy.max_message_size_bytes if policy else None) or BYTES_AT_MOST
        limit = min(int(most), BYTES_AT_MOST)
        patience = self.loop.time() + MESSAGE_SECONDS

        def alive() -> None:
            left = patience - self.loop.time()
            self._reset_timeout(max(0.001, min(DATA_SECONDS, left)))

        alive()
        found = await read_content(self._reader, limit=limit, room=self._front.room, alive=alive)
        if found is None:
            raise ConnectionResetError
        self._reset_timeout()
        if found.refusal is None and found.size > limit:
            self._too_large(transaction, found.size, limit)
        elif found.refusal is not None:
            self._note(found.refusal, by="content", mail_from=transaction.mail_from)
            self._answer(found.refusal)
        else:
            self._answer(await self._stored(transaction, found.content))
        self._end_transaction()
        self._reset_timeout()
        return None

    def _too_large(self, transaction: Transaction, size: int, limit: int) -> None:
        by = TOO_LARGE if limit < BYTES_AT_MOST else _limit_of(BYTES_AT_MOST)
        reply = f"552 5.3.4 message too large, {limit} octets at most"
        transaction.asked = [
            (recipient, transaction.admission.ask(transaction.mail_from, recipient, size))
            for recipient in transaction.admitted
        ]
        transaction.received = size
        for recipient in transaction.admitted:
            self._note(reply, by=by, mail_from=transaction.mail_from, recipient=recipient)
        self._answer(reply)

    async def _stored(self, transaction: Transaction, content: bytes) -> str:
        """Store the message; the reply."""
        stated = transaction.stated
        reply: asyncio.Future[str] = self.loop.create_future()

        def answered(text: str) -> None:
            self.loop.call_soon_threadsafe(_settle, reply, text)

        self._front.storing.store(
            Received(
                configured=transaction.configured,
                session=transaction.admission.session,
                envelope=transaction.envelope,
                facts=transaction.admission.facts,
                content=content,
                tls=self._tls,
                user=self._user,
                answers=stated.answers,
                failing=stated.failing,
            ),
            answered,
        )
        return await reply

    def _end_transaction(self) -> None:
        """Forget the message that is under way; what was asked about it is in the records."""
        transaction, self._transaction = self._transaction, None
        if transaction is not None and transaction.asked:
            self._front.records.policy(
                self._front.pieces(transaction.configured),
                transaction.client,
                at=self._front.clock(),
                mail_from=transaction.mail_from,
                asked=transaction.asked,
                received=transaction.received,
            )

    async def smtp_RSET(self, arg: str) -> None:
        """Forget the message that is under way."""
        if arg:
            return self._wrong("501 5.5.4 syntax: RSET")
        self._end_transaction()
        return self._answer("250 2.0.0 OK")

    async def smtp_NOOP(self, arg: str) -> None:
        """Do nothing."""
        del arg
        self._answer("250 2.0.0 OK")

    async def smtp_VRFY(self, arg: str) -> None:
        """Tell nothing about addresses."""
        if arg:
            self._answer("252 2.5.0 send mail to find out")
        else:
            self._wrong("501 5.5.4 syntax: VRFY address")

    async def smtp_EXPN(self, arg: str) -> None:
        """Tell nothing about lists."""
        del arg
        self._wrong("502 5.5.1 EXPN is not offered")

    async def smtp_HELP(self, arg: str) -> None:
        """Name the commands."""
        del arg
        self._answer(_HELP)

    async def smtp_QUIT(self, arg: str) -> None:
        """Say goodbye."""
        if arg:
            return self._wrong("501 5.5.4 syntax: QUIT")
        return self._goodbye("221 2.0.0 bye")

    async def smtp_STARTTLS(self, arg: str) -> None:
        """Encrypt."""
        if self._tls is not None:
            return self._wrong("503 5.5.1 TLS is already active")
        self._answer("454 4.7.0 TLS is not available")
        del arg
        return None

    async def smtp_AUTH(self, arg: str) -> None:
        """Find out who speaks."""
        del arg
        self._wrong("502 5.5.1 AUTH is not offered here")

    async def smtp_XMMFACTS(self, arg: str) -> None:
        """Take what a client states about its next message."""
        if self._transaction is not None:
            return self._wrong("503 5.5.1 state facts before MAIL")
        try:
            self._stated = read_facts(arg)
        except BadFacts as error:
            return self._wrong(f"501 5.5.4 {error}")
        return self._answer("250 2.0.0 facts taken")


def _settle(reply: asyncio.Future[str], text: str) -> None:
    if not reply.done():
        reply.set_result(text)


def _by(served: Served | None) -> str:
    return "closed ingress point" if served is not None else "no ingress point"


def _limit_of(most: int) -> str:
    return f"limit of {most} bytes"


def _nothing() -> None:
    """What a timer does that nobody waits for."""


_ = (LoginPassword, MOST_LOGINS, Facts)
