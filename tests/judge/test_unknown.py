"""What nobody stated is never silently false: Kleene's logic, and trying every world."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from mmctl.judge.answers import FALSE, TRUE, Answer, Lack, MissingFact, Truth, all_of, any_of
from mmctl.judge.judging import judge
from mmctl.judge.trace import RuleResult
from mmctl.judge.words import condition_line
from mmctl.language.project import Outcome
from mmctl.mail.email import Facts, Session

DELIVER = "- {name: deliver, actions: [{relay: {to: exchange}}]}\n"
FACT = MissingFact(
    fact="spf", states="--spf", in_case="verdicts: {spf: …}", choices=("PASS", "FAIL")
)
UNKNOWN = Answer(Truth.UNKNOWN, (Lack(FACT, frozenset({"FAIL"})),))
NOTHING_KNOWN: dict[str, Any] = {"session": Session(), "facts": Facts(), "mail_from": None}
RANK = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 2}


@pytest.mark.parametrize(("one", "other"), list(product((TRUE, FALSE, UNKNOWN), repeat=2)))
def test_and_is_the_least_and_or_the_greatest_of_its_answers(one: Answer, other: Answer) -> None:
    truths = sorted((one.truth, other.truth), key=RANK.__getitem__)
    assert all_of((one, other)).truth is truths[0]
    assert any_of((one, other)).truth is truths[1]


def test_not_turns_around_what_is_known_and_keeps_what_is_missing() -> None:
    assert (~TRUE, ~FALSE) == (FALSE, TRUE)
    assert (~UNKNOWN).missing == (FACT,)


def test_all_of_nothing_is_true_and_any_of_nothing_is_false() -> None:
    assert (all_of(()), any_of(())) == (TRUE, FALSE)


@pytest.mark.parametrize(
    ("condition", "fact", "states"),
    [
        ("spf: {equals: FAIL}", "spf", "--spf"),
        ("dkim: {not_equals: PASS}", "dkim", "--dkim"),
        ("dmarc_policy: {equals: REJECT}", "dmarc_policy", "--dmarc-policy"),
        ("source_ip: {cidr_matches: [192.0.2.0/24]}", "source_ip", "--ip"),
        ("helo: {ends_with: .example.org}", "helo", "--helo"),
        ("mail_from: {equals: a@example.org}", "mail_from", "--mail-from"),
        ("mail_from: {in_address_list: partners}", "mail_from", "--mail-from"),
        ("tls: false", "tls", "--tls"),
        ("tls_wrapped: true", "tls_wrapped", "session: {tls_wrapped: …} in a case"),
        (
            "add_on: {name: vade, field: isPassed, is: false}",
            "vade.isPassed",
            "--add-on vade.isPassed=…",
        ),
        (
            "add_on: {name: vade, field: category, equals: SPAM}",
            "vade.category",
            "--add-on vade.category=…",
        ),
        (
            "add_on: {name: vade, field: verdict, verdict_equals: [FAIL]}",
            "vade.verdict",
            "--add-on vade.verdict=…",
        ),
        (
            "from: {in_address_list: threats}",
            "address list threats",
            "address_lists: {threats: {sample_file: …}} in the project",
        ),
    ],
)
def test_an_unknown_condition_names_the_fact_and_what_states_it(
    judged: Any, condition: str, fact: str, states: str
) -> None:
    rules = f"- name: block\n  conditions: [{{{condition}}}]\n  actions: [drop]\n{DELIVER}"
    got = judged(rules, **NOTHING_KNOWN).recipients[0]
    assert (got.outcome, got.by) == (Outcome.UNKNOWN, None)
    assert got.possible == (Outcome.DELIVERED, Outcome.DROPPED)
    assert [(missing.fact, missing.states) for missing in got.missing] == [(fact, states)]


def test_a_client_certificate_is_asked_for_at_mtls_ingress_points_alone(judged: Any) -> None:
    rules = (
        "- name: block\n  conditions: [{client_certificate: {attribute: cn, equals: a.example}}]\n"
        f"  actions: [drop]\n{DELIVER}"
    )
    assert judged(rules, **NOTHING_KNOWN).recipients[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    ("certificate", "outcome"),
    [
        ({"CN": ("a.example",)}, Outcome.DROPPED),
        ({"CN": ("b.example", "A.example")}, Outcome.DROPPED),
        ({"CN": ("b.example",)}, Outcome.DELIVERED),
        ({"SAN_DNS_NAME": ("a.example",)}, Outcome.DELIVERED),
        ({}, Outcome.DELIVERED),
        (None, Outcome.UNKNOWN),
    ],
    ids=["named", "second", "another", "other-attribute", "none-shown", "not-stated"],
)
def test_a_client_certificate_is_compared_where_it_is_asked_for(
    submitted: Any, certificate: dict[str, tuple[str, ...]] | None, outcome: Outcome
) -> None:
    rules = (
        "- name: block\n  conditions: [{client_certificate: {attribute: cn, equals: a.example}}]\n"
        f"  actions: [drop]\n{DELIVER}"
    )
    gateway, submission = submitted(rules, session=Session(client_certificate=certificate))
    got = judge(replace(gateway, certificates=True), submission).recipients[0]
    assert got.outcome is outcome


def test_a_refusal_is_known_where_only_another_reason_for_it_is_not(judged: Any) -> None:
    policy = """
