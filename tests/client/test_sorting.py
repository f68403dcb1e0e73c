"""Cases are sorted honestly: nothing is called stated that the session does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cases.parsing import cases_of
from mmctl.client.expecting import content_of
from mmctl.client.sorting import CaseKind, SessionHas, sort_case
from mmctl.language.parsing.load import read_text
from mmctl.language.project import Outcome
from mmctl.mail.compose import filled_up
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.client.sorting import SortedCase

PROJECT = {
    "mmctl.yaml": """
version: 1
project: acme
rules: ["rules/*.yaml"]
cases: ["cases/*.yaml"]
environments: {local: {endpoint: embedded}}
""",
    "rules/rules.yaml": """
version: 1
rule_sets:
  inbound:
    rules:
      - name: spoofed
        conditions: [{mail_from: {ends_with: "@example.com"}}, {spf: {equals: [FAIL]}}]
        actions: [drop]
      - name: scanned
        conditions: [{add_on: {name: vade, field: isPassed, is: false}}]
        actions: [drop]
      - name: ours
        conditions: [{source_ip: {cidr_matches: [192.0.2.0/24]}}]
        actions: [{add_header: {name: X-Ours, value: "yes"}}]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
traffic_policies:
  edge: {default: allow}
ingress_points:
  public-mx: {type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}
relays:
  exchange: {server: mail.corp.example.com, port: 25, authentication: none}
add_ons:
  vade: {product: VADE_ADVANCED_EMAIL_SECURITY}
""",
}
CASE = """
version: 1
cases:
  - name: a case
    message: {{from: {sender}, to: b@example.com, subject: hi, body: hello}}
    envelope: {{mail_from: {sender}, recipients: [b@example.com]}}
    {members}
    expect: {{b@example.com: delivered}}
"""
HERE = SessionHas(
    ingress_points=frozenset({"public-mx"}), helo="me.example.org", address="192.0.2.9"
)


def sorted_case(
    members: str = "", *, sender: str = "a@example.org", has: SessionHas = HERE
) -> SortedCase:
    files = {**PROJECT, "cases/cases.yaml": CASE.format(sender=sender, members=members)}
    project, problems = read_text(files)
    cases, more = cases_of(project)
    assert not [each for each in (*problems, *more) if "error" in each.severity], (problems, more)
    return sort_case(project, cases[0], has, lambda _: b"")


def test_the_facts_that_a_session_has_itself_are_as_stated() -> None:
    for members in (
        "session: {source_ip: 192.0.2.9}",
        "session: {source_ip: 192.0.2.9, helo: other.example.org, tls: TLS1_2}",
        "session: {tls: TLS1_3, tls_wrapped: false}",
    ):
        found = sorted_case(members)
        assert (found.kind, found.why) == (CaseKind.AS_STATED, ()), members
    assert sorted_case("session: {helo: other.example.org}").helo == "other.example.org"
    assert sorted_case("session: {helo: 'not a name'}").helo == "me.example.org"


def test_other_facts_are_the_sessions_own_where_the_end_is_known_all_the_same() -> None:
    scanned = "verdicts: {add_ons: {vade: {isPassed: true}}}"
    embedded = replace(HERE, assumes_pass=True)
    found = sorted_case("session: {source_ip: 203.0.113.9}", has=embedded)
    assert (found.kind, found.why) == (
        CaseKind.OWN_FACTS,
        ("source_ip 203.0.113.9: the session has 192.0.2.9",),
    )
    assert found.own is not None
    assert found.own.recipients[0].applied == ("ours", "deliver")
    found = sorted_case(scanned, has=embedded)
    assert found.kind is CaseKind.OWN_FACTS
    assert found.why[0].startswith("add_ons vade.isPassed=true: only the service knows")


def test_what_only_the_service_knows_stops_a_case_that_depends_on_it() -> None:
    found = sorted_case("verdicts: {add_ons: {vade: {isPassed: true}}}")
    assert found.kind is CaseKind.NOT_SENDABLE
    assert found.why == ("vade.isPassed: how it ends for b@example.com depends on it",)
    stated = "verdicts: {spf: PASS, add_ons: {vade: {isPassed: true}}}"
    found = sorted_case(stated, sender="c@example.com")
    assert [line.partition(":")[0] for line in found.why] == ["spf", "vade.isPassed"]
    unknown = replace(HERE, address=None)
    found = sorted_case("session: {source_ip: 192.0.2.1}", has=unknown)
    assert found.kind is CaseKind.NOT_SENDABLE


def test_functions_and_failures_are_facts_of_a_case_too() -> None:
    embedded = replace(HERE, assumes_pass=True)
    found = sorted_case("failing: ['relay:exchange']", has=embedded)
    assert found.kind is CaseKind.OWN_FACTS
    assert found.why == ("relay:exchange fails: a real one may not",)
    assert found.own is not None
    assert found.own.recipients[0].outcome is Outcome.DELIVERED


def test_an_endpoint_that_takes_facts_makes_every_case_sendable_but_those_without_a_way_in() -> (
    None
):
    takes = replace(HERE, takes_facts=True)
    stated = "verdicts: {spf: FAIL, add_ons: {vade: {isPassed: false}}}"
    for members in (stated, "session: {source_ip: 203.0.113.9}", "failing: [relay]"):
        assert sorted_case(members, has=takes).kind is CaseKind.AS_STATED
    for members in ("rule_set: inbound", "todo: later"):
        assert sorted_case(members, has=takes).kind is CaseKind.NOT_SENDABLE
    elsewhere = replace(takes, ingress_points=frozenset({"other"}))
    assert sorted_case(has=elsewhere).why == ("ingress point `public-mx` cannot be sent to here",)


def test_plain_text_is_sent_only_where_it_may_be() -> None:
    members = "session: {tls: none}"
    assert sorted_case(members, has=replace(HERE, plain=True)).kind is CaseKind.AS_STATED
    assert sorted_case(members).kind is not CaseKind.AS_STATED
    unencrypted = replace(HERE, encrypts=False)
    assert sorted_case(members, has=unencrypted).kind is CaseKind.AS_STATED
    assert sorted_case("session: {tls: TLS1_3}", has=unencrypted).kind is not CaseKind.AS_STATED


def test_a_written_message_is_sent_as_large_as_it_says() -> None:
    files = {
        **PROJECT,
        "cases/cases.yaml": CASE.format(sender="a@example.org", members="").replace(
            "body: hello", "body: hello, size: 100KB"
        ),
    }
    cases = cases_of(read_text(files)[0])[0]
    content = content_of(cases[0], lambda _: b"")
    assert len(content) == cases[0].message.email.size >= 100_000  # type: ignore[union-attr]
    assert max(map(len, content.split(b"\r\n"))) < 1000
    assert b"hello\r\nxxx" in content
    wrong = []
    for size in range(12, 400):
        filled = filled_up(b"A: b\r\n\r\nhi\r\n", size)
        if size != 13 and (len(filled) != size or not filled.endswith(b"\r\n")):
            wrong.append(size)
    assert wrong == []
