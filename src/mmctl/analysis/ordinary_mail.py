"""Ordinary mail: a plain message from outside, without any fault, for checks and brakes to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.submission import Submission
from mmctl.mail.compose import compose_email, read_composed
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict
from mmctl.model.facts import HeaderName

if TYPE_CHECKING:
    from collections.abc import Sequence

ELSEWHERE: Final = "someone@elsewhere.example"
SENDER: Final = "someone@sender.example"
CLIENT: Final = "203.0.113.25"
BOUNCE_FROM: Final = "mailer-daemon@sender.example"

_PASSED: Final = Facts(
    spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS, dmarc_policy=RuleDmarcPolicy.NONE
)
_NO_POLICY_SEEN: Final = Facts(spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS, dmarc=RuleVerdict.PASS)


def ordinary(
    recipients: Sequence[str],
    *,
    source_ip: str,
    sender: str = SENDER,
    tls: Tls = Tls.TLS1_3,
    size: int | None = None,
) -> Submission:
    """A plain message from outside, with the best possible verdicts.

    `size`: in bytes, if it has more than its few lines.
    """
    message = compose_email(
        {
            HeaderName.FROM: sender,
            HeaderName.TO: recipients[0],
            HeaderName.SUBJECT: "Hello",
        },
        body="Hello\r\n",
    )
    return Submission(
        email=read_composed(message, size),
        session=_session(source_ip, sender, tls),
        envelope=Envelope(mail_from=sender, recipients=tuple(recipients)),
        facts=_PASSED,
    )


def bounce(recipient: str, *, source_ip: str) -> Submission:
    """A report, from the null sender, that a message could not be delivered."""
    message = compose_email(
        {
            HeaderName.FROM: BOUNCE_FROM,
            HeaderName.TO: recipient,
            HeaderName.SUBJECT: "Undelivered mail",
        },
        body="Sorry\r\n",
    )
    return Submission(
        email=read_composed(message, None),
        session=_session(source_ip, BOUNCE_FROM, Tls.TLS1_3),
        envelope=Envelope(mail_from="", recipients=(recipient,)),
        facts=_NO_POLICY_SEEN,
    )


def _session(source_ip: str, sender: str, tls: Tls) -> Session:
    return Session(
        source_ip=source_ip,
        helo=f"mail.{sender.rpartition('@')[2]}",
        tls=tls,
        tls_wrapped=False,
    )
