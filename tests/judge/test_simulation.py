"""Single messages: options first, then what the headers record; and readings that matter."""

from __future__ import annotations

from typing import Any

from mmctl.judge.simulation import simulate
from mmctl.language.project import Outcome
from mmctl.mail.email import Authenticated, Envelope, Facts, Session
from mmctl.mail.facts import Stated
from mmctl.mail.partial import Message
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

RULES = """
- name: block
  conditions: [{dmarc_policy: {equals: REJECT}}, {from: {equals: ANN@example.org}}]
  actions: [drop]
- {name: deliver, actions: [{relay: {to: exchange}}]}
"""
MESSAGE = (
    b"Return-Path: <bounces@example.org>\r\n"
    b"Delivered-To: bob@example.com\r\n"
    b"Received: from mx.example.org (mx.example.org [203.0.113.7]) by in.example.com\r\n"
    b"Authentication-Results: in.example.com; spf=softfail; dmarc=pass (p=REJECT)\r\n"
    b"From: ann@example.org\r\n\r\nbody\r\n"
)


def test_headers_say_what_no_option_says(gateway_from: Any) -> None:
    stated = Stated(session=Session(helo="other.example"), facts=Facts(spf=RuleVerdict.FAIL))
    simulated = simulate(gateway_from(RULES), Message("m.eml", MESSAGE), stated)
    known = {known.name: (known.value, known.source) for known in simulated.known}
    assert known == {
        "mail_from": ("bounces@example.org", "Return-Path"),
        "recipients": ("bob@example.com", "Delivered-To"),
        "source_ip": ("203.0.113.7", "Received"),
        "helo": ("other.example", "--helo"),
        "spf": ("FAIL", "--spf"),
        "dmarc": ("PASS", "Authentication-Results"),
        "dmarc_policy": ("REJECT", "Authentication-Results"),
    }


def test_a_dmarc_policy_that_is_stated_is_what_conditions_see(gateway_from: Any) -> None:
    gateway = gateway_from(RULES)
    found = simulate(gateway, Message("m.eml", MESSAGE), Stated())
    stated = Stated(facts=Facts(dmarc_policy=RuleDmarcPolicy.REJECT))
    told = simulate(gateway, Message("m.eml", MESSAGE), stated)
    assert found.trace.recipients[0].outcome is Outcome.DELIVERED
    assert told.trace.recipients[0].outcome is Outcome.DROPPED


def test_a_reading_that_would_change_the_outcome_is_named_with_its_choices(
    gateway_from: Any,
) -> None:
    stated = Stated(facts=Facts(dmarc_policy=RuleDmarcPolicy.REJECT))
    simulated = simulate(gateway_from(RULES), Message("m.eml", MESSAGE), stated)
    assert [str(dependence) for dependence in simulated.dependences] == [
        "outcome depends on `string_case`: dropped, but delivered if sensitive"
    ]


def test_the_null_sender_is_something_that_is_known(gateway_from: Any) -> None:
    stated = Stated(envelope=Envelope(mail_from="", recipients=("bob@example.com",)))
    simulated = simulate(gateway_from(RULES), Message("m.eml", MESSAGE), stated)
    assert simulated.submission.envelope.mail_from == ""
    assert ("mail_from", "<>", "--mail-from") in {
        (known.name, known.value, known.source) for known in simulated.known
    }


def test_a_message_without_recipients_is_judged_for_nobody(gateway_from: Any) -> None:
    simulated = simulate(gateway_from(RULES), Message("m.eml", b"Subject: x\r\n\r\n"), Stated())
    assert simulated.trace.recipients == ()
    assert simulated.dependences == ()


def test_what_is_checked_stands_over_headers_and_below_options(gateway_from: Any) -> None:
    def check(*_: object) -> Authenticated:
        facts = Facts(spf=RuleVerdict.GRAY, dkim=RuleVerdict.GRAY, dmarc=RuleVerdict.FAIL)
        return Authenticated(facts=facts, results={"spf": "neutral"})

    stated = Stated(facts=Facts(dkim=RuleVerdict.PASS))
    simulated = simulate(gateway_from(RULES), Message("m.eml", MESSAGE), stated, authenticate=check)
    known = {each.name: (each.value, each.source, each.detail) for each in simulated.known}
    assert known["spf"] == ("GRAY", "computed", "neutral")
    assert known["dkim"] == ("PASS", "--dkim", None)
    # The policy of a header is not mixed with a DMARC result that was found for itself.
    assert "dmarc_policy" not in known


def test_a_message_is_compared_under_other_rules_by_what_becomes_of_it(gateway_from: Any) -> None:
    renamed = gateway_from("- {name: other, actions: [{relay: {to: exchange}}]}\n")
    marked = gateway_from(
        "- {name: mark, actions: [{add_header: {name: X-A, value: b}}]}\n"
        "- {name: deliver, actions: [{relay: {to: exchange}}]}\n"
    )
    late = gateway_from(
        "- {name: deliver, actions: [{relay: {to: exchange}}]}\n"
        "- {name: mark, actions: [{add_header: {name: X-A, value: b}}]}\n"
    )
    plain = gateway_from("- {name: deliver, actions: [{relay: {to: exchange}}]}\n")

    def differences(before: Any) -> list[str]:
        simulated = simulate(plain, Message("m.eml", MESSAGE), Stated(), against=before)
        return [difference.change for difference in simulated.differences]

    assert differences(renamed) == []
    # A header that leaves with nothing changes nothing; one that does is a difference.
    assert differences(late) == []
    assert differences(marked) == ["delivered, by other actions"]
