"""The traffic policy at RCPT: whom it admits, before there is a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.lookup import Asking
from mmctl.judge.policy import ADMITTED, ask_policy
from mmctl.judge.submission import Submission
from mmctl.judge.texts import Texts
from mmctl.mail.email import Email, Envelope, Size
from mmctl.mail.headers import Headers
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import PolicyTrace
    from mmctl.mail.email import Facts, Session

_NO_HEADERS: Final = Headers({})
_KEPT: Final = 4096
"""How many answers are kept for one session."""


class RecipientAdmission:
    """Asks one policy about the recipients of one session."""

    def __init__(
        self, gateway: Gateway, session: Session, facts: Facts, table: AddOnTable | None
    ) -> None:
        self.gateway, self.session, self.facts = gateway, session, facts
        self._table = table
        self._answers: dict[tuple[str, str, int], PolicyTrace] = {}

    def is_for(self, gateway: Gateway, session: Session, facts: Facts) -> bool:
        """Whether these are the gateway and the facts that it asks about."""
        return gateway is self.gateway and session == self.session and facts == self.facts

    def ask(self, mail_from: str, recipient: str, size: int = 0) -> PolicyTrace:
        """What the policy says; `size` is that of the message, once it is known."""
        policy = self.gateway.policy
        if policy is None:
            return ADMITTED
        key = (mail_from, recipient, size)
        answer = self._answers.get(key)
        if answer is None:
            facts = self.facts
            if self._table is not None:
                answers = self._table.answers(mail_from, (recipient,), None, facts.add_ons)
                facts = replace(facts, add_ons=answers)
            submission = Submission(
                email=Email(headers=_NO_HEADERS, length=Size(size)),
                session=self.session,
                envelope=Envelope(mail_from=mail_from, recipients=(recipient,)),
                facts=facts,
            )
            answer = ask_policy(
                policy,
                Asking(
                    gateway=self.gateway,
                    submission=submission,
                    texts=Texts(submission, self.gateway.readings),
                    recipient=recipient,
                    assume_pass=True,
                ),
            )
            if len(self._answers) >= _KEPT:
                self._answers.clear()
            self._answers[key] = answer
        return answer
