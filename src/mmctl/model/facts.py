"""The facts that conditions read: one row each, with everything that other rooms need.

A fact belongs to one part of a message's story: the session, the envelope, the message itself, the
verdicts of others. Values of facts are in `mmctl.mail.email`; how one is read from a value and
written back is in `mmctl.mail.facts`. No value may live here.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.model.enums import IngressTlsProtocolAttribute, RuleDmarcPolicy, RuleVerdict
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


class SessionFact(StrEnum):
    """What the SMTP connection tells, under the names of members of a case's `session`."""

    SOURCE_IP = "source_ip"
    HELO = "helo"
    TLS = "tls"
    TLS_WRAPPED = "tls_wrapped"
    CLIENT_CERTIFICATE = "client_certificate"


class EnvelopeFact(StrEnum):
    """What the envelope says, under the names of members of a case's `envelope`."""

    MAIL_FROM = "mail_from"
    RECIPIENTS = "recipients"


class VerdictFact(StrEnum):
    """What others found out, under the names of members of a case's `verdicts`."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    DMARC_POLICY = "dmarc_policy"
    ADD_ONS = "add_ons"


class HeaderName(StrEnum):
    """The headers that rules read by name, under the names of members of a case's `message`."""

    FROM = "from"
    SENDER = "sender"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"


class MessageFact(StrEnum):
    """What else the message holds, under the names of members of a case's `message`."""

    X_HEADER = "headers"
    READ_RECEIPT = "read_receipt"
    SIZE = "size"


StatedFact = SessionFact | EnvelopeFact | VerdictFact
"""A fact that is not in the message: somebody has to state it or find it."""
FactName = StatedFact | HeaderName | MessageFact


