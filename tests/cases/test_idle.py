"""What a case states to no effect is said; what matters, or may be so, is not."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.language.parsing.load import read_text

RULES = """version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
add_ons:
  abusix: {product: ABUSIX_MAIL_INTELLIGENCE}
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
traffic_policies:
  edge:
    default: allow
    statements:
      - deny: [{add_on: {name: abusix, field: isListed, is: true}}]
rule_sets:
  inbound:
    rules:
      - name: block
        conditions: [{add_on: {name: vade, field: isPassed, is: false}}]
        actions: [drop]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
ingress_points:
  only: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
  both: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: dual_stack}}
  inside:
    type: open
    traffic_policy: edge
    rule_set: inbound
    network: {vpc_endpoint: vpce-0123456789abcdef0}
"""
CASE = """version: 1
cases:
  - name: one
    message: {from: a@example.org, to: b@example.com, subject: Hello}
    ingress_point: POINT
    session: SESSION
    envelope: {mail_from: a@example.org, recipients: [b@example.com]}
    verdicts: {add_ons: {abusix: {isListed: false}, vade: {isPassed: true}}}
    expect: {b@example.com: delivered}
"""
V6 = "{source_ip: '2001:db8::1', tls: TLS1_3}"
V4 = "{source_ip: 192.0.2.1, tls: TLS1_3}"
CERTIFICATE = "{source_ip: 192.0.2.1, tls: TLS1_3, client_certificate: {cn: mail.example.org}}"


def ran(point: str, session: str) -> Any:
    cases = CASE.replace("POINT", point).replace("SESSION", session)
    project, problems = read_text({"rules.yaml": RULES, "cases.yaml": cases})
    assert not problems, problems
    read, problems = cases_of(project)
    assert not problems, problems
    (result,) = run_cases(project, read, lambda _: b"")
    return result


@pytest.mark.parametrize(
    ("point", "session", "said"),
    [
        ("only", V4, ()),
        ("both", V4, ()),
        ("both", "{tls: TLS1_3}", ()),
        (
            "only",
            CERTIFICATE,
            (
                "`client_certificate` cannot matter: ingress point `only` asks for none; "
                "only type `mtls` does",
            ),
        ),
        (
            "only",
            V6,
            ("`source_ip` 2001:db8::1 cannot matter: ingress point `only` takes only IPv4",),
        ),
        (
            "both",
            V6,
            ("`add_ons.abusix` cannot matter: traffic policies ask no add-on over IPv6",),
        ),
        ("only", "{source_ip: '::ffff:192.0.2.1', tls: TLS1_3}", ()),
    ],
)
def test_a_fact_that_cannot_matter_is_said(point: str, session: str, said: tuple[str, ...]) -> None:
    assert ran(point, session).idle == said


def test_an_answer_of_an_add_on_is_open_while_the_family_of_the_client_is() -> None:
    answers = "isListed: false"
    listed = CASE.replace(answers, "isListed: true")
    outcomes = {}
    for name, text in (("passes", CASE), ("listed", listed)):
        for point in ("only", "both"):
            cases = text.replace("POINT", point).replace("SESSION", "{tls: TLS1_3}")
            project, _ = read_text({"rules.yaml": RULES, "cases.yaml": cases})
            (result,) = run_cases(project, cases_of(project)[0], lambda _: b"")
            assert result.trace is not None
            got = result.trace.recipients[0]
            outcomes[name, point] = got.outcome.value, [fact.fact for fact in got.missing]
    assert outcomes == {
        ("passes", "only"): ("delivered", []),
        ("passes", "both"): ("delivered", []),
        ("listed", "only"): ("refused", []),
        ("listed", "both"): ("unknown", ["source_ip"]),
    }
