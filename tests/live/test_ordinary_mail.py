"""Brakes go by what becomes of ordinary mail, whatever a change is written like."""

from __future__ import annotations

import pytest

from live.planned import GATEWAY, planned
from mmctl.live.brakes.brake import holding
from mmctl.live.brakes.catalogue import grips
from mmctl.live.brakes.ordinary_mail import judged
from mmctl.live.ordinary.touched import Touched


def changed(old: str, new: str) -> str:
    """The gateway with one text in place of another."""
    assert GATEWAY.count(old) == 1, old
    return GATEWAY.replace(old, new)


def held(wanted: str, live: str = GATEWAY, **more: str) -> set[str]:
    """What holds the plan from one text to another, and of which thing."""
    return {f"{grip.brake}={grip.subject}" for grip in grips(planned(live, wanted, **more))}


def rule(text: str, before: str = "archive-all") -> tuple[str, str]:
    """Add a rule above another."""
    return f"      - name: {before}\n", f"{text}      - name: {before}\n"


DROP = "      - {{name: new, conditions: [{{{}}}], actions: [drop]}}\n"
DOMAINS = {"ordinary-mail=example.com", "ordinary-mail=eu.example.com"}


@pytest.mark.parametrize(
    "condition",
    [
        'recipient: {contains: "@"}',
        'recipient: {contains: "example.com"}',
        'recipient: {ends_with: "m"}',
        'recipient: {ends_with: [".com", ".net"]}',
        'recipient: {not_equals: "nobody@example.com"}',
        'subject: {not_equals: "zzz"}',
        'subject: {contains: "e"}',
        "message_size: {greater_than: 1}",
        "message_size: {less_than: 10MB}",
        'mail_from: {contains: "@"}',
        "source_ip: {cidr_matches: [0.0.0.0/0]}",
        "source_ip: {not_cidr_matches: [192.0.2.0/24]}",
        "spf: {equals: pass}",
        "dkim: {not_equals: fail}",
        "tls: true",
        "mail_from: {not_in_address_list: partners}",
    ],
)
def test_a_drop_of_ordinary_mail_is_held_however_it_is_written(condition: str) -> None:
    assert held(changed(*rule(DROP.format(condition)))) >= DOMAINS


@pytest.mark.parametrize(
    "statement",
    [
        "sender_ip: {cidr_matches: [0.0.0.0/0]}",
        "sender_ip: {cidr_matches: [0.0.0.0/1, 128.0.0.0/1]}",
        "sender_ip: {cidr_matches: [128.0.0.0/1]}",
        'sender_ipv6: {cidr_matches: ["::/0"]}',
        'sender_ipv6: {cidr_matches: ["2000::/3"]}',
        'sender_ipv6: {cidr_matches: ["2a00::/12"]}',
        "sender_ip: {not_cidr_matches: [198.51.100.0/24]}",
        'recipient: {contains: "@"}',
        "tls_protocol: {is: TLS1_2}",
    ],
)
def test_a_policy_that_refuses_ordinary_mail_is_held(statement: str) -> None:
    assert held(
        changed("    statements:\n", f"    statements:\n      - deny: [{{{statement}}}]\n")
    ) >= {"ordinary-mail=example.com"}


def test_many_networks_that_are_all_of_the_internet_are_held() -> None:
    all_of_it = ", ".join(f"{first}.0.0.0/8" for first in range(256))
    statement = f"      - deny: [{{sender_ip: {{cidr_matches: [{all_of_it}]}}}}]\n"
    assert held(changed("    statements:\n", f"    statements:\n{statement}")) >= DOMAINS


def test_a_smaller_size_that_mail_with_attachments_has_is_held() -> None:
    assert held(changed("max_message_size: 25MB", "max_message_size: 1MB")) == DOMAINS


def test_mail_for_everybody_is_admitted() -> None:
    assert held(changed('"@eu.example.com"]', '"@eu.example.com", "e"]')) == {
        "ordinary-mail=elsewhere.example"
    }


