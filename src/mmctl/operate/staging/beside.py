"""What arrived, each message beside what `simulate` says for it.

The mail server writes on top of a message who sent it to whom. What it wrote is taken off again,
and so are the headers that rules add: the rest is judged, as `simulate` judges a stored message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.settling import functions_of, going_on, judge_settled
from mmctl.judge.submission import Scenario, Submission, gateway_of_ingress_point
from mmctl.language.project import Outcome
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email
from mmctl.model.rules import AddHeaderAction
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mmctl.judge.trace import Trace
    from mmctl.language.project import Project
    from mmctl.mail.email import Envelope, Facts, Session
    from mmctl.operate.staging.arrived import ArrivedMail

_OWN: Final = ("return-path", "x-original-to", "delivered-to")
_RECEIVED: Final = "received"
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedSession:
    """What the gateway noted of a message when it took it."""

    ingress_point: str
    session: Session
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateSays:
    """What `simulate` says."""

    ingress_point: str
    outcome: Outcome
    by: str | None
    rules: tuple[str, ...]
    relays: tuple[str, ...]
    """The relays that it goes to."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Facts that nobody knows, and what was assumed."""
    noted: bool = False
    """Whether the session's facts are those that the gateway noted."""

    @property
    def agrees(self) -> bool:
        """Whether the message was to arrive."""
        return self.outcome is Outcome.DELIVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBeside:
    """One message that arrived, and what `simulate` says for it."""

    name: str
    at: datetime | None
    size: int
    mail_from: str | None
    recipient: str | None
    subject: str
    says: SimulateSays | None
    """None: it could not be judged."""
    why_not: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedReport:
    """What arrived, the oldest first."""

    environment: str
    mail: tuple[MailBeside, ...] = field(default_factory=tuple)
    left_out: int = 0
    """Older messages that `--limit` leaves out."""

    @property
    def differing(self) -> int:
        """How many were not to arrive."""
        return sum(each.says is not None and not each.says.agrees for each in self.mail)

    @property
    def unknown(self) -> int:
        """How many could not be judged."""
        return sum(each.says is None for each in self.mail)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalJudge:
    """Puts messages beside what the project's files say."""

    project: Project
    ingress_point: str | None
    """Where mail is taken to have come in, if nothing else is known."""
    noted: Callable[[str | None, str | None, bytes], NotedSession | None]

    def of(self, mail: ArrivedMail) -> MailBeside:
        """One message."""
        own, rest = split(mail.start)
        envelope = found_facts(read_email(own)).envelope
        recipient = envelope.recipients[0] if envelope.recipients else None
        subject = read_email(rest).headers.topmost("subject") or ""
        found = MailBeside(
            name=mail.name,
            at=mail.at,
            size=mail.size,
            mail_from=envelope.mail_from,
            recipient=recipient,
            subject=" ".join(subject.split())[:_SHOWN],
            says=None,
        )
        if not mail.start:
            return replace(found, why_not="its header is too large to be handed on")
        if recipient is None:
            return replace(found, why_not="the mail server did not note its recipient")
        noted = self.noted(envelope.mail_from, recipient, rest)
        point = self.ingress_point if noted is None else noted.ingress_point
        if point is None or point not in self.project.ingress_points:
            return replace(found, why_not="it is unknown where it came in: --ingress-point NAME")
        return replace(found, says=self._said(point, mail, envelope, rest, noted))

    def _said(
        self,
        point: str,
        mail: ArrivedMail,
        envelope: Envelope,
        rest: bytes,
        noted: NotedSession | None,
    ) -> SimulateSays:
        gateway = gateway_of_ingress_point(self.project, point)
        content = without_fields(rest, self._added)
        # The body was perhaps not read; nothing but its size is looked at.
        unread = max(0, mail.size - len(mail.start))
        email = read_email(content, unread=unread)
        headers = found_facts(email)
        submission = Submission(
            email=email,
            envelope=envelope,
            session=headers.session if noted is None else noted.session,
            facts=headers.facts if noted is None else noted.facts,
        )
        scenario = going_on(Scenario(), functions_of(gateway))
        trace = judge_settled(gateway, submission, scenario)
        return _said_of(trace, point, noted=noted is not None)

    @property
    def _added(self) -> frozenset[str]:
        """The names of headers that rules add, in lower case."""
        return frozenset(
            action.value.header_name.lower()
            for rule_set in self.project.rule_sets.values()
            for rule in rule_set.rules
            for action in rule.rule.actions
            if isinstance(action.value, AddHeaderAction)
        )


def split(start: bytes) -> tuple[bytes, bytes]:
    """What the mail server wrote on top of a message, and the message."""
    lines = start.replace(b"\r\n", b"\n").splitlines(keepends=True)
    end = 0
    while end < len(lines):
        name = _name_of(lines[end])
        if name not in {*_OWN, _RECEIVED}:
            break
        end += 1
        while end < len(lines) and lines[end][:1] in (b" ", b"\t"):
            end += 1
        if name == _RECEIVED:  # its own is the last that it wrote
            break
    return b"".join(lines[:end]) + b"\n", b"".join(lines[end:])


def without_fields(message: bytes, names: frozenset[str]) -> bytes:
    """The message without the header fields of some names."""
    end = message.find(b"\n\n")
    header, body = (message, b"") if end < 0 else (message[: end + 1], message[end + 1 :])
    kept: list[bytes] = []
    leaves_out = False
    for line in header.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            leaves_out = _name_of(line) in names
        if not leaves_out:
            kept.append(line)
    return b"".join(kept) + body


def _name_of(line: bytes) -> str:
    return line.partition(b":")[0].strip().decode("latin-1").lower()


def _said_of(trace: Trace, point: str, *, noted: bool) -> SimulateSays:
    (recipient,) = trace.recipients
    relays = dict.fromkeys(
        each.target
        for each in recipient.actions
        if each.kind == "relay" and each.target is not None
    )
    return SimulateSays(
        ingress_point=point,
        outcome=recipient.outcome,
        by=recipient.by,
        rules=recipient.applied,
        relays=tuple(relays),
        assumed={str(fact): str(value) for fact, value in trace.assumed.items()},
        noted=noted,
    )
