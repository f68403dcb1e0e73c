"""What arrived at the internal mail server, for programs, as `mmctl/staging-mail@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mmctl.operate.staging.beside import ArrivedReport, MailBeside, SimulateSays

SCHEMA: Final = "mmctl/staging-mail@1"


def document(found: ArrivedReport) -> dict[str, Any]:
    """The document `mmctl/staging-mail@1`."""
    return {
        "schema": SCHEMA,
        "environment": found.environment,
        "messages": [mail_document(each) for each in found.mail],
        "differing": found.differing,
        "unknown": found.unknown,
        "left_out": found.left_out,
    }


def mail_document(mail: MailBeside) -> dict[str, Any]:
    """One message."""
    return {
        "file": mail.name,
        "at": None if mail.at is None else f"{mail.at:%Y-%m-%dT%H:%M:%SZ}",
        "size": mail.size,
        "mail_from": mail.mail_from,
        "recipient": mail.recipient,
        "subject": mail.subject,
        "simulate": None if mail.says is None else _said(mail.says),
        "why_not": mail.why_not,
    }


def _said(says: SimulateSays) -> dict[str, Any]:
    return {
        "agrees": says.agrees,
        "ingress_point": says.ingress_point,
        "outcome": says.outcome.value,
        "by": says.by,
        "rules": list(says.rules),
        "relays": list(says.relays),
        "assumed": dict(says.assumed),
        "facts_noted": says.noted,
    }