@pytest.mark.parametrize(
    ("old", "new", "brakes"),
    [
        (
            "      - name: archive-all\n",
            "      - {name: all, actions: [{replace_recipient: [me@example.com]}]}\n"
            "      - name: archive-all\n",
            DOMAINS,
        ),
        (
            "      - name: deliver\n        actions: [{relay: {to: exchange}}]",
            "      - name: deliver\n        actions: [{relay: {to: legal}}]",
            DOMAINS,
        ),
        (
            "      - name: deliver\n        actions: [{relay: {to: exchange}}]",
            "      - name: deliver\n        actions: [{add_header: {name: X-A, value: b}}]",
            DOMAINS,
        ),
        (
            "        actions: [{archive: {to: main}}]",
            "        actions: [{add_header: {name: X-A, value: b}}]",
            DOMAINS,
        ),
        (
            "      - name: deliver\n        actions: [{relay: {to: exchange}}]",
            "      - name: deliver\n        conditions: [{subject: {contains: order}}]\n"
            "        actions: [{relay: {to: exchange}}]",
            DOMAINS,
        ),
        (
            "  legal: {server: legal.example.com, port: 25, authentication: none}\n",
            "  legal: {server: legal.example.com, port: 25, authentication: none}\n"
            "  new: {server: new.example.org, port: 25, authentication: none}\n",
            set(),
        ),
    ],
)
def test_ordinary_mail_that_goes_elsewhere_is_held(old: str, new: str, brakes: set[str]) -> None:
    found = held(changed(old, new))
    assert found >= brakes
    assert bool(found) is bool(brakes)


NEW_RELAY = changed(
    "relays:\n",
    "relays:\n  new: {server: mail.example.org, port: 2525, authentication: none}\n",
)
REPOINTED = NEW_RELAY.replace("{relay: {to: exchange}}]\ning", "{relay: {to: new}}]\ning")


def test_a_new_relay_and_the_rule_that_is_repointed_to_it_are_held() -> None:
    assert held(REPOINTED) == DOMAINS | {"destination=mail.example.org:2525"}


def test_two_applies_in_a_row_are_no_way_round() -> None:
    assert held(NEW_RELAY) == set()
    both = DOMAINS | {"destination=mail.example.org:2525"}
    assert held(REPOINTED, live=NEW_RELAY, past=GATEWAY) == both


@pytest.mark.parametrize(
    ("old", "new"),
    [
        rule(DROP.format('from: {ends_with: "@phish.example"}')),
        rule(DROP.format('subject: {contains: "lottery"}')),
        rule(DROP.format('from: {contains: "lottery"}')),
        ('"*@spam-59.example"', '"*@spam-59.example", "*@phish.example"'),
        ('"*@spam-58.example", ', ""),
        ('"@exarnple.example"', '"@exarnple.example", "@exannple.example"'),
        ('["@examp1e.example", "@exarnple.example"]', '["@examp1e.example"]'),
        ("[counsel@example.com]", "[counsel@example.com, notary@example.com]"),
        ("actions: [{relay: {to: legal}}, stop]", "actions: [{relay: {to: exchange}}, stop]"),
        (
            "[hr@example.com, jobs@example.com]}}]\n        actions: [{relay: {to: exchange}}",
            "[hr@example.com, jobs@example.com]}}]\n        actions: [{relay: {to: legal}}",
        ),
        (
            "      - name: deliver\n",
            "      - {name: route-sales, conditions: [{recipient: {equals: [sales@example.com]}}],"
            " actions: [{relay: {to: legal}}, stop]}\n      - name: deliver\n",
        ),
        ("192.0.2.0/24", "192.0.2.0/24, 185.0.0.0/16, 45.0.0.0/9, 100.64.0.0/10"),
        ("max_message_size: 25MB", "max_message_size: 20MB"),
        ('"@eu.example.com"', '"@eu.example.com", "@uk.example.com"'),
        rule("      - {name: mark, actions: [{add_header: {name: X-In, value: yes}}]}\n"),
        ('"*@vendor.example"', '"*@vendor.example", someone@partner.example'),
    ],
)
def test_daily_work_is_silent(old: str, new: str) -> None:
    assert held(changed(old, new)) == set()


def new_list(members: str) -> str:
    text = changed("address_lists:\n", f"address_lists:\n  wave: {{members: [{members}]}}\n")
    drop = DROP.format("mail_from: {in_address_list: wave}")
    return text.replace(*rule(drop))


def test_a_new_list_blocks_what_it_names_and_no_list_had_before() -> None:
    assert held(new_list('"*@phish.example", bad@wave.example')) == set()
    (copied,) = held(new_list('"*@phish.example", "*@vendor.example"'))
    assert copied == "ordinary-mail=*@vendor.example"
    assert "ordinary-mail=gmail.com" in held(new_list('"*@phish.example", "*@gmail.com"'))


def test_what_is_meant_is_told_all_the_same() -> None:
    to_exchange = changed(
        "actions: [{relay: {to: legal}}, stop]", "actions: [{relay: {to: exchange}}, stop]"
    )
    found = judged(planned(GATEWAY, to_exchange))
    assert [each.what for each in found.meant] == [
        "mail for counsel@example.com: delivered: relay legal.example.com:25 → relay "
        "mail.example.com:25"
    ]
    assert found.judged > len(found.meant)


