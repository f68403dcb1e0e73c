"""Sends messages in a session and reports what the server said: one result for each message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.client.dialogue import Speaker, Stage
from mmctl.client.failure import FailureKind, SendFailure, SessionFailed
from mmctl.client.outgoing import stuffed
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.client.dialogue import SpokenLine
    from mmctl.client.outgoing import Outgoing
    from mmctl.client.reply import Reply
    from mmctl.client.session import SmtpSession
    from mmctl.client.tls import Agreed

_DATA_FACTOR = 10
"""How much longer than other replies the one to a message may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of one recipient in the session."""

    recipient: str
    reply: Reply | None
    """The reply that decided about it; None: the session ended before."""
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that was sent, or not."""

    message: Outgoing
    recipients: tuple[Answered, ...]
    message_id: str | None = None
    reply: Reply | None = None
    """The reply to the message itself, or the refusal before it."""
    failure: SendFailure | None = None
    address: str | None = None
    """The address of this machine in the session."""
    tls: Agreed | None = None
    facts_stated: bool = False
    """Whether facts about it were stated to an embedded endpoint."""
    dialogue: tuple[SpokenLine, ...] = ()
    times: dict[Stage, float] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the message was taken for all its recipients."""
        return all(each.accepted for each in self.recipients)

    @property
    def taken_for(self) -> tuple[str, ...]:
        """The recipients for whom it was taken."""
        return tuple(each.recipient for each in self.recipients if each.accepted)

    @property
    def has_answer(self) -> bool:
        """Whether the server's answer is known: it took the message, or refused it."""
        return self.failure is None or self.failure.answered


@dataclass(slots=True, kw_only=True)
class _Replies:
    """What the server has said about one message so far."""

    mail: Reply | None = None
    rcpt: list[Reply] = field(default_factory=list)
    facts: bool = False
    """Whether facts were stated."""
    data: Reply | None = None
    """The last reply to DATA or to the message."""


