"""What happened to a message, as the members of a case that expects just that."""

from __future__ import annotations

from typing import Any

from mmctl.judge.recording import recorded
from mmctl.judge.simulation import simulate
from mmctl.language.readings import Readings
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

RULES = """
- name: reject
  conditions: [{dmarc_policy: {equals: REJECT}}]
  actions: [drop]
- name: unwanted
  conditions: [{add_on: {name: vade, field: isPassed, is: false}}]
  actions: [drop]
- {name: deliver, actions: [{relay: {to: exchange}}]}
"""
MESSAGE = b"From: ann@example.org\r\nSubject: Hello\r\n\r\nbody\r\n"
ENVELOPE = Envelope(mail_from="", recipients=("bob@example.com",))


def case(gateway: Any, facts: Facts, *, assume_pass: bool = False) -> dict[str, Any]:
    stated = Stated(
        envelope=ENVELOPE,
        session=Session(tls=Tls.TLS1_2),
        facts=facts,
        assume_pass=assume_pass,
    )
    simulated = simulate(gateway, Message("m.eml", MESSAGE), stated)
    return recorded(simulated, Readings())


def test_all_that_is_known_is_stated_and_what_happened_is_expected(gateway_from: Any) -> None:
    facts = Facts(dmarc_policy=NoPolicy.NO_POLICY, add_ons={"vade": {"isPassed": True}})
    assert case(gateway_from(RULES), facts) == {
        "session": {"tls": "TLS1_2"},
        "envelope": {"mail_from": "<>", "recipients": ["bob@example.com"]},
        "verdicts": {"dmarc_policy": "absent", "add_ons": {"vade": {"isPassed": True}}},
        "expect": {
            "bob@example.com": {
                "outcome": "delivered",
                "by": "deliver",
                "rules": ["deliver"],
                "actions": ["relay:exchange"],
            }
        },
    }


def test_a_policy_that_rules_do_not_see_because_dmarc_passed_is_absent(gateway_from: Any) -> None:
    facts = Facts(
        dmarc=RuleVerdict.PASS,
        dmarc_policy=RuleDmarcPolicy.REJECT,
        add_ons={"vade": {"isPassed": True}},
    )
    found = Stated(envelope=ENVELOPE, facts=Facts(add_ons=facts.add_ons))
    message = b"Authentication-Results: in.example.com; dmarc=pass (p=REJECT)\r\n" + MESSAGE
    simulated = simulate(gateway_from(RULES), Message("m.eml", message), found)
    assert recorded(simulated, Readings())["verdicts"]["dmarc_policy"] == "absent"
    published = Readings.of({"dmarc_policy_means": "published_policy"})
    assert recorded(simulated, published)["verdicts"]["dmarc_policy"] == "REJECT"


def test_what_was_assumed_is_stated(gateway_from: Any) -> None:
    assert case(gateway_from(RULES), Facts(), assume_pass=True)["verdicts"] == {
        "dmarc_policy": "absent",
        "add_ons": {"vade": {"isPassed": True}},
    }


def test_nothing_is_expected_where_the_outcome_is_unknown(gateway_from: Any) -> None:
    assert case(gateway_from(RULES), Facts())["expect"] == {}


def test_only_the_outcome_is_expected_where_a_rule_may_have_applied(gateway_from: Any) -> None:
    rules = """
- name: mark
  conditions: [{spf: {equals: FAIL}}]
  actions: [{add_header: {name: X-Spf, value: fail}}]
- {name: deliver, actions: [{relay: {to: exchange}}]}
"""
    expected = {"outcome": "delivered", "by": "deliver"}
    assert case(gateway_from(rules), Facts())["expect"] == {"bob@example.com": expected}