def test_one_address_is_released_by_itself() -> None:
    plan = planned(GATEWAY, changed(*rule(DROP.format('recipient: {starts_with: "counsel"}'))))
    (grip,) = grips(plan)
    assert grip.what == "mail for counsel@example.com: delivered → dropped by new"
    assert grip.help == "to go on: --force ordinary-mail=counsel@example.com"
    assert holding([grip], forced=("ordinary-mail=hr@example.com",)) == (grip,)
    assert holding([grip], forced=("ordinary-mail=Counsel@example.com",)) == ()
    assert holding([grip], forced=("ordinary-mail",)) == ()


def test_many_addresses_at_once_are_held_although_each_is_named() -> None:
    staff = [f"person-{number}@example.com" for number in range(30)]
    listed = changed(
        "address_lists:\n", f"address_lists:\n  staff: {{members: [{', '.join(staff)}]}}\n"
    ).replace("equals: [counsel@example.com]", "in_address_list: staff")
    rerouted = listed.replace("{relay: {to: legal}}, stop]", "{relay: {to: exchange}}, stop]")
    assert held(rerouted, live=listed) == {f"ordinary-mail={address}" for address in staff}
    few = listed.replace(", ".join(staff), ", ".join(staff[:5]))
    rerouted = few.replace("{relay: {to: legal}}, stop]", "{relay: {to: exchange}}, stop]")
    assert held(rerouted, live=few) == set()


def test_a_rule_that_names_one_address_and_hits_another_is_held() -> None:
    drop = (
        "      - {name: new, conditions: [{recipient: {ends_with: [nobody@example.com, "
        'counsel@example.com, "hr@example.com"]}}, '
        '{recipient: {starts_with: ["h", "c"]}}], actions: [drop]}\n'
    )
    assert held(changed(*rule(drop))) == set()  # each is named
    drop = drop.replace("ends_with: [nobody@example.com, counsel@example.com, ", "ends_with: [")
    drop = drop.replace('"hr@example.com"', '"r@example.com"')
    assert held(changed(*rule(drop))) == {"ordinary-mail=hr@example.com"}


def test_a_rule_that_moves_above_another_is_judged_too() -> None:
    block = "      - {name: block-hr, conditions: [{recipient: {ends_with: r@example.com}}], "
    block += "actions: [drop]}\n"
    above, below = rule(block, "route-hr"), rule(block, "deliver")
    moved = held(changed(*above), live=changed(*below))
    assert moved == {"ordinary-mail=hr@example.com"}


def test_a_relay_under_another_name_is_the_same_relay() -> None:
    assert held(GATEWAY.replace("exchange", "postfix")) == {"deletes=None"}


def test_values_from_variables_are_judged_as_they_are() -> None:
    text = changed(*rule(DROP.format('recipient: {contains: "${vars.word}"}')))
    live = ", vars: {word: zzz}"
    assert held(text, live=text, live_settings=live, settings=live) == set()
    wanted = ", vars: {word: '@'}"
    assert held(text, live=text, live_settings=live, settings=wanted) == DOMAINS


def test_a_rule_in_shadow_lets_through_what_it_blocked() -> None:
    listed = changed("name: block-listed\n", "name: block-listed\n        shadow: true\n")
    assert held(listed) == {"blocking=block-listed"}
    header = changed(
        'exarnple.example"]}}]\n        actions: [drop]',
        'exarnple.example"]}}]\n        actions: [{add_header: {name: X-A, value: b}}]',
    )
    assert held(header) == {"blocking=block-lookalike"}
    assert held(GATEWAY, live=listed) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in_address_list: blocked", "in_address_list: partners"),
        (
            "unless: [{mail_from: {in_address_list: partners}}]",
            'unless: [{mail_from: {contains: "@"}}]',
        ),
        (
            "      - name: block-listed\n",
            '      - {name: early, conditions: [{subject: {contains: "e"}}],'
            " actions: [{archive: {to: main}}, {relay: {to: exchange}}, stop]}\n"
            "      - name: block-listed\n",
        ),
    ],
)
def test_mail_of_listed_senders_that_gets_through_is_held(old: str, new: str) -> None:
    assert any("spam-" in each for each in held(changed(old, new)))


@pytest.mark.parametrize(
    "condition",
    [
        'from: {ends_with: "@gmail.com"}',
        'from: {contains: "gmail"}',
        'mail_from: {ends_with: ["@qq.com", "@phish.example"]}',
    ],
)
def test_a_rule_that_blocks_a_large_public_domain_is_held(condition: str) -> None:
    (found,) = held(changed(*rule(DROP.format(condition))))
    assert found in {"ordinary-mail=gmail.com", "ordinary-mail=qq.com"}


