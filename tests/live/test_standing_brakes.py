"""Lists, ingress, destinations, blocking rules, retention: each brake fires, and is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from live.planned import GATEWAY, planned
from mmctl.errors import UsageError
from mmctl.live.brakes.brake import Grip, brakes_named, holding, refuse
from mmctl.live.brakes.catalogue import grips
from mmctl.live.brakes.checked import behaviour, limit_not_looked_at
from mmctl.live.brakes.large_domains import ascii_form, large_domains, wholly_included
from mmctl.live.plan.plan import Behaviour, Plan
from mmctl.live.state.replacing import left_over_name
from mmctl.model.kinds import Kind

FIRST = '"*@spam-0.example"'


def changed(old: str, new: str, text: str = GATEWAY) -> str:
    """A text with one part in place of another."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def found(wanted: str, live: str = GATEWAY, **more: str) -> list[Grip]:
    """What holds the plan from one text to another."""
    return list(grips(planned(live, wanted, **more)))


def what(wanted: str, live: str = GATEWAY, **more: str) -> list[str]:
    """The same in words, without what is said of ordinary mail besides."""
    return [
        f"{grip.brake}: {grip.what}"
        for grip in found(wanted, live, **more)
        if grip.brake != "ordinary-mail"
    ]


def blocked(first: int, last: int) -> str:
    """The gateway with some of the members of its block list."""
    members = ", ".join(f'"*@spam-{number}.example"' for number in range(first, last))
    line = next(line for line in GATEWAY.splitlines() if "blocked:" in line)
    return GATEWAY.replace(line, f"  blocked: {{members: [{members}]}}")


def test_a_block_list_that_is_emptied_is_held() -> None:
    assert what(blocked(0, 0)) == [
        "lists: address list blocked loses 60 of 60 members and is empty, more than 30 %"
    ]


@pytest.mark.parametrize(("left", "holds"), [(41, True), (42, False), (59, False), (60, False)])
def test_a_list_that_loses_much_is_held(left: int, holds: bool) -> None:
    assert bool(what(blocked(0, left))) is holds


def test_members_in_other_spelling_are_no_loss() -> None:
    loud = GATEWAY.replace("*@spam-", "*@SPAM-")
    assert what(loud) == []


def test_a_list_that_loses_a_little_each_time_is_held_against_the_day_before() -> None:
    assert what(blocked(0, 35), live=blocked(0, 45)) == []
    assert what(blocked(0, 35), live=blocked(0, 45), past=GATEWAY) == [
        "lists: address list blocked loses 25 of 60 members within 24 hours, more than 30 %"
    ]
    add = changed(FIRST, f'{FIRST}, "*@phish.example"', blocked(0, 30))
    assert what(add, live=blocked(0, 30), past=GATEWAY) == []


@pytest.mark.parametrize(("before", "after"), [(1, 0), (2, 0), (5, 3)])
def test_a_short_list_may_lose_one_or_two(before: int, after: int) -> None:
    assert what(blocked(0, after), live=blocked(0, before)) == []


@pytest.mark.parametrize(
    ("member", "domain"),
    [
        ("*@gmail.com", "gmail.com"),
        ("gmail.com", "gmail.com"),
        ("*@GMail.com", "gmail.com"),
        ("*@qq.com", "qq.com"),
        ("*.qq.com", "qq.com"),
        ("*@example.com", "example.com"),
        ("EXAMPLE.com", "example.com"),
        ("*.example.com", "example.com"),
    ],
)
def test_a_list_that_takes_in_a_domain_with_everybody_in_it_is_held(
    member: str, domain: str
) -> None:
    said = what(changed(FIRST, f'{FIRST}, "{member}"'))
    assert len(said) == 1
    whose = r"domains? of your own" if "example" in domain else "large public domain"
    assert "address list blocked takes in" in said[0]
    assert re.search(whose, said[0])
    assert domain in said[0] or "yahoo.co.uk" in said[0]


@pytest.mark.parametrize(
    "member", ["someone@gmail.com", "sales*@gmail.com", "*@gmail.com.phish.example", "*@mail.test"]
)
def test_a_member_that_is_for_few_is_not_held(member: str) -> None:
    assert what(changed(FIRST, f'{FIRST}, "{member}"')) == []


@pytest.mark.parametrize("spelling", ["*@münchen.example", "*@xn--mnchen-3ya.example"])
@pytest.mark.parametrize("own", ["münchen.example", "xn--mnchen-3ya.example"])
def test_own_domains_beyond_ascii_are_known_in_both_spellings(spelling: str, own: str) -> None:
    assert wholly_included([spelling], [own]) == (own,)
    assert ascii_form(spelling) == "*@xn--mnchen-3ya.example"


def test_a_list_that_is_asked_for_recipients_may_hold_own_domains() -> None:
    by_list = changed(
        '{ends_with: ["@example.com", "@eu.example.com"]}', "{in_address_list: ours}"
    ).replace("address_lists:\n", "address_lists:\n  ours: {members: ['*@example.com']}\n")
    more = by_list.replace("['*@example.com']", "['*@example.com', '*@eu.example.com']")
    assert what(more, live=by_list) == []