class Sender:
    """Sends messages one after the other, in one session as long as it lasts."""

    def __init__(self, session: SmtpSession) -> None:
        self._session = session

    def send(self, message: Outgoing, *, facts: str | None = None, if_taken: bool = False) -> Sent:
        """Send one message; a session that cannot be had, or breaks, is in the result.

        `facts` are stated before it: with `if_taken` only where the endpoint takes them.
        """
        session = self._session
        start = session.times.clock()
        replies = _Replies()
        failure: SendFailure | None = None
        try:
            if not session.is_open:
                session.open()
            if facts is not None and (session.takes_facts or not if_taken):
                session.state(facts)
                replies.facts = True
            self._transaction(message, replies)
        except SessionFailed as failed:
            failure = failed.failure
            session.close(politely=failure.answered)
        session.times.add(Stage.TOTAL, start)
        return self._result(message, replies, failure)

    def close(self) -> None:
        """Say goodbye."""
        self._session.close()

    def _result(self, message: Outgoing, replies: _Replies, failure: SendFailure | None) -> Sent:
        session = self._session
        taken = replies.data is not None and replies.data.ok
        return Sent(
            message=message,
            recipients=_answered(message.recipients, replies, taken=taken),
            message_id=replies.data.message_id if replies.data and taken else None,
            reply=replies.data or replies.mail,
            failure=failure,
            address=session.address,
            tls=session.agreed,
            facts_stated=replies.facts,
            dialogue=session.dialogue.taken(),
            times=session.times.taken(),
        )

    def _transaction(self, message: Outgoing, replies: _Replies) -> None:
        mail = self._mail_command(message)
        recipients = [f"RCPT TO:<{each}>" for each in message.recipients]
        if self._session.endpoint.pipelining:
            if "PIPELINING" not in self._session.features:
                raise SessionFailed(
                    FailureKind.NOT_OFFERED,
                    "the server does not offer PIPELINING",
                    "leave out `--pipelining`",
                )
            self._in_one_piece([mail, *recipients, "DATA"], replies)
        else:
            self._one_by_one(mail, recipients, replies)
        self._finish(message, replies)

    def _one_by_one(self, mail: str, recipients: Sequence[str], replies: _Replies) -> None:
        session, clock = self._session, self._session.times.clock
        start = clock()
        replies.mail = session.ask(mail, "to MAIL")
        session.times.add(Stage.MAIL, start)
        if not replies.mail.ok:
            return
        start = clock()
        for line in recipients:
            replies.rcpt.append(session.ask(line, "to RCPT"))
        session.times.add(Stage.RCPT, start)
        if any(reply.ok for reply in replies.rcpt):
            replies.data = session.ask("DATA", "to DATA")

    def _in_one_piece(self, lines: Sequence[str], replies: _Replies) -> None:
        """All commands up to DATA at once, then all replies (RFC 2920)."""
        session, clock = self._session, self._session.times.clock
        start = clock()
        for line in lines:
            session.dialogue.add(Speaker.CLIENT, line)
        session.wire.write("".join(f"{line}\r\n" for line in lines).encode())
        replies.mail = session.wire.reply("to MAIL")
        session.times.add(Stage.MAIL, start)
        start = clock()
        for _ in lines[1:-1]:
            replies.rcpt.append(session.wire.reply("to RCPT"))
        session.times.add(Stage.RCPT, start)
        replies.data = session.wire.reply("to DATA")

    def _finish(self, message: Outgoing, replies: _Replies) -> None:
        """The message itself, if the server waits for it; else the transaction is given up."""
        session, clock = self._session, self._session.times.clock
        if replies.data is None or not replies.data.goes_on:
            session.reset()
            return
        start = clock()
        wanted = any(reply.ok for reply in replies.rcpt)
        size = f"{len(message.content):,} bytes" if wanted else "nothing: nobody takes it"
        session.dialogue.add(Speaker.NOTE, f"the message, {size}")
        self._write_message(stuffed(message.content) if wanted else b".\r\n")
        replies.data = session.wire.reply(
            "to the message", seconds=session.endpoint.timeout * _DATA_FACTOR
        )
        session.times.add(Stage.DATA, start)

    def _write_message(self, content: bytes) -> None:
        """Send the message; a server that closes part-way may have said why."""
        session = self._session
        try:
            session.wire.write(content)
        except SessionFailed as failed:
            if failed.failure.kind is not FailureKind.CLOSED:
                raise
            try:
                early = session.wire.reply("while the message was sent", seconds=2.0)
            except SessionFailed:
                raise failed from None
            raise SessionFailed(
                FailureKind.SESSION_REFUSED,
                f"the server closed the connection while the message was sent: {early.whole}",
                "look at the reply",
            ) from None

    def _mail_command(self, message: Outgoing) -> str:
        """MAIL with the extensions that the message needs and the server offers.

        Raises:
            SessionFailed: it needs one that the server does not offer.
        """
        features = self._session.features
        line = f"MAIL FROM:<{message.mail_from}>"
        if "SIZE" in features:
            line += f" SIZE={len(message.content)}"
        if message.has_8bit and "8BITMIME" in features:
            line += " BODY=8BITMIME"
        if message.needs_utf8:
            if "SMTPUTF8" in features:
                return f"{line} SMTPUTF8"
            addresses = (message.mail_from, *message.recipients)
            foreign = next((each for each in addresses if not each.isascii()), None)
            if foreign is not None:
                raise SessionFailed(
                    FailureKind.NOT_OFFERED,
                    f"`{foreign}` needs SMTPUTF8, which the server does not offer",
                    "write the domain in its ASCII form, xn--…",
                )
        return line


def not_tried(message: Outgoing, failure: SendFailure) -> Sent:
    """A message that nobody tried to send, because no session could be had."""
    answered = _answered(message.recipients, _Replies(), taken=False)
    return Sent(message=message, recipients=answered, failure=failure)


def _answered(recipients: Sequence[str], replies: _Replies, *, taken: bool) -> tuple[Answered, ...]:
    """What decided about each recipient: its own reply, else that to the message as a whole."""
    found = []
    for place, recipient in enumerate(recipients):
        own = replies.rcpt[place] if place < len(replies.rcpt) else None
        if replies.mail is not None and not replies.mail.ok:
            own = replies.mail
        elif own is None or own.ok:
            own = replies.data or own
        found.append(
            Answered(
                recipient=recipient,
                reply=own,
                accepted=taken and place < len(replies.rcpt) and replies.rcpt[place].ok,
            )
        )
    return tuple(found)
