"""What becomes of restriction lists, tables and routes: one small configuration each."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from interchange.postfix.company import FOLDER, files
from interchange.postfix.imports import ImportedPostfix, files_below, source_of

DOMAIN = "relay_domains = example.com\n"


def written(main: str, **tables: str) -> list[dict[str, Any]]:
    """The rules that a configuration becomes, without names and descriptions."""
    imported = ImportedPostfix.of({"main.cf": DOMAIN + main, **tables})
    kept = ("refuse", "shadow", "enabled", "conditions", "unless", "actions")
    return [
        {key: rule[key] for key in kept if key in rule}
        for each in imported.lowered.rules
        for rule in each.rules
    ]


def kinds(rule: dict[str, Any]) -> list[str]:
    """The words of the actions of a rule."""
    return [each if isinstance(each, str) else next(iter(each)) for each in rule["actions"]]


def test_blocks_of_clients_and_recipients_are_refused_and_senders_bounced() -> None:
    rules = written(
        "smtpd_recipient_restrictions = permit_sasl_authenticated,\n"
        "  check_client_access cidr:/etc/postfix/c, check_recipient_access hash:/etc/postfix/r,\n"
        "  check_sender_access hash:/etc/postfix/s\n",
        c="192.0.2.7 DUNNO\n192.0.2.0/24 REJECT\n",
        r="old@example.com 550 5.1.1 gone\n",
        s="spam.example REJECT\ngood@spam.example OK\n",
    )
    assert rules[:2] == [
        {
            "refuse": True,
            "conditions": [{"source_ip": {"cidr_matches": "192.0.2.0/24"}}],
            "unless": [{"source_ip": {"cidr_matches": "192.0.2.7/32"}}],
            "actions": ["drop"],
        },
        {
            "refuse": True,
            "conditions": [{"recipient": {"equals": "old@example.com"}}],
            "actions": ["drop"],
        },
    ]
    assert rules[2]["conditions"] == [
        {"mail_from": {"ends_with": ["@spam.example", ".spam.example"]}}
    ]
    assert rules[2]["unless"] == [{"mail_from": {"equals": "good@spam.example"}}]
    assert kinds(rules[2]) == ["bounce", "drop"]


def test_an_ok_ends_its_list_alone() -> None:
    rules = written(
        "smtpd_client_restrictions = check_client_access inline:{192.0.2.1=OK},\n"
        "  check_client_access inline:{192.0.2=REJECT}\n"
        "smtpd_sender_restrictions = check_client_access inline:{198.51.100=REJECT}\n"
    )
    assert [rule.get("unless") for rule in rules] == [
        [{"source_ip": {"cidr_matches": "192.0.2.1/32"}}],
        None,
    ]


def test_what_nobody_sees_is_never_an_exception_that_is_left_out() -> None:
    rules = written(
        "smtpd_client_restrictions = permit_dnswl_client list.example,\n"
        "  check_client_access inline:{192.0.2=REJECT}\n"
    )
    assert [rule["enabled"] for rule in rules] == [False]


def test_warnings_only_mark() -> None:
    rules = written(
        "smtpd_sender_restrictions = warn_if_reject check_sender_access\n"
        "  inline:{spam.example=REJECT}\n"
    )
    assert [(rule["shadow"], rule["conditions"]) for rule in rules] == [
        (True, [{"mail_from": {"ends_with": ["@spam.example", ".spam.example"]}}])
    ]


def test_a_class_acts_for_those_whom_a_table_sends_there() -> None:
    rules = written(
        "smtpd_restriction_classes = partners\n"
        "partners = check_client_access inline:{192.0.2=OK}, reject\n"
        "smtpd_recipient_restrictions =\n"
        "  check_recipient_access inline:{pay@example.com=partners}\n"
    )
    assert rules == [
        {
            "refuse": True,
            "conditions": [{"recipient": {"equals": "pay@example.com"}}],
            "unless": [{"source_ip": {"cidr_matches": "192.0.2.0/24"}}],
            "actions": ["drop"],
        }
    ]


def test_headers_are_compared_by_their_values_and_lines_end_at_their_first_pattern() -> None:
    rules = written(
        "header_checks = pcre:/etc/postfix/h\n",
        h="/^Subject: report/ DUNNO\n/^Subject:.*pills/ DISCARD\n/^X-Spam: yes$/ HOLD\n"
        "/^From:.*@spam\\.example$/ PREPEND X-Bad: 1\n",
    )
    assert [(rule["conditions"], rule.get("unless"), kinds(rule)) for rule in rules] == [
        ([{"subject": {"contains": "pills"}}], [{"subject": {"starts_with": "report"}}], ["drop"]),
        ([{"header": {"name": "X-Spam", "equals": "yes"}}], None, ["archive", "stop"]),
        ([{"from": {"ends_with": "@spam.example"}}], None, ["add_header"]),
    ]


def test_aliases_are_expanded_and_mail_goes_where_transports_say() -> None:
    rules = written(
        "virtual_alias_maps = inline:{ {all@example.com = a@example.com, b@example.com},"
        " {b@example.com = c@example.com} }\n"
        "transport_maps = inline:{ {example.com = smtp:[mail.example.net]:26} }\n"
    )
    assert [rule["actions"] for rule in rules] == [
        [{"replace_recipient": ["a@example.com", "c@example.com"]}],
        [{"replace_recipient": ["c@example.com"]}],
        [{"relay": {"to": "mail-example-net-26", "mail_from": "preserve"}}, "stop"],
    ]


def test_the_policy_admits_listed_recipients_and_own_networks() -> None:
    source = source_of(
        {
            "main.cf": "relay_domains = example.com, example.org\n"
            "relay_recipient_maps = inline:{a@example.com=x, @example.org=x}\n"
            "recipient_delimiter = +\nmynetworks = 127.0.0.0/8, 192.0.2.0/24\n"
            "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n"
            "message_size_limit = 5000000\nsmtpd_tls_security_level = encrypt\n"
        }
    )
    assert source.tls_policy == "required"
    assert source.address_lists == {"recipients": ("a@example.com", "a+*@example.com")}
    assert source.traffic_policy == {
        "default": "deny",
        "max_message_size": 5_000_000,
        "statements": [
            {"name": "listed", "allow": [{"recipient": {"in_address_list": "recipients"}}]},
            {
                "name": "own-domains",
                "allow": [{"recipient": {"ends_with": ["@example.org", ".example.org"]}}],
            },
            {
                "name": "own-networks-4",
                "allow": [{"sender_ip": {"cidr_matches": ["192.0.2.0/24"]}}],
            },
        ],
    }


def test_no_own_domain_admits_nobody() -> None:
    source = source_of({"main.cf": "relayhost = [mail.example.net]\nmydestination =\n"})
    assert source.traffic_policy is not None
    assert (source.traffic_policy["default"], source.traffic_policy["statements"]) == ("deny", [])
    assert [each.instead for each in source.unread] == ["name the domains: `--domain example.com`"]


def test_passwords_are_nowhere() -> None:
    files = {
        "main.cf": DOMAIN + "relayhost = [mail.example.net]:587\nsmtp_sasl_auth_enable = yes\n"
        "smtp_sasl_password_maps = hash:/etc/postfix/sasl\n",
        "sasl": "[mail.example.net]:587 user:hunter2\n",
    }
    source = source_of(files)
    assert source.relays["mail-example-net-587"]["authentication"] == {
        "secret_arn": "${vars.mail_example_net_587_secret}"
    }
    assert "hunter2" not in repr(source)


def test_options_of_the_server_in_master_cf_count() -> None:
    master = (
        "smtp inet n - y - - smtpd\n"
        "  -o smtpd_client_restrictions=reject_unknown_client_hostname\n"
        "submission inet n - y - - smtpd -o smtpd_sasl_auth_enable=yes\n"
    )
    source = source_of({"main.cf": DOMAIN, "master.cf": master}, ("main.cf", "master.cf"))
    assert [str(rule.place) for rule in source.rules] == ["master.cf:2:32"]
    assert [str(each.place) for each in source.unread] == ["master.cf:3:1"]


@pytest.mark.unmeasured
def test_the_example_is_what_its_script_writes_and_its_report_counts_so() -> None:
    below = files_below(FOLDER)
    below.pop("README.md")
    assert {name: content.decode() for name, content in below.items()} == files()
    imported = ImportedPostfix.of(below, ("main.cf", "master.cf"))
    assert Counter(str(each.status) for each in imported.lowered.rules) == {
        "same": 17,
        "close": 61,
        "partly": 1,
        "not possible": 12,
    }
    members = sum(len(each or ()) for each in imported.lowered.address_lists.values())
    assert members > 3_000
