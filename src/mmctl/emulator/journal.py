"""What the embedded Mail Manager keeps of mail: accepted messages, and what became of them.

Values with their JSON forms. `messages.jsonl` has one line for each accepted message,
`events.jsonl` one for each event; `data_folder` says where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from mmctl.mail.email import Envelope, Facts, Session
from mmctl.mail.facts import (
    Stated,
    envelope_of,
    facts_of,
    session_of,
    written_facts,
)
from mmctl.model.facts import SessionFact, VerdictFact
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ID_LENGTH: Final = 40
"""Characters of the id of a message, which are lower-case letters and digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceName:
    """A resource by id and name."""

    id: str
    name: str

    def to_json(self) -> dict[str, str]:
        """Its JSON form."""
        return {"id": self.id, "name": self.name}

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> ResourceName:
        """Read its JSON form."""
        return cls(id=members["id"], name=members["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressPointName:
    """An ingress point by id and name, with its type: OPEN, AUTH or MTLS."""

    id: str
    name: str
    type: str

    def to_json(self) -> dict[str, str]:
        """Its JSON form."""
        return {"id": self.id, "name": self.name, "type": self.type}

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> IngressPointName:
        """Read its JSON form."""
        return cls(id=members["id"], name=members["name"], type=members["type"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSession:
    """How a session was encrypted: `TLSv1.3` and the name of the cipher suite."""

    protocol: str
    cipher: str

    def to_json(self) -> dict[str, str]:
        """Its JSON form."""
        return {"protocol": self.protocol, "cipher": self.cipher}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHeader:
    """The headers that a list of messages shows; empty if the message has none."""

    from_: str = ""
    to: str = ""
    subject: str = ""
    date: str = ""

    def to_json(self) -> dict[str, str]:
        """Its JSON form."""
        return {"from": self.from_, "to": self.to, "subject": self.subject, "date": self.date}

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> ShownHeader:
        """Read its JSON form."""
        return cls(
            from_=members["from"],
            to=members["to"],
            subject=members["subject"],
            date=members["date"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message that was accepted, with everything that is known of it."""

    id: str
    at: str
    """`2026-11-28T21:00:00.123Z`."""
    account: str
    region: str
    ingress_point: IngressPointName
    rule_set: ResourceName
    traffic_policy: ResourceName
    gateway: str
    """The digest of the configuration that judges: `gateways/DIGEST.json`."""
    session: Session
    tls: TlsSession | None = None
    user: str | None = None
    """Who authenticated: the id of the ingress point."""
    envelope: Envelope
    """With the recipients that the traffic policy admitted."""
    verdicts: Facts = field(default_factory=Facts)
    """What is known; what nobody stated or computed is assumed to be good."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What functions answer, by name, where a client stated it; `lambda` in JSON."""
    failing: tuple[str, ...] = ()
    """Actions that fail, where a client stated it: `relay:exchange`."""
    size: int
    file: str
    """Its path below the data folder."""
    header: ShownHeader

    def to_json(self) -> dict[str, Any]:
        """Its JSON form."""
        parts = Stated(session=self.session, facts=self.verdicts)
        return {
            "id": self.id,
            "at": self.at,
            "account": self.account,
            "region": self.region,
            "ingress_point": self.ingress_point.to_json(),
            "rule_set": self.rule_set.to_json(),
            "traffic_policy": self.traffic_policy.to_json(),
            "gateway": self.gateway,
            "session": written_facts(SessionFact, parts),
            "tls": None if self.tls is None else self.tls.to_json(),
            "user": self.user,
            "envelope": {
                "mail_from": self.envelope.mail_from or "",
                "recipients": list(self.envelope.recipients),
            },
            "verdicts": written_facts(VerdictFact, parts),
            "lambda": dict(self.answers),
            "failing": list(self.failing),
            "size": self.size,
            "file": self.file,
            "header": self.header.to_json(),
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> Accepted:
        """Read its JSON form; members that it does not know are left out.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        tls = members["tls"]
        return cls(
            id=members["id"],
            at=members["at"],
            account=members["account"],
            region=members["region"],
            ingress_point=IngressPointName.of_json(members["ingress_point"]),
            rule_set=ResourceName.of_json(members["rule_set"]),
            traffic_policy=ResourceName.of_json(members["traffic_policy"]),
            gateway=members["gateway"],
            session=session_of(members["session"]),
            tls=None if tls is None else TlsSession(protocol=tls["protocol"], cipher=tls["cipher"]),
            user=members["user"],
            envelope=envelope_of(members["envelope"]),
            verdicts=facts_of(members["verdicts"]),
            answers=dict(members["lambda"]),
            failing=tuple(members["failing"]),
            size=members["size"],
            file=members["file"],
            header=ShownHeader.of_json(members["header"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMail:
    """A recipient, a sender or a whole session was refused."""

    session: str
    """The id of the SMTP session."""
    ingress_point: IngressPointName
    source_ip: str
    helo: str | None
    mail_from: str | None
    recipient: str | None
    reply: str
    """`550 5.7.1 …`."""
    by: str
    """The name of a statement, `default action`, `max_message_size`, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientEnd:
    """How a message ended for one recipient, and the rules that applied."""

    recipient: str
    outcome: str
    by: str | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The rules were walked for a message; after an answer or a failure, again."""

    recipients: tuple[RecipientEnd, ...]
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Facts that nobody stated, and what was assumed."""
    answers: Mapping[str, str] = field(default_factory=dict)
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTaken:
    """One action ran for some recipients."""

    rule: str
    rule_index: int
    """From 1."""
    action: str
    """`RELAY`."""
    action_index: int
    """From 1."""
    target: str | None
    recipients: tuple[str, ...]
    status: str
    """SUCCESS, FAILURE or IN_PROGRESS."""
    detail: str = ""
    file: str | None = None
    """What it wrote, below the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A target took the message for some recipients."""

    target: str
    host: str
    """`127.0.0.1:2600`, or `maildir`."""
    recipients: tuple[str, ...]
    reply: str
    tries: int = 1
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A target did not take the message now; it is tried again."""

    target: str
    host: str
    recipients: tuple[str, ...]
    reply: str
    tries: int
    next: str
    """When it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A target refused the message for good."""

    target: str
    host: str
    recipients: tuple[str, ...]
    reply: str
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWritten:
    """A delivery report or a bounce was written."""

    to: str
    about: tuple[str, ...]
    file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Nothing is left to do for a message."""


Happening: TypeAlias = (
    RefusedMail | Judged | ActionTaken | Delivered | Waiting | Failed | ReportWritten | Finished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, to one message or before there was one."""

    at: str
    id: str | None
    what: Happening

    def to_json(self) -> dict[str, Any]:
        """Its JSON form."""
        return {"at": self.at, "id": self.id, **happening_json(self.what)}

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> Event | None:
        """Read its JSON form; None: it is a kind of event that a later version writes.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        what = happening_of(members)
        return None if what is None else cls(at=members["at"], id=members["id"], what=what)


def happening_json(what: Happening) -> dict[str, Any]:
    """The JSON form of what happened: its name, and its members."""
    match what:
        case RefusedMail():
            point = what.ingress_point.to_json()
            return {
                "event": "refused",
                "session": what.session,
                "ingress_point": point,
                "source_ip": what.source_ip,
                "helo": what.helo,
                "mail_from": what.mail_from,
                "recipient": what.recipient,
                "reply": what.reply,
                "by": what.by,
            }
        case Judged():
            return {
                "event": "judged",
                "recipients": [
                    {
                        "recipient": each.recipient,
                        "outcome": each.outcome,
                        "by": each.by,
                        "rules": list(each.rules),
                    }
                    for each in what.recipients
                ],
                "assumed": dict(what.assumed),
                "answers": dict(what.answers),
                "failing": list(what.failing),
            }
        case ActionTaken():
            return {
                "event": "action",
                "rule": what.rule,
                "rule_index": what.rule_index,
                "action": what.action,
                "action_index": what.action_index,
                "target": what.target,
                "recipients": list(what.recipients),
                "status": what.status,
                "detail": what.detail,
                "file": what.file,
            }
        case Delivered():
            return {"event": "delivered", **_attempt(what), "file": what.file}
        case Waiting():
            return {"event": "waiting", **_attempt(what), "next": what.next}
        case Failed():
            return {"event": "failed", **_attempt(what)}
        case ReportWritten():
            return {
                "event": "report",
                "to": what.to,
                "about": list(what.about),
                "file": what.file,
            }
        case Finished():
            return {"event": "finished"}
        case _:
            assert_never(what)


def _attempt(what: Delivered | Waiting | Failed) -> dict[str, Any]:
    return {
        "target": what.target,
        "host": what.host,
        "recipients": list(what.recipients),
        "reply": what.reply,
        "tries": what.tries,
    }


def happening_of(members: Mapping[str, Any]) -> Happening | None:
    """Read what happened; None: it is a kind of event that a later version writes.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    known = {name: value for name, value in members.items() if name not in {"at", "id", "event"}}
    for name in ("recipients", "failing", "about"):
        if name in known and members["event"] != "judged":
            known[name] = tuple(known[name])
    match members["event"]:
        case "refused":
            point = IngressPointName.of_json(known.pop("ingress_point"))
            return RefusedMail(ingress_point=point, **known)
        case "judged":
            ends = tuple(
                RecipientEnd(
                    recipient=each["recipient"],
                    outcome=each["outcome"],
                    by=each["by"],
                    rules=tuple(each["rules"]),
                )
                for each in known["recipients"]
            )
            return Judged(
                recipients=ends,
                assumed=known["assumed"],
                answers=known["answers"],
                failing=tuple(known["failing"]),
            )
        case "action":
            return ActionTaken(**known)
        case "delivered":
            return Delivered(**known)
        case "waiting":
            return Waiting(**known)
        case "failed":
            return Failed(**known)
        case "report":
            return ReportWritten(**known)
        case "finished":
            return Finished()
        case _:
            return None


def instant(moment: datetime) -> str:
    """A time in UTC as lines have it: `2026-11-28T21:00:00.123Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
