"""One message on its way in: what MAIL, RCPT and the session say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.emulator.records.ingress import Client, tls_of
from mmctl.judge.policy import RECIPIENTS_AT_MOST
from mmctl.mail.email import Envelope

if TYPE_CHECKING:
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal import TlsSession
    from mmctl.emulator.smtp.admission import RecipientAdmission
    from mmctl.emulator.smtp.stated_facts import StatedFacts
    from mmctl.judge.trace import PolicyTrace

TOO_MANY: str = f"452 4.5.3 too many recipients, {RECIPIENTS_AT_MOST} at most"


class Transaction:
    """A message between MAIL and the end of DATA."""

    __slots__ = (
        "admission",
        "admitted",
        "asked",
        "configured",
        "mail_from",
        "number",
        "received",
        "smtputf8",
        "stated",
        "tls",
    )

    def __init__(
        self,
        number: str,
        configured: Configured,
        admission: RecipientAdmission,
        *,
        mail_from: str,
        smtputf8: bool,
        stated: StatedFacts,
        tls: TlsSession | None,
    ) -> None:
        self.number = number
        """The id of the session in records: there is one for each message."""
        self.configured, self.admission = configured, admission
        self.mail_from, self.smtputf8 = mail_from, smtputf8
        self.stated, self.tls = stated, tls
        self.admitted: list[str] = []
        self.asked: list[tuple[str, PolicyTrace]] = []
        self.received: int | None = None
        """The size of the message, if that is why it is refused."""

    def ask(self, recipient: str) -> PolicyTrace:
        """Ask the policy about a recipient, who is noted if it admits them."""
        trace = self.admission.ask(self.mail_from, recipient)
        self.asked.append((recipient, trace))
        if trace.admitted.is_true:
            self.admitted.append(recipient)
        return trace

    @property
    def envelope(self) -> Envelope:
        """MAIL FROM, and the recipients that were admitted."""
        return Envelope(mail_from=self.mail_from, recipients=tuple(self.admitted))

    @property
    def client(self) -> Client:
        """The client, as records of the policy say it."""
        session = self.admission.session
        protocol, cipher = tls_of(session.tls, None if self.tls is None else self.tls.to_json())
        return Client(
            session_id=self.number,
            source_ip=session.source_ip,
            helo=session.helo,
            tls_protocol=protocol,
            tls_cipher=cipher,
        )