def test_a_list_that_blocks_from_now_on_takes_in_all_its_members() -> None:
    idle = changed("address_lists:\n", 'address_lists:\n  idle: {members: ["*@gmail.com"]}\n')
    assert what(idle, live=idle) == []
    used = idle.replace("in_address_list: blocked", "in_address_list: idle")
    assert what(used, live=idle) == [
        "lists: address list idle takes in 1 large public domain (gmail.com)"
    ]


def test_the_list_of_large_domains_is_dated_sorted_and_large() -> None:
    domains = large_domains()
    assert {"gmail.com", "outlook.com", "qq.com", "163.com", "yahoo.com", "gmx.de"} <= domains
    assert all(domain == domain.lower() and "." in domain for domain in domains)
    assert len(domains) > 200


POLICY = """\
  open: {default: allow, statements: [{deny: [{sender_ip: {cidr_matches: [192.0.2.0/24]}}]}]}
"""
ANOTHER = "  inbound-2: {rules: [{name: deliver-2, actions: [{relay: {to: exchange}}]}]}\n"


def test_an_ingress_point_that_is_closed_is_held() -> None:
    closed = changed("tls_policy: required}", "tls_policy: required, status: closed}")
    assert what(closed) == ["entrance: ingress point entry is closed"]
    assert what(GATEWAY, live=closed) == []


def test_an_ingress_point_that_is_repointed_is_held() -> None:
    text = changed("rule_sets:\n", f"rule_sets:\n{ANOTHER}").replace(
        "traffic_policies:\n", f"traffic_policies:\n{POLICY}"
    )
    assert what(text) == []
    other_rules = text.replace("rule_set: inbound,", "rule_set: inbound-2,")
    said = ["entrance: ingress point entry gets another rule set: inbound → inbound-2"]
    assert what(other_rules) == said
    assert what(other_rules, live=text, past=GATEWAY) == said
    opened = text.replace("traffic_policy: edge", "traffic_policy: open")
    assert what(opened) == [
        "entrance: ingress point entry gets another traffic policy: edge → open"
    ]


def test_a_policy_under_another_name_that_is_renamed_is_no_other_one() -> None:
    renamed = GATEWAY.replace("  edge:\n", "  edge:\n    live_name: edge-2026\n")
    assert what(renamed) == []


@pytest.mark.parametrize(
    ("action", "where"),
    [
        ("{write_to_s3: {bucket: new-mail, role: ROLE}}", "bucket new-mail"),
        ("{archive: {to: other}}", "archive other"),
        ("{relay: {to: other}}", "relay other.example.org:25"),
        ("{replace_recipient: [me@example.org]}", "recipient-domain example.org"),
        (
            "{publish_to_sns: {topic: 'arn:aws:sns:us-east-1:111122223333:mail', role: ROLE}}",
            "topic arn:aws:sns:us-east-1:111122223333:mail",
        ),
        ("{send: {role: ROLE}}", "action send"),
        (
            "{invoke_lambda: {function: 'arn:aws:lambda:us-east-1:111122223333:function:scan', "
            "role: ROLE, invocation: event}}",
            "function arn:aws:lambda:us-east-1:111122223333:function:scan",
        ),
        (
            "{deliver_to_mailbox: {mailbox: 'arn:aws:workmail:us-east-1:111122223333:"
            "organization/m-0123456789abcdef0123456789abcdef', role: ROLE}}",
            "mailbox arn:aws:workmail:us-east-1:111122223333:"
            "organization/m-0123456789abcdef0123456789abcdef",
        ),
        (
            "{deliver_to_q_business: {application: 11111111-2222-3333-4444-555555555555, "
            "index: 11111111-2222-3333-4444-555555555555, role: ROLE}}",
            "application 11111111-2222-3333-4444-555555555555",
        ),
    ],
)
def test_a_place_where_no_mail_went_is_held(action: str, where: str) -> None:
    text = changed(
        "relays:\n",
        "  other: {retention: ONE_YEAR}\nrelays:\n"
        "  other: {server: other.example.org, port: 25, authentication: none}\n",
    )
    action = action.replace("ROLE", "'arn:aws:iam::111122223333:role/mail'")
    rule = "      - {name: new, conditions: [{recipient: {equals: [a@example.com]}}], "
    rule += f"actions: [{action}]}}\n"
    text = changed("      - name: deliver\n", f"{rule}      - name: deliver\n", text)
    assert what(text) == [f"destination: {where} of rule new is new"]
    again = changed("name: new,", "name: newer,", text)
    assert what(again, live=text) == []


def test_a_replacement_without_an_address_leads_nowhere() -> None:
    rule = "      - {name: new, conditions: [{recipient: {equals: [a@example.com]}}], "
    rule += "actions: [replace_recipient]}\n"
    assert what(changed("      - name: deliver\n", f"{rule}      - name: deliver\n")) == []


