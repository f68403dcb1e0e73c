"""Each reading has a message that tells its choices apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter
from mmctl.judge.submission import Scenario, Submission
from mmctl.language.readings import CHOICES
from mmctl.mail.email import Envelope, Facts, NoPolicy, Session, Tls
from mmctl.mail.reader import read_email
from mmctl.model.enums import RuleDmarcPolicy, RuleVerdict

ROLE = "arn:aws:iam::111122223333:role/gateway"
DELIVER = "- {name: deliver, actions: [{relay: {to: exchange}}]}\n"
BOUNCE = (
    f"bounce: {{sender: postmaster@example.com, role: {ROLE}, status_code: 5.1.1, "
    "smtp_reply_code: 550, diagnostic_message: gone}"
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A message by rules, and how it ends under each choice of a reading."""

    reading: str
    rules: str
    ends: dict[str, str]
    asked: dict[str, Any] = field(default_factory=dict)


def drop_if(condition: str) -> str:
    """Mail that meets the condition is dropped, all other delivered."""
    return f"- name: asked\n  conditions: [{{{condition}}}]\n  actions: [drop]\n{DELIVER}"


def mail(*headers: str) -> dict[str, bytes]:
    return {"message": ("\r\n".join(headers) + "\r\n\r\nbody\r\n").encode()}


