"""One small gateway for all tests of the judge: rules as people write them, one message."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mmctl.judge.judging import judge
from mmctl.judge.submission import Scenario, Submission, gateway_of_ingress_point
from mmctl.language.parsing.load import read_text
from mmctl.mail.email import Envelope, Facts, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleVerdict

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway
    from mmctl.judge.trace import Trace

PROJECT = """
version: 1
project: test
rules: [rules.yaml]
semantics: {semantics}
environments:
  here: {{endpoint: embedded}}
default_environment: here
"""
RESOURCES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
  legacy: {server: legacy.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
address_lists:
  partners: {members: ["*@partner.example", "boss@example.org", "bare.example", "*.below.example"]}
  threats: {members: external}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
ingress_points:
  mx-in:
    type: open
    traffic_policy: edge
    rule_set: inbound
    network: {public: dual_stack}
"""
OPEN_POLICY = "{default: allow, statements: []}"
ROLE = "arn:aws:iam::111122223333:role/gateway"
MESSAGE = b"From: Ann <ann@example.org>\r\nTo: bob@example.com\r\nSubject: Hello\r\n\r\nbody\r\n"
KNOWN_SESSION = Session(
    source_ip="203.0.113.7", helo="mx.example.org", tls=Tls.TLS1_3, tls_wrapped=False
)
KNOWN_FACTS = Facts(spf=RuleVerdict.PASS, dkim=RuleVerdict.PASS)


class Submitted(Protocol):
    """How tests ask: rules, what differs from an ordinary message, and readings."""

    def __call__(
        self,
        rules: str,
        *,
        policy: str = OPEN_POLICY,
        message: bytes = MESSAGE,
        mail_from: str | None = "ann@example.org",
        to: tuple[str, ...] = ("bob@example.com",),
        session: Session = KNOWN_SESSION,
        facts: Facts = KNOWN_FACTS,
        **readings: str,
    ) -> tuple[Gateway, Submission]: ...


class Judged(Protocol):
    """The same, with what becomes of the message."""

    def __call__(
        self,
        rules: str,
        *,
        scenario: Scenario | None = None,
        assume_pass: bool = False,
        **asked: Any,
    ) -> Trace: ...


def gateway_from(rules: str, *, policy: str = OPEN_POLICY, **readings: str) -> Gateway:
    """The gateway of a project with these rules; the project must be without a problem."""
    files = {
        "mmctl.yaml": PROJECT.format(semantics=dict(readings)),
        "rules.yaml": (
            f"{RESOURCES}\ntraffic_policies:\n  edge:\n"
            f"{indent(_block(policy), '    ')}\n"
            f"rule_sets:\n  inbound:\n    rules:\n{indent(rules.strip(chr(10)), '      ')}\n"
        ),
    }
    project, problems = read_text(files)
    assert not problems, "\n".join(f"{p.position}: {p.message}" for p in problems)
    return gateway_of_ingress_point(project, "mx-in")


def _block(policy: str) -> str:
    if policy != OPEN_POLICY:
        return policy.strip("\n")
    return "default: allow\nstatements: []"


@pytest.fixture(name="submitted")
def submitted_fixture() -> Submitted:
    """A gateway with rules, and a message that is submitted to it."""

    def submitted(
        rules: str,
        *,
        policy: str = OPEN_POLICY,
        message: bytes = MESSAGE,
        mail_from: str | None = "ann@example.org",
        to: tuple[str, ...] = ("bob@example.com",),
        session: Session = KNOWN_SESSION,
        facts: Facts = KNOWN_FACTS,
        **readings: str,
    ) -> tuple[Gateway, Submission]:
        submission = Submission(
            email=read_email(message),
            session=session,
            envelope=Envelope(mail_from=mail_from, recipients=to),
            facts=facts,
        )
        return gateway_from(rules, policy=policy, **readings), submission

    return submitted


@pytest.fixture(name="judged")
def judged_fixture(submitted: Submitted) -> Judged:
    """Judge one message by rules."""

    def judged(
        rules: str, *, scenario: Scenario | None = None, assume_pass: bool = False, **asked: Any
    ) -> Trace:
        gateway, submission = submitted(rules, **asked)
        return judge(gateway, submission, scenario, assume_pass=assume_pass)

    return judged


@pytest.fixture(name="gateway_from")
def gateway_from_fixture() -> Any:
    """Make a gateway from rules."""
    return gateway_from