def test_a_relay_that_speaks_to_another_server_is_said_once() -> None:
    elsewhere = changed("server: mail.example.com", "server: mail.example.org")
    assert [grip.brake for grip in found(elsewhere)] == ["relay-target"]
    port = changed("mail.example.com, port: 25", "mail.example.com, port: 2525")
    assert [(grip.brake, grip.what) for grip in found(port)] == [
        ("relay-target", "relay exchange: port: 25 → 2525")
    ]


@pytest.mark.parametrize("kind", [Kind.INGRESS_POINT, Kind.RELAY], ids=lambda kind: kind.value)
def test_what_a_replacement_left_behind_may_go_and_nothing_of_another_name(kind: Kind) -> None:
    line, name = {
        Kind.INGRESS_POINT: ("  entry: {", "entry"),
        Kind.RELAY: ("  legal: {", "legal"),
    }[kind]
    (whole,) = [each for each in GATEWAY.splitlines() if each.startswith(line)]
    for live_name, brakes in {left_over_name(kind, name): [], f"{name}-2": ["deletes"]}.items():
        more = whole.replace(line, f"  more: {{live_name: {live_name}, ")
        live = changed(whole, f"{whole}\n{more}")
        assert [grip.brake for grip in found(GATEWAY, live=live)] == brakes
        (edit,) = planned(live, GATEWAY).edits
        assert edit.note == (None if brakes else "left over from a replacement")


def test_a_rule_set_that_goes_counts_with_all_of_its_rules() -> None:
    rules = "".join(
        f"      - {{name: r-{number}, conditions: [{{subject: {{equals: word-{number}}}}}],"
        f" actions: [{{add_header: {{name: X-A, value: a}}}}]}}\n"
        for number in range(6)
    )
    other = f"rule_sets:\n  second:\n    rules:\n{rules}"
    live = changed("rule_sets:\n", other)
    assert "size: 6 of 12 rules change, more than 30 %" in what(GATEWAY, live=live)
    one_less = live.replace(rules.splitlines(keepends=True)[0], "")
    assert [each for each in what(one_less, live=live) if each.startswith("size")] == []
    three = changed("rule_sets:\n", other[: other.index("      - {name: r-3")])
    assert [each for each in what(GATEWAY, live=three) if each.startswith("size")] == []
    assert [each for each in what(live) if each.startswith("size")] == []


def test_a_retention_that_shortens_is_held() -> None:
    shorter = changed("retention: SEVEN_YEARS", "retention: THREE_MONTHS")
    assert what(shorter) == [
        "irreversible: archive main keeps mail for three months instead of seven years"
    ]
    assert what(GATEWAY, live=shorter) == []
    assert what(changed("retention: SEVEN_YEARS", "retention: PERMANENT")) == []


def judged(**counts: Any) -> Plan:
    """A plan with a limit of no message, and what a corpus showed."""
    settings = ", brakes: {max_behaviour_change: 0}"
    plan = planned(GATEWAY, blocked(0, 59), settings=settings)
    return replace(plan, behaviour=Behaviour(corpus="mail/", **counts)) if counts else plan


def test_messages_that_cannot_be_decided_count_as_changed() -> None:
    (grip,) = behaviour(judged(messages=50, differing=0, undecided=50))
    assert grip.what == (
        "0 of 50 messages of mail/ treated differently and 50 undecided, more than 0"
    )
    assert list(behaviour(judged(messages=50, differing=0, undecided=0))) == []


def test_an_empty_corpus_is_no_proof() -> None:
    (grip,) = behaviour(judged(messages=0, differing=0))
    assert grip.what == ("mail/ has no message, so nothing was compared with the limit of 0")


def test_a_limit_that_nothing_looked_at_is_said() -> None:
    assert limit_not_looked_at(judged()) == (
        "`max_behaviour_change: 0` was compared with no mail: "
        "to judge messages, mmctl plan --corpus MESSAGES"
    )
    assert list(behaviour(judged())) == []
    assert limit_not_looked_at(judged(messages=1, differing=0)) is None
    assert limit_not_looked_at(planned(GATEWAY, blocked(0, 59))) is None


def test_flags_are_shown_one_by_one_up_to_three_and_else_together() -> None:
    held = found(blocked(0, 0)) + found(changed(FIRST, f'{FIRST}, "*@gmail.com"'))
    with pytest.raises(Exception, match="lists: ") as refused:
        refuse(held)
    assert "--force lists=blocked" in str(getattr(refused.value, "help", ""))
    assert holding(held, forced=("lists=blocked", "ordinary-mail")) == ()


@pytest.mark.parametrize("name", ["lists=", "size=5", "list"])
def test_a_flag_that_no_brake_has_is_said(name: str) -> None:
    with pytest.raises(UsageError):
        brakes_named([name])