DELIVERED, DROPPED, STORED, REFUSED = "delivered", "dropped", "stored", "refused"
IPV6 = Session(source_ip="2001:db8::7", helo="mx.example.org", tls=Tls.TLS1_3)
PLAIN = Session(source_ip="203.0.113.7", tls=Tls.NONE)
PAIRS = [
    Pair(
        reading="first_match",
        rules="- {name: keep, actions: [{archive: {to: vault}}]}\n" + DELIVER,
        ends={"no": DELIVERED, "yes": STORED},
    ),
    Pair(
        reading="string_case",
        rules=drop_if("from: {equals: ANN@example.org}"),
        ends={"insensitive": DROPPED, "sensitive": DELIVERED},
    ),
    Pair(
        reading="text_case",
        rules=drop_if("subject: {contains: HELL}"),
        ends={"insensitive": DROPPED, "sensitive": DELIVERED},
    ),
    Pair(
        reading="text_case",
        rules=drop_if("header: {name: X-Mark, equals: YES}"),
        ends={"insensitive": DROPPED, "sensitive": DELIVERED},
        asked=mail("X-Mark: yes"),
    ),
    Pair(
        reading="address_list_case",
        rules=drop_if("mail_from: {in_address_list: partners}"),
        ends={"insensitive": DROPPED, "sensitive": DELIVERED},
        asked={"mail_from": "Ann@Partner.Example"},
    ),
    Pair(
        reading="address_fields",
        rules=drop_if("from: {starts_with: Ann}"),
        ends={"each_address": DELIVERED, "whole_header": DROPPED},
        asked=mail("From: Ann Smith <a.smith@example.org>"),
    ),
    Pair(
        reading="repeated_headers",
        rules=drop_if("header: {name: X-Mark, equals: first}"),
        ends={"any": DROPPED, "first": DROPPED, "last": DELIVERED},
        asked=mail("X-Mark: first", "X-Mark: middle", "X-Mark: last"),
    ),
    Pair(
        reading="repeated_headers",
        rules=drop_if("header: {name: X-Mark, equals: middle}"),
        ends={"any": DROPPED, "first": DELIVERED, "last": DELIVERED},
        asked=mail("X-Mark: first", "X-Mark: middle", "X-Mark: last"),
    ),
    Pair(
        reading="encoded_words",
        rules=drop_if("subject: {contains: Rechnung}"),
        ends={"decoded": DROPPED, "raw": DELIVERED},
        asked=mail("Subject: =?utf-8?B?UmVjaG51bmc=?="),
    ),
    Pair(
        reading="missing_header",
        rules=drop_if("header: {name: X-Mark, not_equals: yes}"),
        ends={"matches": DROPPED, "does_not_match": DELIVERED},
    ),
    Pair(
        reading="sender_without_header",
        rules=drop_if("sender: {ends_with: '@example.org'}"),
        ends={"no_value": DELIVERED, "from": DROPPED},
    ),
    Pair(
        reading="null_sender",
        rules=drop_if("mail_from: {not_equals: ann@example.org}"),
        ends={"matches": DROPPED, "does_not_match": DELIVERED},
        asked={"mail_from": ""},
    ),
    Pair(
        reading="bounce_ends_evaluation",
        rules=f"- {{name: gone, actions: [{{{BOUNCE}}}]}}\n{DELIVER}",
        ends={"no": DELIVERED, "yes": "bounced"},
    ),
    Pair(
        reading="drop_cancels_earlier",
        rules="- {name: out, actions: [{relay: {to: exchange}}, drop]}",
        ends={"no": DELIVERED, "yes": DROPPED},
    ),
    Pair(
        reading="added_headers_visible",
        rules="- {name: mark, actions: [{add_header: {name: X-Mark, value: yes}}]}\n"
        + drop_if("header: {name: X-Mark, equals: yes}"),
        ends={"yes": DROPPED, "no": DELIVERED},
    ),
    Pair(
        reading="added_header_scope",
        rules="- name: mark\n  conditions: [{recipient: {equals: eve@example.com}}]\n"
        "  actions: [{add_header: {name: X-Mark, value: yes}}]\n"
        + drop_if("header: {name: X-Mark, equals: yes}"),
        ends={"matched_recipients": DELIVERED, "message": DROPPED},
        asked={"to": ("bob@example.com", "eve@example.com")},
    ),
    Pair(
        reading="replaced_recipients_visible",
        rules="- {name: move, actions: [{replace_recipient: [desk@example.com]}]}\n"
        + drop_if("recipient: {equals: desk@example.com}"),
        ends={"later_rules": DROPPED, "same_rule_too": DROPPED, "no": DELIVERED},
    ),
    Pair(
        reading="replaced_recipients_visible",
        rules="- name: move\n  conditions: [{recipient: {equals: bob@example.com}}]\n"
        "  actions: [{replace_recipient: [desk@example.com]}, {archive: {to: vault}}]\n",
        ends={"later_rules": STORED, "same_rule_too": "lost", "no": STORED},
    ),
    Pair(
        reading="failure_drop_scope",
        rules="- name: keep\n  conditions: [{recipient: {equals: eve@example.com}}]\n"
        "  actions: [{archive: {to: vault, on_failure: drop}}]\n" + DELIVER,
        ends={"matched_recipients": DELIVERED, "message": DROPPED},
        asked={
            "to": ("bob@example.com", "eve@example.com"),
            "scenario": Scenario(failing=frozenset({"archive:vault"})),
        },
    ),
    Pair(
        reading="dmarc_policy_means",
        rules=drop_if("dmarc_policy: {equals: REJECT}"),
        ends={"policy_when_dmarc_failed": DELIVERED, "published_policy": DROPPED},
        asked={"facts": Facts(dmarc=RuleVerdict.PASS, dmarc_policy=RuleDmarcPolicy.REJECT)},
    ),
    Pair(
        reading="dmarc_policy_without_record",
        rules=drop_if("dmarc_policy: {equals: NONE}"),
        ends={"no_value": DELIVERED, "none": DROPPED},
        asked={"facts": Facts(dmarc_policy=NoPolicy.NO_POLICY)},
    ),
    Pair(
        reading="tls_on_plaintext",
        rules=DELIVER,
        ends={"does_not_match": DELIVERED, "matches_deny": REFUSED},
        asked={
            "session": PLAIN,
            "policy": "default: allow\nstatements:\n  - deny: [{tls_protocol: {is: TLS1_2}}]\n",
        },
    ),
    Pair(
        reading="ip_family_mismatch",
        rules=drop_if("source_ip: {not_cidr_matches: [203.0.113.0/24]}"),
        ends={"matches": DROPPED, "does_not_match": DELIVERED},
        asked={"session": IPV6},
    ),
    Pair(
        reading="add_on_over_ipv6",
        rules=DELIVER,
        ends={"does_not_match": DELIVERED, "ignored": REFUSED},
        asked={
            "session": IPV6,
            "facts": Facts(add_ons={"vade": {"isListed": False}}),
            "policy": "default: allow\nstatements:\n"
            "  - deny: [{add_on: {name: vade, field: isListed, is: true}}]\n",
        },
    ),
    Pair(
        reading="bare_domain_entry",
        rules=drop_if("mail_from: {in_address_list: partners}"),
        ends={"that_domain": DELIVERED, "that_domain_and_below": DROPPED},
        asked={"mail_from": "ann@news.bare.example"},
    ),
    Pair(
        reading="star_domain_entry",
        rules=drop_if("mail_from: {in_address_list: partners}"),
        ends={"below": DELIVERED, "below_and_d": DROPPED},
        asked={"mail_from": "ann@below.example"},
    ),
]
OTHERWISE_SHOWN = {"replaced_duplicates", "deleted_address_list"}


@pytest.mark.parametrize(
    ("pair", "choice"),
    [(pair, choice) for pair in PAIRS for choice in pair.ends],
    ids=[f"{pair.reading}-{choice}" for pair in PAIRS for choice in pair.ends],
)
def test_a_choice_decides_how_a_message_ends(judged: Any, pair: Pair, choice: str) -> None:
    trace = judged(pair.rules, **pair.asked, **{pair.reading: choice})
    assert trace.of("bob@example.com").outcome == pair.ends[choice]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.reading for pair in PAIRS])
