"""Cases as people write them: what passes, what fails, and what a failure says."""

from __future__ import annotations

from typing import Any

import pytest

FROM_FILE = """
- name: delivered
  message: hello.eml
  envelope: {mail_from: ann@example.org, recipients: [bob@example.com]}
  expect: {bob@example.com: EXPECTED}
"""


@pytest.mark.parametrize(
    "expected",
    [
        "delivered",
        "{outcome: delivered}",
        "{by: deliver}",
        "{outcome: delivered, by: deliver, rules: [keep, deliver], actions: [archive, relay]}",
        "{rules_include: [deliver]}",
        "{actions: ['archive:vault', 'relay:exchange']}",
    ],
)
def test_an_expectation_that_holds_passes(ran: Any, expected: str) -> None:
    assert ran(FROM_FILE.replace("EXPECTED", expected)).statuses == ["passed"]


@pytest.mark.parametrize(
    ("expected", "member", "wanted", "got"),
    [
        ("dropped", "outcome", "dropped", "delivered by `deliver`"),
        ("{outcome: delivered, by: keep}", "outcome", "delivered by `keep`", None),
        ("{by: keep}", "by", "by `keep`", "delivered by `deliver`"),
        ("{rules: [deliver]}", "rules", "[deliver]", "[keep, deliver]"),
        ("{rules: [deliver, keep]}", "rules", "[deliver, keep]", "[keep, deliver]"),
        ("{rules_include: [block]}", "rules_include", "[block]", "[keep, deliver]"),
        ("{actions: [relay]}", "actions", "[relay]", "[archive:vault, relay:exchange]"),
        ("{actions: [archive, 'relay:other']}", "actions", None, None),
    ],
)
def test_an_expectation_that_does_not_hold_fails_with_what_came_instead(
    ran: Any, expected: str, member: str, wanted: str | None, got: str | None
) -> None:
    (result,) = ran(FROM_FILE.replace("EXPECTED", expected)).results
    (failure,) = result.failures
    assert (result.status, failure.recipient, failure.member) == (
        "failed",
        "bob@example.com",
        member,
    )
    assert wanted in {None, failure.expected}
    if wanted is None:
        assert failure.expected == "[archive, relay:other]"
    assert got in {None, failure.got}
    assert failure.got


def test_a_failure_says_where_the_deciding_rule_stands_and_why_the_other_did_not_apply(
    ran: Any,
) -> None:
    (result,) = ran(FROM_FILE.replace("EXPECTED", "{outcome: dropped, by: block}")).results
    (failure,) = result.failures
    assert str(failure.decided_at).startswith("rules.yaml:")
    assert failure.reasons == (
        '`block` did not apply: from ends_with "@example.net"; it is "ann@example.org"',
    )


def test_a_failure_says_which_unless_held_a_rule_back(ran: Any) -> None:
    cases = """
- name: held back
  message: {from: eve@example.net}
  envelope: {recipients: [abuse@example.com]}
  expect: {abuse@example.com: {by: block}}
"""
    (failure,) = ran(cases).results[0].failures
    assert failure.reasons == (
        '`block` was held back: recipient equals "abuse@example.com"; it is "abuse@example.com"',
    )


def test_each_recipient_has_its_own_expectation(ran: Any) -> None:
    cases = """
- name: mixed
  message: {from: eve@example.net, subject: Hello}
  envelope: {mail_from: eve@example.net, recipients: [bob@example.com, x@example.org]}
  expect:
    bob@example.com: {outcome: dropped, by: block}
    x@example.org: {outcome: refused, by: default action, rules: []}
"""
    assert ran(cases).statuses == ["passed"]


def test_recipients_that_are_not_stated_are_those_that_something_is_expected_for(
    ran: Any,
) -> None:
    cases = """
- name: short
  message: {from: ann@example.org}
  expect: {bob@example.com: delivered, x@example.org: refused}
"""
    assert ran(cases).statuses == ["passed"]