class Form(StrEnum):
    """What a fact looks like if a case or an option states it."""

    TEXT = "text"
    TEXTS = "texts"
    ADDRESS = "address"
    """The address of a host: IPv4 or IPv6."""
    FLAG = "flag"
    CHOICE = "choice"
    FIELDS = "fields"
    """Texts under names, several for each: the fields of a certificate."""
    ANSWERS = "answers"
    """Fields under the names of add-ons."""
    HEADERS = "headers"
    BYTES = "bytes"
    DERIVED = "derived"
    """Never stated directly: it follows from other facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The option of the command line that states a fact."""

    name: str
    help: str
    metavar: str
    example: str | None = None
    """A value for suggested command lines; None: the passing value, or the first choice."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fact:
    """One fact."""

    name: FactName
    form: Form
    doc: str = ""
    """What a case states there, for the JSON Schema."""
    option: Option | None = None
    """None: only a case states it."""
    choices: tuple[str, ...] = ()
    """Every possible value, as written; empty: any text."""
    passing: str | None = None
    """What `--assume pass` takes it to be, if that has a meaning."""
    sample: object
    """A value as a case writes it."""
    on_page: str | None = None
    """What pages call it among the facts of a case; None: pages show it elsewhere."""
    names_nobody: bool = False
    """Whether reports for others may show its value."""
    empty_is_none: bool = False
    """An empty text means that there is none: the null sender."""
    within_tls: bool = False
    """A session in plain text does not have it."""

    @property
    def part(self) -> str:
        """The part of a case that states it: `session`, `envelope`, `verdicts` or `message`."""
        match self.name:
            case SessionFact():
                return "session"
            case EnvelopeFact():
                return "envelope"
            case VerdictFact():
                return "verdicts"
            case HeaderName() | MessageFact():
                return "message"
            case _:
                assert_never(self.name)

    @property
    def in_case(self) -> str:
        """The member of a case that states it."""
        return f"{self.part}: {{{self.name}: …}}"

    @property
    def states(self) -> str:
        """The option that states it, else the member of a case."""
        return f"{self.in_case} in a case" if self.option is None else self.option.name


_VERDICT_WORDS: Final = "PASS, FAIL, GRAY or PROCESSING_FAILED."

SOURCE_IP: Final = Fact(
    name=SessionFact.SOURCE_IP,
    form=Form.ADDRESS,
    doc="The client's address.",
    option=Option(
        name="--ip", help="The client's address.", metavar="ADDRESS", example="192.0.2.1"
    ),
    sample="192.0.2.25",
    on_page="client",
)
HELO: Final = Fact(
    name=SessionFact.HELO,
    form=Form.TEXT,
    option=Option(
        name="--helo",
        help="The name in the client's HELO.",
        metavar="NAME",
        example="mail.example.org",
    ),
    sample="mail.example.org",
    on_page="helo",
)
TLS: Final = Fact(
    name=SessionFact.TLS,
    form=Form.CHOICE,
    option=Option(
        name="--tls", help="none, TLS1_2 or TLS1_3.", metavar="VERSION", example="TLS1_3"
    ),
    choices=("none", *(each.value for each in IngressTlsProtocolAttribute)),
    sample="TLS1_3",
    on_page="tls",
    names_nobody=True,
)
TLS_WRAPPED: Final = Fact(
    name=SessionFact.TLS_WRAPPED,
    form=Form.FLAG,
    sample=True,
    on_page="tls wrapped",
    within_tls=True,
)
CLIENT_CERTIFICATE: Final = Fact(
    name=SessionFact.CLIENT_CERTIFICATE,
    form=Form.FIELDS,
    doc="Fields of the client's certificate.",
    sample={"cn": ["client.example.org"]},
    on_page="client certificate",
)
MAIL_FROM: Final = Fact(
    name=EnvelopeFact.MAIL_FROM,
    form=Form.TEXT,
    doc="The sender; `<>` is the null sender.",
    option=Option(
        name="--mail-from",
        help="The envelope sender; `<>` is null.",
        metavar="ADDRESS",
        example="a.sender@example.org",
    ),
    sample="a.sender@example.org",
    on_page="from",
    empty_is_none=True,
)
RECIPIENTS: Final = Fact(
    name=EnvelopeFact.RECIPIENTS,
    form=Form.TEXTS,
    option=Option(name="--rcpt", help="An envelope recipient.", metavar="ADDRESS"),
    sample=["b@example.com"],
)
SPF: Final = Fact(
    name=VerdictFact.SPF,
    form=Form.CHOICE,
    option=Option(name="--spf", help=_VERDICT_WORDS, metavar="VERDICT"),
    choices=tuple(each.value for each in RuleVerdict),
    passing=RuleVerdict.PASS.value,
    sample="PASS",
    on_page="spf",
    names_nobody=True,
)
DKIM: Final = Fact(
    name=VerdictFact.DKIM,
    form=Form.CHOICE,
    option=Option(name="--dkim", help=_VERDICT_WORDS, metavar="VERDICT"),
    choices=tuple(each.value for each in RuleVerdict),
    passing=RuleVerdict.PASS.value,
    sample="PASS",
    on_page="dkim",
    names_nobody=True,
)
DMARC: Final = Fact(
    name=VerdictFact.DMARC,
    form=Form.DERIVED,
    doc="How DMARC ended: no rule reads it.",
    choices=tuple(each.value for each in RuleVerdict),
    sample="PASS",
)
DMARC_POLICY: Final = Fact(
    name=VerdictFact.DMARC_POLICY,
    form=Form.CHOICE,
    doc="`absent`: there is no policy to compare.",
    option=Option(
        name="--dmarc-policy",
        help="NONE, QUARANTINE, REJECT or absent.",
        metavar="POLICY",
        example="NONE",
    ),
    choices=(*(each.value for each in RuleDmarcPolicy), "absent"),
    sample="REJECT",
    on_page="dmarc policy",
    names_nobody=True,
)
ADD_ONS: Final = Fact(
    name=VerdictFact.ADD_ONS,
    form=Form.ANSWERS,
    doc="The fields of each add-on.",
    option=Option(name="--add-on", help="An add-on's answer.", metavar="NAME.FIELD=VALUE"),
    sample={"vade": {"isPassed": True}},
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderFact(Fact):
    """A header that rules read by name."""

    name: HeaderName
    header: str
    """As people write it: `From`."""
    holds_addresses: bool
    """Whether it is read as addresses."""

    @property
    def key(self) -> str:
        """Its name among the headers of a message: in lower case."""
        return self.header.lower()


def _header(name: HeaderName, header: str, sample: str, *, holds_addresses: bool) -> HeaderFact:
    return HeaderFact(
        name=name,
        form=Form.TEXT,
        doc=f"The `{header}:` header.",
        sample=sample,
        header=header,
        holds_addresses=holds_addresses,
    )


FROM: Final = _header(HeaderName.FROM, "From", "a.sender@example.org", holds_addresses=True)
SENDER: Final = _header(HeaderName.SENDER, "Sender", "a.sender@example.org", holds_addresses=True)
TO: Final = _header(HeaderName.TO, "To", "b@example.com", holds_addresses=True)
CC: Final = _header(HeaderName.CC, "Cc", "c@example.com", holds_addresses=True)
SUBJECT: Final = _header(HeaderName.SUBJECT, "Subject", "Hello", holds_addresses=False)
X_HEADER: Final = Fact(
    name=MessageFact.X_HEADER,
    form=Form.HEADERS,
    doc="Further headers.",
    sample={"X-Spam-Flag": ["YES"]},
)
READ_RECEIPT: Final = Fact(
    name=MessageFact.READ_RECEIPT,
    form=Form.DERIVED,
    doc="Follows from `Disposition-Notification-To` or `Return-Receipt-To`.",
    sample={"Disposition-Notification-To": ["a.sender@example.org"]},
)
SIZE: Final = Fact(
    name=MessageFact.SIZE,
    form=Form.BYTES,
    doc="Fill the message up to this size.",
    sample="100KB",
)

FACTS: Final[tuple[Fact, ...]] = (
    SOURCE_IP,
    HELO,
    TLS,
    TLS_WRAPPED,
    CLIENT_CERTIFICATE,
    MAIL_FROM,
    RECIPIENTS,
    SPF,
    DKIM,
    DMARC,
    DMARC_POLICY,
    ADD_ONS,
    FROM,
    SENDER,
    TO,
    CC,
    SUBJECT,
    X_HEADER,
    READ_RECEIPT,
    SIZE,
)
"""Every fact, in the order in which cases are written."""

FACT_OF: Final[Mapping[FactName, Fact]] = MappingProxyType({fact.name: fact for fact in FACTS})
"""The row of each fact."""

WRITTEN_HEADERS: Final = tuple(fact for fact in FACTS if isinstance(fact, HeaderFact))
"""The headers that rules read by name; a written message has a member for each."""