def test_the_default_is_the_first_choice(judged: Any, pair: Pair) -> None:
    trace = judged(pair.rules, **pair.asked)
    assert trace.of("bob@example.com").outcome == pair.ends[CHOICES[pair.reading][0]]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.reading for pair in PAIRS])
def test_every_other_choice_that_would_change_the_outcome_is_reported(
    submitted: Any, pair: Pair
) -> None:
    asked = dict(pair.asked)
    scenario = asked.pop("scenario", None)
    gateway, submission = submitted(pair.rules, **asked)
    trace = judge(gateway, submission, scenario)
    found = readings_that_matter(gateway, submission, trace, scenario)
    chosen = pair.ends[CHOICES[pair.reading][0]]
    assert {
        (each.other, each.outcome_if_other)
        for each in found
        if each.reading == pair.reading and each.recipient == "bob@example.com"
    } == {(choice, ends) for choice, ends in pair.ends.items() if ends != chosen}


@pytest.mark.parametrize(("choice", "relayed"), [("once", 1), ("each", 2)])
def test_two_recipients_that_become_one_are_relayed_to(
    judged: Any, choice: str, relayed: int
) -> None:
    rules = "- {name: move, actions: [{replace_recipient: [desk@example.com]}]}\n" + DELIVER
    to = ("bob@example.com", "eve@example.com")
    trace = judged(rules, to=to, replaced_duplicates=choice)
    assert trace.performed[-1].recipients == ("desk@example.com",) * relayed
    assert {got.outcome for got in trace.recipients} == {"delivered"}


@pytest.mark.parametrize("choice", ["once", "each"])
def test_an_address_that_a_replacement_names_twice_gets_the_message_once(
    judged: Any, choice: str
) -> None:
    twice = "[desk@example.com, legal@example.com, desk@example.com]"
    rules = f"- {{name: move, actions: [{{replace_recipient: {twice}}}]}}\n" + DELIVER
    trace = judged(rules, replaced_duplicates=choice)
    assert trace.performed[-1].recipients == ("desk@example.com", "legal@example.com")
    (got,) = trace.recipients
    assert [copy.address for copy in got.copies] == ["desk@example.com", "legal@example.com"]


@pytest.mark.parametrize(
    ("choice", "outcome"), [("unknown", "unknown"), ("does_not_match", "delivered")]
)
def test_a_condition_on_an_address_list_that_is_gone(
    gateway_from: Any, choice: str, outcome: str
) -> None:
    gateway = gateway_from(
        drop_if("mail_from: {in_address_list: partners}"), deleted_address_list=choice
    )
    submission = Submission(
        email=read_email(b"Subject: x\r\n\r\n"),
        session=Session(),
        envelope=Envelope(mail_from="a@example.org", recipients=("bob@example.com",)),
        facts=Facts(),
    )
    trace = judge(replace(gateway, lists={}), submission)
    assert trace.recipients[0].outcome == outcome


@pytest.mark.parametrize("chosen", ["unknown", "does_not_match"])
def test_an_outcome_that_depends_on_an_address_list_that_is_gone_says_so(
    gateway_from: Any, chosen: str
) -> None:
    gateway = replace(
        gateway_from(
            drop_if("mail_from: {in_address_list: partners}"), deleted_address_list=chosen
        ),
        lists={},
    )
    submission = Submission(
        email=read_email(b"Subject: x\r\n\r\n"),
        session=Session(),
        envelope=Envelope(mail_from="a@example.org", recipients=("bob@example.com",)),
        facts=Facts(),
    )
    found = readings_that_matter(gateway, submission, judge(gateway, submission))
    assert [str(each) for each in found if each.reading == "deleted_address_list"] == [
        "outcome depends on `deleted_address_list`: "
        + {
            "unknown": "unknown, but delivered if does_not_match",
            "does_not_match": "delivered, but unknown if unknown",
        }[chosen]
    ]


def test_every_choice_of_every_reading_is_told_apart_by_some_pair() -> None:
    apart = {
        pair.reading
        for pair in PAIRS
        if any(outcome != pair.ends[CHOICES[pair.reading][0]] for outcome in pair.ends.values())
    }
    shown = {(pair.reading, choice) for pair in PAIRS for choice in pair.ends}
    every = {(reading, choice) for reading in CHOICES for choice in CHOICES[reading]}
    assert apart | OTHERWISE_SHOWN == set(CHOICES)
    assert {choice for choice in every - shown if choice[0] not in OTHERWISE_SHOWN} == set()