def test_rows_override_what_is_above_at_any_depth(ran: Any) -> None:
    cases = """
- name: senders
  message: {from: ann@example.org, subject: Hello}
  envelope: {mail_from: ann@example.org, recipients: [bob@example.com]}
  for_each:
    - {expect: {bob@example.com: delivered}}
    - {message: {from: eve@example.net}, expect: {bob@example.com: dropped}}
    - {envelope: {recipients: [x@example.org]}, expect: {x@example.org: refused}}
"""
    result = ran(cases)
    assert result.statuses == ["passed"] * 3
    assert [one.case.name for one in result.results] == [
        "senders [1]",
        "senders [2]",
        "senders [3]",
    ]
    assert [one.case.position.line for one in result.results] == [7, 8, 9]
    assert {one.case.envelope.mail_from for one in result.results} == {"ann@example.org"}


def test_an_unknown_outcome_fails_and_says_what_to_state(ran: Any) -> None:
    cases = """
- name: forgot the verdict
  message: {from: ann@example.org}
  expect: {bob@example.com: delivered}
"""
    (result,) = ran(cases, environment="prod").results
    (failure,) = result.failures
    assert failure.got == "unknown: delivered or dropped"
    assert failure.reasons == ("`spf` is unknown: state it with `verdicts: {spf: …}`",)


def test_rules_that_may_or_may_not_apply_do_not_pass_as_expected(ran: Any) -> None:
    rules = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
rule_sets:
  inbound:
    rules:
      - name: mark
        conditions: [{spf: {equals: FAIL}}]
        actions: [{add_header: {name: X-Mark, value: spf}}]
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
    cases = """
- name: exact list
  message: {from: ann@example.org}
  expect: {bob@example.com: {outcome: delivered, rules: [deliver]}}
"""
    (result,) = ran(cases, rules=rules).results
    assert [failure.got for failure in result.failures] == ["unknown whether [mark] applied"]


class TestTodo:
    CASE = """
- name: later
  message: {from: ann@example.org}
  expect: {bob@example.com: EXPECTED}
  todo: no rule yet
"""

    def test_it_may_fail(self, ran: Any) -> None:
        result = ran(self.CASE.replace("EXPECTED", "dropped"))
        assert result.statuses == ["todo"]
        assert result.results[0].passed

    def test_that_it_passes_is_reported(self, ran: Any) -> None:
        result = ran(self.CASE.replace("EXPECTED", "delivered"))
        assert result.statuses == ["todo_passed"]
        assert result.results[0].passed


def test_a_case_is_run_where_the_rules_that_it_names_live(ran: Any) -> None:
    cases = """
- name: prod alone
  message: {from: ann@example.org}
  verdicts: {spf: FAIL}
  expect: {bob@example.com: {outcome: dropped, by: only-prod}}
- name: everywhere
  message: {from: ann@example.org}
  verdicts: {spf: PASS}
  expect: {bob@example.com: delivered}
- name: as it says
  environments: [dev]
  message: {from: ann@example.org}
  expect: {bob@example.com: delivered}
"""
    names = {
        environment: [result.case.name for result in ran(cases, environment=environment).results]
        for environment in ("dev", "prod")
    }
    assert names == {"dev": ["everywhere", "as it says"], "prod": ["prod alone", "everywhere"]}


