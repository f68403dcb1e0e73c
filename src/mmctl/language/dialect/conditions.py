"""Conditions of rules and of policy statements."""

from __future__ import annotations

from typing import Final

from mmctl.language.dialect.advice import (
    CONDITION_ADVICE,
    NETWORK_ADVICE,
    OPERATOR_ADVICE,
    POLICY_ADVICE,
)
from mmctl.language.dialect.grammar import (
    Bytes,
    Choice,
    Flag,
    Member,
    OneKey,
    Record,
    Several,
    Word,
)
from mmctl.language.dialect.words import (
    DMARC_POLICIES,
    LIST_ATTRIBUTES,
    NUMBER_OPERATORS,
    TEXT_ATTRIBUTES,
    TEXT_OPERATORS,
    TLS_VERSIONS,
    VERDICTS,
    may,
    need,
)
from mmctl.model.enums import RuleClientCertificateAttribute


def _values(doc: str) -> Several:
    return Several(item=Word(strict=True), single=True, minimum=1, doc=doc)


def _text_operators(extra: str = "") -> dict[str, Member]:
    texts = {
        "equals": "Any of the values is the whole text.",
        "not_equals": "None of the values is the whole text.",
        "starts_with": "The text starts with any of the values.",
        "ends_with": "The text ends with any of the values.",
        "contains": "Any of the values is somewhere in the text.",
    }
    return {operator: may(_values(doc + extra)) for operator, doc in texts.items()}


_ADDRESS_LIST = Word(doc="The logical name of an address list, or `id:…`.", pattern=r"\S+")


def _list_operators() -> dict[str, Member]:
    return {"in_address_list": may(_ADDRESS_LIST), "not_in_address_list": may(_ADDRESS_LIST)}


def _text_condition(name: str, doc: str, *, lists: bool) -> Record:
    members = _text_operators() | (_list_operators() if lists else {})
    return Record(
        title=name,
        key=True,
        doc=doc,
        advice=OPERATOR_ADVICE,
        members=members,
        one_of=(tuple(members),),
    )


def _choice_condition(name: str, doc: str, values: tuple[str, ...]) -> Record:
    members = {
        operator: may(Several(item=Choice(values=values), single=True, minimum=1))
        for operator in ("equals", "not_equals")
    }
    return Record(
        title=name,
        key=True,
        doc=doc,
        advice=OPERATOR_ADVICE,
        members=members,
        one_of=(tuple(members),),
    )


def _cidr_condition(name: str, doc: str) -> Record:
    members = {
        "cidr_matches": may(_values("The address is in any of the networks.")),
        "not_cidr_matches": may(_values("The address is in none of the networks.")),
    }
    return Record(
        title=name,
        key=True,
        doc=doc,
        advice=NETWORK_ADVICE,
        members=members,
        one_of=(tuple(members),),
    )


_NUMBER_CONDITION = Record(
    title="message_size",
    key=True,
    doc="The size of the message with its headers, in bytes.",
    members={operator: may(Bytes(fraction=True)) for operator in NUMBER_OPERATORS},
    one_of=(NUMBER_OPERATORS,),
)


def _add_on(*, verdicts: bool) -> Record:
    tests: dict[str, Member] = {"is": may(Flag(doc="The field is true, or false."))}
    tests |= _text_operators()
    if verdicts:
        verdict = Several(item=Choice(values=VERDICTS), single=True, minimum=1)
        tests |= {"verdict_equals": may(verdict), "verdict_not_equals": may(verdict)}
    return Record(
        title="add_on",
        advice=OPERATOR_ADVICE,
        key=True,
        doc="A field of the result of an add-on.",
        members={
            "name": need(Word(doc="The logical name of an add-on, or the ARN of an instance.")),
            "field": need(Word(doc="The field, spelled as the add-on spells it: `isPassed`.")),
            **tests,
        },
        one_of=(tuple(tests),),
    )


_HEADER = Record(
    title="header",
    advice=OPERATOR_ADVICE,
    key=True,
    doc="A header whose name starts with `X-`; Mail Manager sees no others.",
    members={"name": need(Word(doc="The header's name, `X-…`.")), **_text_operators()},
    one_of=(TEXT_OPERATORS,),
)
_CERTIFICATE = Record(
    title="client_certificate",
    advice=OPERATOR_ADVICE,
    key=True,
    doc="A field of the client's certificate (ingress points of type mtls).",
    members={
        "attribute": need(
            Choice(values=tuple(a.value.lower() for a in RuleClientCertificateAttribute))
        ),
        **_text_operators(),
    },
    one_of=(TEXT_OPERATORS,),
)

RULE_CONDITION: Final = OneKey(
    title="condition",
    doc="One condition of a rule: one key, one operator.",
    advice=CONDITION_ADVICE,
    options={
        **{
            name: _text_condition(name, doc, lists=name in LIST_ATTRIBUTES)
            for name, doc in TEXT_ATTRIBUTES.items()
        },
        "header": _HEADER,
        "client_certificate": _CERTIFICATE,
        "tls": Flag(doc="The session was encrypted."),
        "tls_wrapped": Flag(doc="The session was encrypted from its start, without STARTTLS."),
        "read_receipt_requested": Flag(doc="The sender asks for a read receipt."),
        "message_size": _NUMBER_CONDITION,
        "source_ip": _cidr_condition("source_ip", "The client's IPv4 address."),
        "spf": _choice_condition("spf", "The SPF verdict.", VERDICTS),
        "dkim": _choice_condition("dkim", "The DKIM verdict.", VERDICTS),
        "dmarc_policy": _choice_condition(
            "dmarc_policy", "The DMARC policy of the sender's domain.", DMARC_POLICIES
        ),
        "add_on": _add_on(verdicts=True),
    },
)
POLICY_CONDITION: Final = OneKey(
    title="policy condition",
    doc="One condition of a policy statement: one key, one operator.",
    advice=POLICY_ADVICE,
    options={
        "recipient": _text_condition("recipient", TEXT_ATTRIBUTES["recipient"], lists=True),
        "sender_ip": _cidr_condition("sender_ip", "The client's IPv4 address."),
        "sender_ipv6": _cidr_condition("sender_ipv6", "The client's IPv6 address."),
        "tls_protocol": Record(
            title="tls_protocol",
            key=True,
            doc="The TLS version of the session.",
            members={
                "minimum": may(Choice(values=TLS_VERSIONS, doc="This version or a later one.")),
                "is": may(Choice(values=TLS_VERSIONS, doc="Exactly this version.")),
            },
            one_of=(("minimum", "is"),),
        ),
        "add_on": _add_on(verdicts=False),
    },
)
