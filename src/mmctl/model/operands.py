"""The operands of conditions: one row for each thing that a rule or a statement can look at.

A row says how files name it, what it holds, which fact it reads, how it is compared, and which
readings it is about. Below the rows two `match`es map attributes of the API to operands: for an
attribute that AWS adds, the type checker reports a missing row there. What a whole condition looks
at is in `mmctl.model.conditions`. No value may be compared here.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.model import facts
from mmctl.model.comparisons import (
    ANSWER_VERDICT,
    FLAG,
    LISTED,
    NETWORK,
    NETWORK_6,
    NUMBER,
    POLICY,
    TEXT,
    VERDICT,
    VERSION,
    Takes,
)
from mmctl.model.enums import (
    IngressAddressListEmailAttribute,
    IngressIpv4Attribute,
    IngressIpv6Attribute,
    IngressStringEmailAttribute,
    IngressTlsAttribute,
    RuleAddressListEmailAttribute,
    RuleBooleanEmailAttribute,
    RuleIpEmailAttribute,
    RuleNumberEmailAttribute,
    RuleStringEmailAttribute,
    RuleVerdictAttribute,
)
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.model.comparisons import Comparison
    from mmctl.model.facts import Fact


class NamedBy(StrEnum):
    """A key besides the operator that selects one of several."""

    NOTHING = "nothing"
    HEADER = "header"
    CERTIFICATE_FIELD = "certificate field"
    ADD_ON_FIELD = "add-on field"


class Holds(StrEnum):
    """How people see an operand when they write it."""

    ADDRESS = "address"
    SERVER_NAME = "server name"
    FREE_TEXT = "free text"
    NAME = "name"
    OTHER = "other"


class Party(StrEnum):
    """Whom an operand names."""

    SENDER = "sender"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operand:
    """One thing that conditions look at."""

    key: str
    """As files and traces name it."""
    doc: str
    """A description for schemas and pages."""
    fact: Fact
    """What it reads."""
    comparisons: tuple[Comparison, ...]
    holds: Holds = Holds.OTHER
    party: Party | None = None
    single: bool = False
    """Each recipient has exactly one: two different texts exclude each other."""
    vouched: bool = False
    """Somebody other than the sender vouches for it."""
    named: NamedBy = NamedBy.NOTHING
    beside: tuple[str, ...] = ()
    """Keys besides the operator that select which one is meant."""
    plain: str = "x"
    """Its value in an ordinary message."""
    readings: Mapping[Takes, tuple[str, ...]] = field(default_factory=dict)
    """The readings that a condition on it is about."""
    readings_negated: Mapping[Takes, tuple[str, ...]] = field(default_factory=dict)
    """The readings that a negative condition on it is about too."""

    @property
    def is_address(self) -> bool:
        """Whether its texts are addresses."""
        return self.holds is Holds.ADDRESS

    @property
    def is_server_name(self) -> bool:
        """Whether its text is the name of a server."""
        return self.holds is Holds.SERVER_NAME

    @property
    def is_free_text(self) -> bool:
        """Whether its texts are written by people, for people."""
        return self.holds is Holds.FREE_TEXT

    @property
    def in_envelope(self) -> bool:
        """Whether it is an address of the envelope."""
        return isinstance(self.fact.name, facts.EnvelopeFact)

    @property
    def is_flag(self) -> bool:
        """Whether a file writes `true` or `false` after it, without an operator."""
        return self.comparisons == (FLAG,)

    def compared_by(self, operator: str) -> Comparison:
        """The comparison that an operator in a file belongs to."""
        return next(each for each in self.comparisons if operator in each.operators)

    def compared_in(self, expression: str) -> Comparison:
        """How an expression of the API compares it."""
        return next(each for each in self.comparisons if each.expression == expression)


_IN_HEADER: Final = ("repeated_headers", "encoded_words")
_TEXT_READINGS: Final = {Takes.TEXT: ("string_case",)}
_FREE_TEXT_READINGS: Final = {Takes.TEXT: ("text_case", *_IN_HEADER)}
_ADDRESS_READINGS: Final = {
    Takes.TEXT: ("string_case", *_IN_HEADER, "address_fields"),
    Takes.ADDRESS_LIST: ("repeated_headers", "sender_without_header"),
}
_WITHOUT_TEXT: Final = {Takes.TEXT: ("missing_header",)}
_OTHER_FAMILY: Final = {Takes.NETWORK: ("ip_family_mismatch",)}
_OVER_IPV6: Final = ("add_on_over_ipv6",)
_ADDRESS: Final = "someone@example.org"

MAIL_FROM: Final = Operand(
    key="mail_from",
    doc="The envelope sender (MAIL FROM).",
    fact=facts.MAIL_FROM,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.SENDER,
    single=True,
    plain=_ADDRESS,
    readings=_TEXT_READINGS,
    readings_negated={Takes.TEXT: ("null_sender",)},
)
HELO: Final = Operand(
    key="helo",
    doc="The name in the client's HELO or EHLO.",
    fact=facts.HELO,
    comparisons=(TEXT,),
    holds=Holds.SERVER_NAME,
    party=Party.SENDER,
    single=True,
    plain="mail.example.org",
    readings=_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
RECIPIENT: Final = Operand(
    key="recipient",
    doc="The envelope recipient (RCPT TO), with its +tag.",
    fact=facts.RECIPIENTS,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.RECIPIENT,
    single=True,
    plain=_ADDRESS,
    readings=_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
SENDER: Final = Operand(
    key="sender",
    doc="The address in the `Sender:` header.",
    fact=facts.SENDER,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.SENDER,
    plain=_ADDRESS,
    readings={
        **_ADDRESS_READINGS,
        Takes.TEXT: (*_ADDRESS_READINGS[Takes.TEXT], "sender_without_header"),
    },
    readings_negated=_WITHOUT_TEXT,
)
FROM: Final = Operand(
    key="from",
    doc="The address in the `From:` header.",
    fact=facts.FROM,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.SENDER,
    plain=_ADDRESS,
    readings=_ADDRESS_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
SUBJECT: Final = Operand(
    key="subject",
    doc="The `Subject:` header.",
    fact=facts.SUBJECT,
    comparisons=(TEXT,),
    holds=Holds.FREE_TEXT,
    plain="Hello",
    readings=_FREE_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
TO: Final = Operand(
    key="to",
    doc="The addresses in the `To:` header.",
    fact=facts.TO,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.RECIPIENT,
    plain=_ADDRESS,
    readings=_ADDRESS_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
CC: Final = Operand(
    key="cc",
    doc="The addresses in the `Cc:` header.",
    fact=facts.CC,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.RECIPIENT,
    plain=_ADDRESS,
    readings=_ADDRESS_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
HEADER: Final = Operand(
    key="header",
    doc="A header whose name starts with `X-`; Mail Manager sees no other headers.",
    fact=facts.X_HEADER,
    comparisons=(TEXT,),
    holds=Holds.FREE_TEXT,
    named=NamedBy.HEADER,
    beside=("name",),
    readings=_FREE_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
CLIENT_CERTIFICATE: Final = Operand(
    key="client_certificate",
    doc="A field of the client's certificate (ingress points of type mtls).",
    fact=facts.CLIENT_CERTIFICATE,
    comparisons=(TEXT,),
    holds=Holds.NAME,
    vouched=True,
    named=NamedBy.CERTIFICATE_FIELD,
    beside=("attribute",),
    readings=_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)
TLS: Final = Operand(
    key="tls",
    doc="The session was encrypted.",
    fact=facts.TLS,
    comparisons=(FLAG,),
)
TLS_WRAPPED: Final = Operand(
    key="tls_wrapped",
    doc="The session was encrypted from its start, without STARTTLS.",
    fact=facts.TLS_WRAPPED,
    comparisons=(FLAG,),
)
READ_RECEIPT_REQUESTED: Final = Operand(
    key="read_receipt_requested",
    doc="The sender asks for a read receipt.",
    fact=facts.READ_RECEIPT,
    comparisons=(FLAG,),
)
MESSAGE_SIZE: Final = Operand(
    key="message_size",
    doc="The size of the message with its headers, in bytes.",
    fact=facts.SIZE,
    comparisons=(NUMBER,),
)
SOURCE_IP: Final = Operand(
    key="source_ip",
    doc="The client's IPv4 address.",
    fact=facts.SOURCE_IP,
    comparisons=(NETWORK,),
    vouched=True,
    readings_negated=_OTHER_FAMILY,
)
SPF: Final = Operand(
    key="spf",
    doc="The SPF verdict.",
    fact=facts.SPF,
    comparisons=(VERDICT,),
    vouched=True,
)
DKIM: Final = Operand(
    key="dkim",
    doc="The DKIM verdict.",
    fact=facts.DKIM,
    comparisons=(VERDICT,),
    vouched=True,
)
DMARC_POLICY: Final = Operand(
    key="dmarc_policy",
    doc="The DMARC policy of the sender's domain.",
    fact=facts.DMARC_POLICY,
    comparisons=(POLICY,),
    vouched=True,
    readings={Takes.POLICY: ("dmarc_policy_means", "dmarc_policy_without_record")},
)
ADD_ON: Final = Operand(
    key="add_on",
    doc="A field of the result of an add-on.",
    fact=facts.ADD_ONS,
    comparisons=(FLAG, TEXT, ANSWER_VERDICT),
    holds=Holds.NAME,
    vouched=True,
    named=NamedBy.ADD_ON_FIELD,
    beside=("name", "field"),
    readings=_TEXT_READINGS,
    readings_negated=_WITHOUT_TEXT,
)

RULE_OPERANDS: Final = (
    MAIL_FROM,
    HELO,
    RECIPIENT,
    SENDER,
    FROM,
    SUBJECT,
    TO,
    CC,
    HEADER,
    CLIENT_CERTIFICATE,
    TLS,
    TLS_WRAPPED,
    READ_RECEIPT_REQUESTED,
    MESSAGE_SIZE,
    SOURCE_IP,
    SPF,
    DKIM,
    DMARC_POLICY,
    ADD_ON,
)
"""What conditions of rules look at, in the order of the language."""
POLICY_RECIPIENT: Final = Operand(
    key="recipient",
    doc=RECIPIENT.doc,
    fact=facts.RECIPIENTS,
    comparisons=(TEXT, LISTED),
    holds=Holds.ADDRESS,
    party=Party.RECIPIENT,
    single=True,
    plain=_ADDRESS,
    readings={Takes.TEXT: ("string_case", *_OVER_IPV6), Takes.ADDRESS_LIST: _OVER_IPV6},
)
SENDER_IP: Final = Operand(
    key="sender_ip",
    doc="The client's IPv4 address.",
    fact=facts.SOURCE_IP,
    comparisons=(NETWORK,),
    vouched=True,
    readings_negated=_OTHER_FAMILY,
)
SENDER_IPV6: Final = Operand(
    key="sender_ipv6",
    doc="The client's IPv6 address.",
    fact=facts.SOURCE_IP,
    comparisons=(NETWORK_6,),
    vouched=True,
    readings_negated=_OTHER_FAMILY,
)
TLS_PROTOCOL: Final = Operand(
    key="tls_protocol",
    doc="The TLS version of the session.",
    fact=facts.TLS,
    comparisons=(VERSION,),
    readings={Takes.VERSION: ("tls_on_plaintext",)},
)
POLICY_ADD_ON: Final = Operand(
    key="add_on",
    doc=ADD_ON.doc,
    fact=facts.ADD_ONS,
    comparisons=(FLAG, TEXT),
    holds=Holds.NAME,
    vouched=True,
    named=NamedBy.ADD_ON_FIELD,
    beside=("name", "field"),
    readings={Takes.TEXT: ("string_case", *_OVER_IPV6), Takes.FLAG: _OVER_IPV6},
)

POLICY_OPERANDS: Final = (POLICY_RECIPIENT, SENDER_IP, SENDER_IPV6, TLS_PROTOCOL, POLICY_ADD_ON)
"""What conditions of policy statements look at, in the order of the language."""
OPERANDS: Final = (*RULE_OPERANDS, *POLICY_OPERANDS)
"""Every operand."""
OPERAND_OF_KEY: Final[Mapping[str, Operand]] = MappingProxyType(
    {operand.key: operand for operand in (*POLICY_OPERANDS, *RULE_OPERANDS)}
)
"""What a key of a condition means; equal keys of rules and of policies mean the same."""


RuleAttribute = (
    RuleStringEmailAttribute
    | RuleAddressListEmailAttribute
    | RuleBooleanEmailAttribute
    | RuleNumberEmailAttribute
    | RuleIpEmailAttribute
    | RuleVerdictAttribute
)
PolicyAttribute = (
    IngressStringEmailAttribute
    | IngressAddressListEmailAttribute
    | IngressIpv4Attribute
    | IngressIpv6Attribute
    | IngressTlsAttribute
)


def rule_operand(attribute: RuleAttribute) -> Operand:
    """The operand that an attribute of a rule's condition is."""
    match attribute:
        case RuleStringEmailAttribute.MAIL_FROM | RuleAddressListEmailAttribute.MAIL_FROM:
            return MAIL_FROM
        case RuleStringEmailAttribute.HELO:
            return HELO
        case RuleStringEmailAttribute.RECIPIENT | RuleAddressListEmailAttribute.RECIPIENT:
            return RECIPIENT
        case RuleStringEmailAttribute.SENDER | RuleAddressListEmailAttribute.SENDER:
            return SENDER
        case RuleStringEmailAttribute.FROM | RuleAddressListEmailAttribute.FROM:
            return FROM
        case RuleStringEmailAttribute.SUBJECT:
            return SUBJECT
        case RuleStringEmailAttribute.TO | RuleAddressListEmailAttribute.TO:
            return TO
        case RuleStringEmailAttribute.CC | RuleAddressListEmailAttribute.CC:
            return CC
        case RuleBooleanEmailAttribute.READ_RECEIPT_REQUESTED:
            return READ_RECEIPT_REQUESTED
        case RuleBooleanEmailAttribute.TLS:
            return TLS
        case RuleBooleanEmailAttribute.TLS_WRAPPED:
            return TLS_WRAPPED
        case RuleNumberEmailAttribute.MESSAGE_SIZE:
            return MESSAGE_SIZE
        case RuleIpEmailAttribute.SOURCE_IP:
            return SOURCE_IP
        case RuleVerdictAttribute.SPF:
            return SPF
        case RuleVerdictAttribute.DKIM:
            return DKIM
        case _:
            assert_never(attribute)


