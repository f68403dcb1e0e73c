"""Judging hostile messages by a gateway that reads everything, under every choice of readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.index.index import Index
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import gateway_of_ingress_point
from mmctl.judge.submitting import Submitting
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.facts import Stated
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway

_OPERATORS: Final = ("equals", "not_equals", "starts_with", "ends_with", "contains")
_TEXTS: Final = ("mail_from", "recipient", "helo", "subject", "from", "sender", "to", "cc")
_LISTED: Final = ("mail_from", "recipient", "from", "sender", "to", "cc")
RULES: Final = 300
_PROJECT: Final = """
version: 1
project: hostile
rules: [rules.yaml]
environments: {here: {endpoint: embedded}}
"""
_RESOURCES: Final = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
address_lists:
  partners: {members: ["*@partner.example", "boss@example.org", "b.example", "*.below.example"]}
  starred: {members: [__STARRED__]}
  many: {members: [__MANY__]}
traffic_policies:
  edge:
    default: allow
    max_message_size: 40MB
    statements:
      - deny: [{recipient: {ends_with: ["@gone.example"]}}, {tls_protocol: {is: TLS1_2}}]
ingress_points:
  inbound:
    type: open
    traffic_policy: edge
    rule_set: inbound
    network: {public: dual_stack}
rule_sets:
  inbound:
    rules:
"""


def gateway() -> Gateway:
    """A gateway with 300 rules, among them one for every field and every way to compare it.

    Raises:
        ValueError: the rules have a problem.
    """
    conditions = [
        f"{field}: {{{operator}: [Offer, win@example.org, a@b, x]}}"
        for field in _TEXTS
        for operator in _OPERATORS
    ]
    conditions += [
        f"header: {{name: X-A, {operator}: [Offer, win@example.org, a@b, x]}}"
        for operator in _OPERATORS
    ]
    conditions += [
        f"{field}: {{in_address_list: {name}}}"
        for field in _LISTED
        for name in ("partners", "starred", "many")
    ]
    conditions += [
        "source_ip: {cidr_matches: [198.51.100.0/24]}",
        "message_size: {greater_than: 100000}",
        "spf: {equals: [FAIL]}",
        "dkim: {equals: [FAIL]}",
        "dmarc_policy: {equals: [REJECT]}",
        "tls: false",
        "read_receipt_requested: true",
    ]
    conditions += [_further(number) for number in range(RULES - len(conditions))]
    rules = [
        f"      - name: r{number}\n        conditions: [{condition}]\n"
        f"        actions: [{{add_header: {{name: X-Rule, value: r{number}}}}}]\n"
        for number, condition in enumerate(conditions)
    ]
    starred = ", ".join(f'"user{n}*@d{n}.example", "x@*.d{n}.example"' for n in range(20))
    many = ", ".join(f"user{n}@d{n}.example" for n in range(500))
    resources = _RESOURCES.replace("__STARRED__", starred).replace("__MANY__", many)
    files = {"mmctl.yaml": _PROJECT, "rules.yaml": resources + "".join(rules)}
    project, problems = read_text(files)
    if problems:
        raise ValueError("\n".join(f"{each.position}: {each.message}" for each in problems))
    return gateway_of_ingress_point(project, "inbound")


def _further(number: int) -> str:
    """A condition on a text, with values that no other has."""
    operator = _OPERATORS[number % len(_OPERATORS)]
    values = ", ".join(f"value{number}x{place}" for place in range(5))
    field = _TEXTS[number % len(_TEXTS)]
    return f"{field}: {{{operator}: [{values}]}}"


_GATEWAY: Final = gateway()
_STATED: Final = Stated(
    envelope=Envelope(mail_from="a@b", recipients=("x@y", "z@y")),
    session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3, tls_wrapped=False),
    facts=Facts(spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS, dmarc_policy=RuleDmarcPolicy.NONE),
)
"""Nothing is unknown: the time goes into the message."""
_SUBMITTING: Final = Submitting(_STATED, [_GATEWAY])
_COMPILING: Final = tuple(
    f"From: {','.join(f'{letter}{number}@Y.example' for number in range(2000))}\r\n\r\n".encode()
    for letter in ("z", "\u00c9")
)
_INDEXES: Final = [Index(gateway=_GATEWAY)]


def forget() -> None:
    """Let the next message be judged by an index that is compiled, and has seen nothing like it.

    What finds many addresses at once is compiled when the first message has as many.
    """
    _INDEXES[:] = [Index(gateway=_GATEWAY)]
    for message in _COMPILING:
        judged(message)


def judged(message: bytes) -> object:
    """What the index says."""
    return _INDEXES[0].judge(_SUBMITTING.of(read_email(message)))


def evaluated(message: bytes) -> object:
    """What the evaluator says."""
    submission = _SUBMITTING.of(read_email(message))
    trace = judge(_GATEWAY, submission)
    return trace, tuple(readings_that_matter(_GATEWAY, submission, trace))
