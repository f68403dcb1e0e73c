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
    """A gateway with a rule for every field and every way to compare it.

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
    conditions += [f"{field}: {{in_address_list: partners}}" for field in _LISTED]
    conditions += [
        "source_ip: {cidr_matches: [198.51.100.0/24]}",
        "message_size: {greater_than: 100000}",
        "spf: {equals: [FAIL]}",
        "dkim: {equals: [FAIL]}",
        "dmarc_policy: {equals: [REJECT]}",
        "tls: false",
        "read_receipt_requested: true",
    ]
    rules = [
        f"      - name: r{number}\n        conditions: [{condition}]\n"
        f"        actions: [{{add_header: {{name: X-Rule, value: r{number}}}}}]\n"
        for number, condition in enumerate(conditions)
    ]
    files = {"mmctl.yaml": _PROJECT, "rules.yaml": _RESOURCES + "".join(rules)}
    project, problems = read_text(files)
    if problems:
        raise ValueError("\n".join(f"{each.position}: {each.message}" for each in problems))
    return gateway_of_ingress_point(project, "inbound")


_GATEWAY: Final = gateway()
_STATED: Final = Stated(
    envelope=Envelope(mail_from="a@b", recipients=("x@y", "z@y")),
    session=Session(source_ip="192.0.2.1", helo="h", tls=Tls.TLS1_3, tls_wrapped=False),
    facts=Facts(spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS, dmarc_policy=RuleDmarcPolicy.NONE),
)
"""Nothing is unknown: the time goes into the message."""
_SUBMITTING: Final = Submitting(_STATED, [_GATEWAY])


def judged(message: bytes) -> object:
    """What the index says, which has seen nothing like it."""
    submission = _SUBMITTING.of(read_email(message))
    return Index(gateway=_GATEWAY).judge(submission)


def evaluated(message: bytes) -> object:
    """What the evaluator says."""
    submission = _SUBMITTING.of(read_email(message))
    trace = judge(_GATEWAY, submission)
    return trace, tuple(readings_that_matter(_GATEWAY, submission, trace))
