"""The commands of one SMTP conversation, and what they do to a message on its way in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.emulator.smtp.admission import RecipientAdmission
from mmctl.emulator.smtp.data_reading import read_content
from mmctl.emulator.smtp.limits import DATA_SECONDS, MESSAGE_SECONDS
from mmctl.emulator.smtp.paths import (
    POSTMASTER,
    Malformed,
    check_address,
    path_of,
    sender_parameters,
)
from mmctl.emulator.smtp.securing import SecuringCommands
from mmctl.emulator.smtp.server_certificate import HOST_NAME
from mmctl.emulator.smtp.stated_facts import NOTHING_STATED, BadFacts, StatedFacts, read_facts
from mmctl.emulator.smtp.storing import Received
from mmctl.emulator.smtp.transaction import TOO_MANY, Transaction
from mmctl.judge.policy import BYTES_AT_MOST, RECIPIENTS_AT_MOST, TOO_LARGE
from mmctl.mail.email import Session, Tls
from mmctl.mail.facts import Stated, over
from mmctl.visible import visible

if TYPE_CHECKING:
    import asyncio

    from mmctl.emulator.gateways import Served

LONGEST_NAME: Final = 255
"""Octets of what EHLO says (RFC 5321 §4.5.3.1.2)."""
_VERSIONS: Final = {"TLSv1.2": Tls.TLS1_2, "TLSv1.3": Tls.TLS1_3}
_HELP: Final = "214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT"
_LIMIT_OF_BYTES: Final = f"limit of {BYTES_AT_MOST} bytes"
_LIMIT_OF_RECIPIENTS: Final = f"limit of {RECIPIENTS_AT_MOST} recipients"


class Conversation(SecuringCommands):
    """One connection to one ingress point."""

    _admission: RecipientAdmission | None = None
    """What the policy said in this session: the next message is most often like the last."""

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
        served = self._served
        if self._tls is None:
            offers.append("STARTTLS")
        elif served is not None and served.type == "AUTH":
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
        served = self._served
        closed = self._not_open(served)
        if closed is not None or served is None or served.configured is None:
            self._note(closed or "", by="closed ingress point")
            return self._goodbye(closed or "421 4.3.2 closed")
        missing = self._tls_missing(served) if self._tls is None else None
        if missing is not None:
            return self._wrong(missing)
        if served.type == "AUTH" and self._user is None and self._stated is None:
            return self._wrong("530 5.7.0 authentication required")
        try:
            address, found = path_of(arg or "", "FROM:", "MAIL")
            said = sender_parameters(found, authenticated=self._user is not None)
            if address:
                check_address(address, wide=said.smtputf8, code="5.1.7")
        except Malformed as error:
            return self._wrong(str(error))
        if said.size is not None and self._is_too_large(served, address, said.size):
            return None
        if not self._front.has_room(said.size or 0):
            return self._answer("452 4.3.1 the disk is nearly full, try again later")
        self._begin(served, address, smtputf8=said.smtputf8)
        return self._answer("250 2.1.0 OK")

    def _is_too_large(self, served: Served, address: str, size: int) -> bool:
        """Whether a message is too large by what its sender says; then it is refused."""
        assert served.configured is not None  # noqa: S101 - the caller looked
        policy = served.configured.gateway.policy
        bounds = [(BYTES_AT_MOST, _LIMIT_OF_BYTES)]
        if policy is not None and policy.max_message_size_bytes is not None:
            bounds.insert(0, (int(policy.max_message_size_bytes), TOO_LARGE))
        for bound, by in bounds:
            if size > bound:
                reply = f"552 5.3.4 message too large, {bound} octets at most"
                self._note(reply, by=by, mail_from=address)
                self._answer(reply)
                return True
        return False

    def _begin(self, served: Served, address: str, *, smtputf8: bool) -> None:
        assert served.configured is not None  # noqa: S101 - the caller looked
        stated, self._stated = self._stated or NOTHING_STATED, None
        session = self._session_facts(stated)
        facts = stated.verdicts
        admission = self._admission
        gateway = served.configured.gateway
        if admission is None or not admission.is_for(gateway, session, facts):
            admission = self._admission = RecipientAdmission(
                gateway, session, facts, self._front.add_ons
            )
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
            self._note(
                TOO_MANY,
                by=_LIMIT_OF_RECIPIENTS,
                mail_from=transaction.mail_from,
                recipient=address,
            )
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
        if found.refusal is not None:
            self._note(found.refusal, by="content", mail_from=transaction.mail_from)
            self._answer(found.refusal)
        elif found.size > limit:
            self._too_large(transaction, found.size, limit)
        else:
            self._answer(await self._stored(transaction, found.content))
        self._end_transaction()
        return self._reset_timeout()

    def _too_large(self, transaction: Transaction, size: int, limit: int) -> None:
        by = TOO_LARGE if limit < BYTES_AT_MOST else _LIMIT_OF_BYTES
        reply = f"552 5.3.4 message too large, {limit} octets at most"
        transaction.asked = [
            (
                recipient,
                transaction.admission.ask(transaction.mail_from, recipient, size)
                if trace.admitted.is_true
                else trace,
            )
            for recipient, trace in transaction.asked
        ]
        transaction.received = size
        for recipient in transaction.admitted:
            self._note(reply, by=by, mail_from=transaction.mail_from, recipient=recipient)
        self._answer(reply)

    async def _stored(self, transaction: Transaction, content: bytes) -> str:
        """Store the message; the reply."""
        stated = transaction.stated
        envelope, session = transaction.envelope, transaction.admission.session
        facts = stated.verdicts
        self._is_storing = True
        try:
            if self._front.verdicts is not None:
                facts = await self._front.verdicts(content, session, envelope, facts)
            reply: asyncio.Future[str] = self.loop.create_future()
            self._front.storing.store(
                Received(
                    configured=transaction.configured,
                    session=session,
                    envelope=envelope,
                    facts=facts,
                    content=content,
                    tls=self._tls,
                    user=self._user,
                    certificate=self._certificate_details,
                    answers=stated.answers,
                    failing=stated.failing,
                ),
                partial(_settle, reply),
            )
            return await reply
        finally:
            self._is_storing = False

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