default: deny
statements:
  - name: old
    deny: [{tls_protocol: {is: TLS1_2}}]
  - name: others
    allow: [{recipient: {ends_with: "@example.net"}}]
"""
    got = judged(DELIVER, policy=policy, **NOTHING_KNOWN).recipients[0]
    assert (got.outcome, got.missing) == (Outcome.REFUSED, ())


def test_the_policy_may_be_what_is_unknown(judged: Any) -> None:
    policy = """
default: deny
statements:
  - name: encrypted
    allow: [{tls_protocol: {minimum: TLS1_2}}]
"""
    got = judged(DELIVER, policy=policy, **NOTHING_KNOWN).recipients[0]
    assert got.possible == (Outcome.REFUSED, Outcome.DELIVERED)
    assert [missing.states for missing in got.missing] == ["--tls"]


def test_an_outcome_that_is_the_same_in_every_world_is_known(judged: Any) -> None:
    rules = """
- name: mark
  conditions: [{spf: {equals: FAIL}}]
  actions: [{add_header: {name: X-Mark, value: spf}}]
"""
    got = judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0]
    assert (got.outcome, got.by) == (Outcome.DELIVERED, "deliver")
    assert [rule.result for rule in got.rules] == [RuleResult.UNKNOWN, RuleResult.APPLIED]
    assert [missing.fact for missing in got.missing] == ["spf"]
    assert [action.kind for action in got.actions] == ["relay"]


def test_two_rules_that_split_a_fact_between_them_leave_no_gap(judged: Any) -> None:
    rules = """
- name: bad
  conditions: [{spf: {equals: FAIL}}]
  actions: [drop]
- name: good
  conditions: [{spf: {not_equals: FAIL}}]
  actions: [drop]
"""
    got = judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0]
    assert (got.outcome, got.by) == (Outcome.DROPPED, None)


def test_a_false_condition_settles_the_rule_whatever_is_unknown(judged: Any) -> None:
    rules = """
- name: block
  conditions: [{spf: {equals: FAIL}}, {subject: {equals: other}}]
  actions: [drop]
"""
    got = judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0]
    assert got.outcome is Outcome.DELIVERED
    assert got.missing == ()


def test_a_matching_unless_settles_the_rule_whatever_is_unknown(judged: Any) -> None:
    rules = """
- name: block
  unless: [{subject: {equals: Hello}}, {spf: {equals: PASS}}]
  actions: [drop]
"""
    assert judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0].outcome is Outcome.DELIVERED


def test_a_fact_that_decides_nothing_is_not_asked_for(judged: Any) -> None:
    rules = """
- name: mark
  conditions: [{helo: {ends_with: .example}}]
  actions: [{add_header: {name: X-Mark, value: helo}}]
- name: block
  conditions: [{spf: {equals: FAIL}}]
  actions: [drop]
"""
    got = judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0]
    assert [missing.fact for missing in got.missing] == ["spf"]


def test_where_there_are_too_many_ways_the_outcome_is_plainly_unknown(judged: Any) -> None:
    rules = "".join(
        f"- name: mark-{number}\n"
        f"  conditions: [{{helo: {{equals: host{number}.example}}}}]\n"
        "  actions: [{add_header: {name: X-Mark, value: host}}]\n"
        for number in range(8)
    )
    got = judged(rules + DELIVER, **NOTHING_KNOWN).recipients[0]
    assert (got.outcome, got.possible) == (Outcome.UNKNOWN, ())
    assert "helo" in {missing.fact for missing in got.missing}


def test_one_recipient_may_be_known_where_another_is_not(judged: Any) -> None:
    rules = """
- name: block
  conditions: [{recipient: {equals: bob@example.com}}, {spf: {equals: FAIL}}]
  actions: [drop]
"""
    trace = judged(rules + DELIVER, to=("bob@example.com", "eve@example.com"), **NOTHING_KNOWN)
    assert [got.outcome for got in trace.recipients] == [Outcome.UNKNOWN, Outcome.DELIVERED]
    assert trace.performed[-1].recipients == ("eve@example.com",)


def test_what_depends_on_another_recipient_is_unknown_with_it(judged: Any) -> None:
    rules = """
- name: mark
  conditions: [{recipient: {equals: eve@example.com}}, {spf: {equals: FAIL}}]
  actions: [{add_header: {name: X-Mark, value: yes}}]