def policy_operand(attribute: PolicyAttribute) -> Operand:
    """The operand that an attribute of a statement's condition is."""
    match attribute:
        case IngressStringEmailAttribute.RECIPIENT | IngressAddressListEmailAttribute.RECIPIENT:
            return POLICY_RECIPIENT
        case IngressIpv4Attribute.SENDER_IP:
            return SENDER_IP
        case IngressIpv6Attribute.SENDER_IPV6:
            return SENDER_IPV6
        case IngressTlsAttribute.TLS_PROTOCOL:
            return TLS_PROTOCOL
        case _:
            assert_never(attribute)


_RULE_ATTRIBUTES: Final[tuple[tuple[Takes, type[RuleAttribute]], ...]] = (
    (Takes.TEXT, RuleStringEmailAttribute),
    (Takes.ADDRESS_LIST, RuleAddressListEmailAttribute),
    (Takes.FLAG, RuleBooleanEmailAttribute),
    (Takes.NUMBER, RuleNumberEmailAttribute),
    (Takes.NETWORK, RuleIpEmailAttribute),
    (Takes.VERDICT, RuleVerdictAttribute),
)
_POLICY_ATTRIBUTES: Final[tuple[tuple[Takes, type[PolicyAttribute]], ...]] = (
    (Takes.TEXT, IngressStringEmailAttribute),
    (Takes.ADDRESS_LIST, IngressAddressListEmailAttribute),
    (Takes.NETWORK, IngressIpv4Attribute),
    (Takes.NETWORK, IngressIpv6Attribute),
    (Takes.VERSION, IngressTlsAttribute),
)
RULE_OPERAND: Final[Mapping[RuleAttribute, Operand]] = {
    attribute: rule_operand(attribute)
    for _, attributes in _RULE_ATTRIBUTES
    for attribute in attributes
}
"""`rule_operand` of each attribute, for the judge, which looks it up all the time."""
POLICY_OPERAND: Final[Mapping[PolicyAttribute, Operand]] = {
    attribute: policy_operand(attribute)
    for _, attributes in _POLICY_ATTRIBUTES
    for attribute in attributes
}
"""`policy_operand` of each attribute."""
ATTRIBUTE_OF: Final[Mapping[tuple[Operand, Takes], StrEnum]] = MappingProxyType(
    {
        **{
            (RULE_OPERAND[attribute], takes): attribute
            for takes, attributes in _RULE_ATTRIBUTES
            for attribute in attributes
        },
        **{
            (POLICY_OPERAND[attribute], takes): attribute
            for takes, attributes in _POLICY_ATTRIBUTES
            for attribute in attributes
        },
    }
)
"""The attribute of the API for each operand that has one, by what it is compared with."""