def test_actions_that_fail_are_stated_by_the_case(ran: Any) -> None:
    cases = """
- name: archive is down
  message: {from: ann@example.org}
  failing: ["archive:vault"]
  expect: {bob@example.com: {outcome: dropped, by: keep, actions: []}}
"""
    assert ran(cases).statuses == ["passed"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ("expect: {bob@example.com: delivered}", "the case has no message"),
        ("message: {from: a@example.org}", "the case expects nothing"),
        (
            "message: {from: a@example.org}\n  expect: {bob@example.com: {by: delivr}}",
            "there is no rule `delivr`",
        ),
        (
            "message: {from: a@example.org}\n  ingress_point: mx-out\n"
            "  expect: {bob@example.com: delivered}",
            "there is no ingress point `mx-out`",
        ),
        (
            "message: {from: a@example.org}\n  rule_set: inbond\n"
            "  expect: {bob@example.com: delivered}",
            "there is no rule set `inbond`",
        ),
        (
            "message: {from: a@example.org}\n  envelope: {recipients: [bob@example.com]}\n"
            "  expect: {bub@example.com: delivered}",
            "`bub@example.com` is not a recipient of the envelope",
        ),
        (
            'message: "a\\0.eml"\n  expect: {bob@example.com: delivered}',
            "message file `a\0.eml` is outside of the project",
        ),
        (
            "message: ../../secret.eml\n  expect: {bob@example.com: delivered}",
            "message file `../../secret.eml` is outside of the project",
        ),
    ],
)
def test_a_case_that_makes_no_sense_is_a_problem_with_its_place(
    ran: Any, members: str, message: str
) -> None:
    result = ran(f"- name: wrong\n  {members}")
    assert [problem.message for problem in result.problems] == [message]
    assert result.problems[0].position.file == "cases/all.yaml"
    assert result.results == ()


def test_a_message_file_that_is_not_there_fails_its_case_alone(ran: Any) -> None:
    cases = FROM_FILE.replace("hello.eml", "gone.eml") + FROM_FILE.replace("delivered", "second")
    result = ran(cases.replace("EXPECTED", "delivered"))
    assert result.statuses == ["failed", "passed"]
    problem = result.results[0].problem
    assert problem is not None
    assert problem.message == "message file `cases/gone.eml` does not exist"
    assert (problem.position.line, problem.position.column) == (4, 14)


TWO_WAYS_IN = """
version: 1
traffic_policies:
  edge: {default: allow, statements: []}
rule_sets:
  inbound:
    rules: [{name: out, actions: [drop]}]
ingress_points:
  mx-in: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
  mx-two: {type: open, traffic_policy: edge, rule_set: inbound, network: {public: ipv4}}
"""


def test_where_there_are_two_ways_in_a_case_says_which(ran: Any) -> None:
    case = "- name: which\n  message: {from: a@example.org}\n  expect: {bob@example.com: dropped}"
    silent = ran(case, rules=TWO_WAYS_IN)
    assert [(problem.message, problem.help) for problem in silent.problems] == [
        (
            "the case names no ingress_point for its message: there are 2 ingress points",
            "add `ingress_point: mx-in`",
        )
    ]
    assert ran(f"{case}\n  ingress_point: mx-two", rules=TWO_WAYS_IN).statuses == ["passed"]
    assert ran(f"{case}\n  rule_set: inbound", rules=TWO_WAYS_IN).statuses == ["passed"]


COPIES = """
version: 1
relays:
  exchange: {server: mail.example.com, port: 25, authentication: none}
archives:
  vault: {retention: ONE_YEAR}
rule_sets:
  inbound:
    rules:
      - name: fork
        actions:
          - archive: {to: vault}
          - replace_recipient: [ann@example.com, eve@example.com]
          - add_header: {name: X-Copy, value: "1"}
      - {name: deliver, actions: [{relay: {to: exchange}}]}
"""
FORKED = """
- name: forked
  message: {from: a@example.org, to: bob@example.com, subject: Hi}
  rule_set: inbound
  envelope: {mail_from: a@example.org, recipients: [bob@example.com]}
  expect: {bob@example.com: {actions: EXPECTED}}
"""


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        ("[archive, replace_recipient, add_header, relay]", "passed"),
        ("[archive, replace_recipient, add_header, add_header, relay, relay]", "passed"),
        ("[archive, replace_recipient, add_header, relay, relay]", "failed"),
        ("[archive, replace_recipient, relay]", "failed"),
    ],
)
def test_an_action_for_several_copies_is_written_once_or_once_a_copy(
    ran: Any, actions: str, status: str
) -> None:
    assert ran(FORKED.replace("EXPECTED", actions), rules=COPIES).statuses == [status]