- name: block
  conditions: [{header: {name: X-Mark, equals: yes}}]
  actions: [drop]
"""
    to = ("bob@example.com", "eve@example.com")
    apart = judged(rules + DELIVER, to=to, **NOTHING_KNOWN)
    together = judged(rules + DELIVER, to=to, added_header_scope="message", **NOTHING_KNOWN)
    assert apart.of("bob@example.com").outcome is Outcome.DELIVERED
    assert together.of("bob@example.com").outcome is Outcome.UNKNOWN


class TestAssumePass:
    RULES = """
- name: unverified
  conditions: [{spf: {not_equals: PASS}}]
  actions: [drop]
- name: unscanned
  conditions: [{add_on: {name: vade, field: isPassed, is: false}}]
  actions: [drop]
"""

    def test_verdicts_are_taken_to_be_good_and_that_is_said(self, judged: Any) -> None:
        trace = judged(self.RULES + DELIVER, assume_pass=True, **NOTHING_KNOWN)
        assert trace.recipients[0].outcome is Outcome.DELIVERED
        assumed = {fact.fact: value for fact, value in trace.assumed.items()}
        assert assumed == {"spf": "PASS", "vade.isPassed": "yes"}

    def test_what_is_stated_is_not_assumed(self, judged: Any) -> None:
        facts = Facts(add_ons={"vade": {"isPassed": False}})
        trace = judged(self.RULES + DELIVER, facts=facts, assume_pass=True)
        assert trace.recipients[0].by == "unscanned"

    def test_other_facts_stay_unknown(self, judged: Any) -> None:
        rules = "- name: block\n  conditions: [{helo: {equals: a.example}}]\n  actions: [drop]\n"
        trace = judged(rules + DELIVER, assume_pass=True, **NOTHING_KNOWN)
        assert trace.recipients[0].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("spelling", ["isPassed", "ispassed", "addon.isPassed", "is Passed"])
def test_fields_of_add_ons_may_be_spelled_as_the_service_does(judged: Any, spelling: str) -> None:
    rules = (
        "- name: block\n"
        "  conditions: [{add_on: {name: vade, field: isPassed, is: false}}]\n"
        f"  actions: [drop]\n{DELIVER}"
    )
    trace = judged(rules, facts=Facts(add_ons={"vade": {spelling: "false"}}))
    assert trace.recipients[0].outcome is Outcome.DROPPED


@pytest.mark.parametrize("value", ["true", "True", " YES ", "1", "false", "No", "0", ""])
def test_an_answer_of_an_add_on_may_be_written_in_any_letters(judged: Any, value: str) -> None:
    rules = (
        "- name: block\n"
        "  conditions: [{add_on: {name: vade, field: isPassed, is: false}}]\n"
        f"  actions: [drop]\n{DELIVER}"
    )
    trace = judged(rules, facts=Facts(add_ons={"vade": {"isPassed": value}}))
    passed = value in {"true", "True", " YES ", "1"}
    assert trace.recipients[0].outcome is (Outcome.DELIVERED if passed else Outcome.DROPPED)


def test_a_yes_or_no_of_an_add_on_is_a_word_in_lower_case_where_it_is_read_as_text(
    judged: Any,
) -> None:
    rules = (
        "- name: block\n"
        "  conditions: [{add_on: {name: vade, field: isPassed, equals: 'false'}}]\n"
        f"  actions: [drop]\n{DELIVER}"
    )
    trace = judged(
        rules, facts=Facts(add_ons={"vade": {"isPassed": False}}), string_case="sensitive"
    )
    assert trace.recipients[0].outcome is Outcome.DROPPED


def line_of(trace: Any, rule: str) -> str:
    """The first condition of a rule, in words."""
    (got,) = trace.recipients
    (asked,) = [each for each in got.rules if each.rule == rule]
    return condition_line(asked.conditions[0])


ASK = "- {name: ask, conditions: [{spf: {equals: FAIL}}], actions: [drop]}\n"
ASK_AGAIN = "- {name: again, conditions: [{spf: {equals: [FAIL, GRAY]}}], actions: [drop]}\n"


def test_what_is_assumed_is_told_as_such_and_not_as_missing_in_the_message(judged: Any) -> None:
    trace = judged(ASK, facts=Facts(), assume_pass=True)
    assert line_of(trace, "ask") == 'spf equals "FAIL"; assumed "PASS"'


def test_what_nobody_stated_is_not_known_even_where_one_answer_follows_from_another(
    judged: Any,
) -> None:
    trace = judged(ASK + ASK_AGAIN, facts=Facts())
    assert line_of(trace, "ask") == 'spf equals "FAIL"; not known'
    assert line_of(trace, "again") == 'spf equals "FAIL", "GRAY"; not known'
