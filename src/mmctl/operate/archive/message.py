"""One archived message: its bytes, what the archive knows of it, and what rules make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot
from mmctl.judge.judging import judge
from mmctl.judge.submission import Submission
from mmctl.live.state.service import ServiceAnswer
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace
    from mmctl.operate.archive.service import ArchiveService


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMessage:
    """A message with everything that the archive tells; None is not told."""

    id: str
    content: bytes
    at: datetime | None
    mail_from: str | None
    recipients: tuple[str, ...]
    helo: str | None
    source_ip: str | None
    tls_protocol: str | None
    tls_cipher: str | None
    ingress_point_id: str | None
    traffic_policy_id: str | None
    rule_set_id: str | None
    source_arn: str | None


def fetch(service: ArchiveService, id_: str) -> ArchivedMessage:
    """A message with its bytes.

    Raises:
        CouldNot: there is none with this id, or it cannot be had.
    """
    try:
        answer = service.message(id_)
    except ServiceAnswer as answered:
        raise CouldNot(
            f"{answered}", help="`mmctl archive search` tells the ids of archived messages"
        ) from answered
    url = answer.get("MessageDownloadLink")
    if not isinstance(url, str):
        raise CouldNot(f"the service gave no URL for the message `{id_}`")
    metadata: Mapping[str, Any] = answer.get("Metadata") or {}
    envelope: Mapping[str, Any] = answer.get("Envelope") or {}
    return ArchivedMessage(
        id=id_,
        content=service.download(url),
        at=metadata.get("Timestamp"),
        mail_from=envelope.get("From"),
        recipients=tuple(envelope.get("To") or ()),
        helo=envelope.get("Helo"),
        source_ip=metadata.get("SenderIpAddress"),
        tls_protocol=metadata.get("TlsProtocol"),
        tls_cipher=metadata.get("TlsCipherSuite"),
        ingress_point_id=metadata.get("IngressPointId"),
        traffic_policy_id=metadata.get("TrafficPolicyId"),
        rule_set_id=metadata.get("RuleSetId"),
        source_arn=metadata.get("SourceArn"),
    )


def way_through(gateway: Gateway, message: ArchivedMessage) -> Trace:
    """What rules make of a message, by what the archive knows: no verdict, no add-on's answer.

    What depends on those is unknown, and the trace says on which.
    """
    session = Session(
        source_ip=message.source_ip, helo=message.helo, tls=_tls(message.tls_protocol)
    )
    envelope = Envelope(mail_from=message.mail_from, recipients=message.recipients)
    submission = Submission(
        email=read_email(message.content), session=session, envelope=envelope, facts=Facts()
    )
    return judge(gateway, submission)


def _tls(protocol: str | None) -> Tls | None:
    """The version of TLS in the form that rules compare; None: it is not told, or is another."""
    digits = "".join(filter(str.isdigit, protocol or ""))
    return {"12": Tls.TLS1_2, "13": Tls.TLS1_3}.get(digits)
