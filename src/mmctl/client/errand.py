"""An errand for a machine inside a network: endpoints to look at, messages to send, the answers.

Values and their JSON. The machine has no mmctl but the modules of its errand (`errand_runner.py`).
What comes back is read as if a stranger had written it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from mmctl.client.dialogue import Stage
from mmctl.client.endpoint import Endpoint, TlsMode
from mmctl.client.failure import FailureKind, SendFailure
from mmctl.client.outgoing import Outgoing
from mmctl.client.reply import Reply
from mmctl.client.sending import Answered, Sent
from mmctl.client.tls import Agreed
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION: Final = 1
_SHOWN: Final = 1_000


class BadErrand(ValueError):
    """A document that is not what was agreed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What a first session with an endpoint showed."""

    failure: SendFailure | None = None
    address: str | None = None
    """The machine's own address in the session."""
    encrypts: bool = False


def endpoint_document(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint without secrets: none leaves this machine."""
    if endpoint.credentials or endpoint.certificate or endpoint.authority:
        raise BadErrand("an endpoint with credentials")
    return {
        "host": endpoint.host,
        "port": endpoint.port,
        "helo": endpoint.helo,
        "tls": endpoint.tls.value,
        "tls_version": endpoint.tls_version,
        "verify": endpoint.verify,
        "timeout": endpoint.timeout,
    }


def endpoint_of(document: Mapping[str, Any]) -> Endpoint:
    """The endpoint of a document."""
    return Endpoint(
        host=str(document["host"]),
        port=int(document["port"]),
        helo=str(document["helo"]),
        tls=TlsMode(document["tls"]),
        tls_version=document["tls_version"],
        verify=bool(document["verify"]),
        timeout=float(document["timeout"]),
    )


def message_document(message: Outgoing) -> dict[str, Any]:
    """A message with its envelope."""
    return {
        "content": base64.b64encode(message.content).decode(),
        "mail_from": message.mail_from,
        "recipients": list(message.recipients),
    }


def message_of(document: Mapping[str, Any]) -> Outgoing:
    """The message of a document."""
    return Outgoing(
        name="",
        content=base64.b64decode(document["content"]),
        mail_from=str(document["mail_from"]),
        recipients=tuple(map(str, document["recipients"])),
    )


def errand_document(
    looks: Sequence[Endpoint], sends: Sequence[tuple[Endpoint, Outgoing]]
) -> dict[str, Any]:
    """What the machine is to do: look at endpoints, and send messages in order."""
    return {
        "version": VERSION,
        "looks": [endpoint_document(each) for each in looks],
        "sends": [
            {"endpoint": endpoint_document(endpoint), "message": message_document(message)}
            for endpoint, message in sends
        ],
    }


def look_document(look: FirstLook) -> dict[str, Any]:
    """What a first session showed."""
    failure = None if look.failure is None else _failure_document(look.failure)
    return {"failure": failure, "address": look.address, "encrypts": look.encrypts}


def look_of(document: Any) -> FirstLook:
    """What a first session showed, as the machine says.

    Raises:
        BadErrand: it says something else.
    """
    with_failure = _members(document, "failure", "address", "encrypts")
    return FirstLook(
        failure=_failure_of(with_failure["failure"]),
        address=_text(with_failure["address"]),
        encrypts=with_failure["encrypts"] is True,
    )


def sent_document(sent: Sent) -> dict[str, Any]:
    """What became of one message in its session, without the dialogue."""
    return {
        "recipients": [
            {
                "recipient": each.recipient,
                "reply": _reply_document(each.reply),
                "accepted": each.accepted,
            }
            for each in sent.recipients
        ],
        "message_id": sent.message_id,
        "reply": _reply_document(sent.reply),
        "failure": None if sent.failure is None else _failure_document(sent.failure),
        "address": sent.address,
        "tls": None
        if sent.tls is None
        else {
            "protocol": sent.tls.protocol,
            "cipher": sent.tls.cipher,
            "verified": sent.tls.verified,
            "wrapped": sent.tls.wrapped,
        },
        "times": {stage.value: seconds for stage, seconds in sent.times.items()},
    }


def sent_of(document: Any, message: Outgoing) -> Sent:
    """What became of a message, as the machine says.

    Raises:
        BadErrand: it says something else, or speaks of other recipients.
    """
    found = _members(
        document, "recipients", "message_id", "reply", "failure", "address", "tls", "times"
    )
    rows = found["recipients"]
    if not isinstance(rows, list):
        raise BadErrand("recipients")
    recipients = tuple(map(_answered, rows))
    if tuple(each.recipient for each in recipients) != message.recipients:
        raise BadErrand("recipients")
    times = found["times"] if isinstance(found["times"], dict) else {}
    return Sent(
        message=message,
        recipients=recipients,
        message_id=_text(found["message_id"]),
        reply=_reply_of(found["reply"]),
        failure=_failure_of(found["failure"]),
        address=_text(found["address"]),
        tls=_agreed(found["tls"]),
        times={
            stage: float(times[stage.value])
            for stage in Stage
            if isinstance(times.get(stage.value), int | float)
        },
    )


def _answered(row: Any) -> Answered:
    found = _members(row, "recipient", "reply", "accepted")
    return Answered(
        recipient=str(found["recipient"]),
        reply=_reply_of(found["reply"]),
        accepted=found["accepted"] is True,
    )


def _agreed(document: Any) -> Agreed | None:
    if document is None:
        return None
    found = _members(document, "protocol", "cipher", "verified", "wrapped")
    return Agreed(
        protocol=_text(found["protocol"]) or "",
        cipher=_text(found["cipher"]) or "",
        verified=found["verified"] is True,
        wrapped=found["wrapped"] is True,
    )


def _reply_document(reply: Reply | None) -> dict[str, Any] | None:
    return None if reply is None else {"code": reply.code, "lines": list(reply.lines)}


def _reply_of(document: Any) -> Reply | None:
    if document is None:
        return None
    found = _members(document, "code", "lines")
    if not isinstance(found["code"], int) or not isinstance(found["lines"], list):
        raise BadErrand("reply")
    lines = tuple(str(line)[:_SHOWN] for line in found["lines"][:100])
    return Reply(code=found["code"], lines=lines or ("",))


def _failure_document(failure: SendFailure) -> dict[str, Any]:
    return {"kind": failure.kind.value, "message": failure.message, "help": failure.help}


def _failure_of(document: Any) -> SendFailure | None:
    if document is None:
        return None
    found = _members(document, "kind", "message", "help")
    try:
        kind = FailureKind(found["kind"])
    except ValueError:
        raise BadErrand("failure") from None
    return SendFailure(kind=kind, message=_text(found["message"]) or "", help=_text(found["help"]))


def _members(document: Any, *names: str) -> dict[str, Any]:
    if not isinstance(document, dict) or not document.keys() >= set(names):
        raise BadErrand(", ".join(names))
    return document


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:_SHOWN]