def test_large_domains_that_a_rule_meant_before_do_not_crowd_out_a_new_one() -> None:
    many = DROP.format("from: {contains: mail.}")
    one = DROP.format('from: {ends_with: "@zoho.com"}').replace("name: new", "name: newer")
    both = changed(*rule(many + one))
    assert held(both, live=changed(*rule(many))) == {"ordinary-mail=zoho.com"}


def test_mail_from_a_network_that_is_let_in_by_name_is_judged() -> None:
    by_name = changed(
        '- allow: [{recipient: {ends_with: ["@example.com", "@eu.example.com"]}}]',
        '- allow: [{recipient: {ends_with: "@example.com"}},'
        " {sender_ip: {cidr_matches: [198.51.100.0/24]}}]",
    )
    denied = by_name.replace("192.0.2.0/24", "192.0.2.0/24, 198.51.100.0/25")
    assert held(denied, live=by_name) == {"ordinary-mail=example.com"}


def test_what_functions_answer_and_lists_from_elsewhere_hold_is_taken_to_be_ordinary() -> None:
    asking = changed(
        "      - name: deliver\n",
        "      - {name: ask, actions: [{invoke_lambda: {function:"
        " 'arn:aws:lambda:us-east-1:111122223333:function:ask', invocation: request_response,"
        " role: 'arn:aws:iam::111122223333:role/mail'}}]}\n      - name: deliver\n",
    )
    line = next(line for line in asking.splitlines() if "blocked:" in line)
    asking = asking.replace(line, "  blocked: {members: external}")
    assert held(asking.replace("to: exchange}}]\ning", "to: legal}}]\ning"), live=asking) == DOMAINS


def test_the_first_apply_and_a_plan_without_edits_judge_nothing() -> None:
    empty = "version: 1\n"
    assert judged(planned(empty, GATEWAY)).judged == 0
    assert judged(planned(GATEWAY, GATEWAY)).judged == 0
    assert held(GATEWAY, live=empty) == set()


REPLACING = changed(
    *rule(
        "      - {name: swap, actions: [{replace_recipient: [mailbox@example.com]}]}\n"
        + DROP.format("recipient: {equals: word-1}")
    )
)
MARKING = changed(
    *rule(
        '      - {name: mark, actions: [{add_header: {name: X-In, value: "yes"}}]}\n'
        + DROP.format('header: {name: X-In, equals: "word-1"}')
    )
)


def test_a_message_that_meets_no_rule_that_differs_is_judged_alike_by_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans = [
        planned(GATEWAY, changed(*rule(DROP.format('recipient: {starts_with: "h"}')))),
        planned(GATEWAY, changed("to: legal}}, stop]", "to: exchange}}, stop]")),
        planned(GATEWAY, changed("in_address_list: blocked", "in_address_list: partners")),
        planned(GATEWAY, changed("192.0.2.0/24", "128.0.0.0/1")),
        planned(REPLACING, REPLACING.replace("word-1", "mailbox@example.com")),
        planned(MARKING, MARKING.replace("word-1", "yes")),
    ]
    short = [judged(plan) for plan in plans]
    monkeypatch.setattr(Touched, "may_differ", lambda _self, _submission: True)
    assert [judged(plan) for plan in plans] == short
    assert all(found.held or found.meant for found in short)


def without_section(text: str, section: str) -> str:
    """A text without one of its sections."""
    head, tail = text.split(f"{section}:\n", 1)
    rest = tail.splitlines(keepends=True)
    while rest and rest[0].startswith(" "):
        rest.pop(0)
    return head + "".join(rest)


def test_rule_sets_whose_ingress_points_stand_elsewhere_are_judged_by_themselves() -> None:
    live = without_section(without_section(GATEWAY, "ingress_points"), "traffic_policies")
    drop = live.replace(*rule(DROP.format('recipient: {contains: "@"}')))
    assert held(drop, live=live) == {"ordinary-mail=example.com"}
    assert held(live.replace("to: legal}}, stop]", "to: exchange}}, stop]"), live=live) == set()


def test_a_policy_that_stands_elsewhere_is_taken_to_admit() -> None:
    live = without_section(GATEWAY, "traffic_policies").replace(
        "traffic_policy: edge", "traffic_policy: 'id:tp-0123456789abcdef'"
    )
    drop = live.replace(*rule(DROP.format('subject: {contains: "e"}')))
    assert held(drop, live=live) == {"ordinary-mail=example.com"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        rule(DROP.format('from: {ends_with: "@partner.example"}')),
        rule(DROP.format("mail_from: {equals: someone@partner.example}")),
        ('"*@spam-59.example"', '"*@spam-59.example", "*@exarnple.example"'),
    ],
)
def test_a_sender_that_one_rule_names_may_be_blocked_by_another(old: str, new: str) -> None:
    assert held(changed(old, new)) == set()
