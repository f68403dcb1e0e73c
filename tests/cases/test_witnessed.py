"""Each rule gets a message that it takes, and one that it just misses; both cases hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cases.parsing import cases_of
from mmctl.cases.running import run_cases
from mmctl.cases.witnessed.rule_cases import WitnessedRule, witnessed_rules
from mmctl.language.parsing.load import read_text
from mmctl.language.writing.write import to_yaml

if TYPE_CHECKING:
    from mmctl.cases.result import CaseResult

HEAD = "version: 1\nproject: p\n"
PROJECT = """
version: 1
rule_sets:
  inbound:
    rules:
{rules}
address_lists:
  sales: {{members: [sales@example.com, "sales+*@example.com"]}}
  feed: {{members: external}}
archives:
  all: {{retention: ONE_YEAR}}
relays:
  mailboxes: {{server: mail.example.com, port: 25, authentication: none}}
traffic_policies:
  edge:
    default: deny
    statements: [{{allow: [{{recipient: {{ends_with: ["@example.com", "@d.example.com"]}}}}]}}]
ingress_points:
  mx-in: {{type: open, traffic_policy: edge, rule_set: inbound, tls_policy: optional}}
"""
RULES = {
    "client": "{conditions: [{source_ip: {cidr_matches: 198.51.100.0/24}}], actions: [drop]}",
    "refuses": "{conditions: [{source_ip: {cidr_matches: 192.0.2.0/24}}], refuse: true, "
    "actions: [drop]}",
    "subject": "{conditions: [{subject: {contains: [invoice, offer]}}, {spf: {equals: FAIL}}], "
    "actions: [drop]}",
    "sender": "{conditions: [{from: {ends_with: '@bad.example'}}], "
    "unless: [{recipient: {equals: abuse@example.com}}], actions: [drop]}",
    "bulk": "{conditions: [{header: {name: X-Bulk, equals: 'yes'}}, "
    "{message_size: {greater_than: 1MB}}], actions: [{add_header: {name: X-M, value: bulk}}]}",
    "list": "{conditions: [{recipient: {in_address_list: sales}}], "
    "actions: [{archive: {to: all}}]}",
    "domain": "{conditions: [{recipient: {ends_with: '@d.example.com'}}], "
    "actions: [{archive: {to: all}}, stop]}",
    "waits": "{conditions: [{subject: {starts_with: 'Order '}}], actions: [{invoke_lambda: "
    "{function: 'arn:aws:lambda:us-east-1:111122223333:function:order', "
    "role: 'arn:aws:iam::111122223333:role/mail', invocation: request_response}}]}",
    "watches": "{conditions: [{mail_from: {starts_with: 'bounce-'}}], shadow: true, "
    "actions: [drop]}",
    "deliver": "{actions: [{relay: {to: mailboxes}}]}",
}


def _text(rules: dict[str, str]) -> str:
    lines = [f"      - {{name: {name}, {rule[1:]}" for name, rule in rules.items()]
    return PROJECT.format(rules="\n".join(lines))


def _witnessed(rules: dict[str, str]) -> list[WitnessedRule]:
    project, problems = read_text({"rules/a.yaml": _text(rules), "mmctl.yaml": HEAD})
    assert [each for each in problems if each.severity == "error"] == []
    return list(witnessed_rules(project, lambda name: f"rule {name}"))


def _run(rules: dict[str, str], cases: list[dict[str, Any]]) -> list[CaseResult]:
    text = to_yaml({"version": 1, "cases": cases})
    files = {"rules/a.yaml": _text(rules), "cases/c.yaml": text, "mmctl.yaml": HEAD}
    project, problems = read_text(files)
    assert [each for each in problems if each.severity == "error"] == []
    made, wrong = cases_of(project)
    assert (len(made), wrong) == (len(cases), ())
    return list(run_cases(project, made, pytest.fail))


def test_every_rule_has_a_case_that_it_takes_and_one_that_it_misses() -> None:
    found = _witnessed(RULES)
    assert {each.rule: len(each.cases) for each in found} == {
        **dict.fromkeys(RULES, 2),
        "deliver": 1,
    }
    results = _run(RULES, [case for each in found for case in each.cases])
    assert [each.case.name for each in results if not each.passed] == []


@pytest.mark.parametrize("removed", RULES)
def test_the_cases_of_a_rule_notice_when_it_does_not_act(removed: str) -> None:
    (own,) = [each.cases for each in _witnessed(RULES) if each.rule == removed]
    actions = RULES[removed].partition("actions: ")[2]
    nobody = "recipient: {equals: nobody@example.com}"
    without = {**RULES, removed: f"{{conditions: [{{{nobody}}}], actions: {actions}"}
    assert not all(result.passed for result in _run(without, list(own)))


def test_cases_notice_when_a_rule_takes_too_much() -> None:
    (own,) = [each.cases for each in _witnessed(RULES) if each.rule == "sender"]
    wider = {**RULES, "sender": RULES["sender"].replace("'@bad.example'", "'.example'")}
    taken, missed = _run(wider, list(own))
    assert (taken.passed, missed.passed) == (True, False)


def test_a_rule_that_never_applies_says_why() -> None:
    rules = {
        "wide": "{conditions: [{subject: {contains: win}}], actions: [drop]}",
        "narrow": "{conditions: [{subject: {contains: 'you win'}}], actions: [drop]}",
        "outside": "{conditions: [{recipient: {ends_with: '@other.example'}}], actions: [drop]}",
        "never": "{conditions: [{helo: {equals: a}}, {helo: {equals: b}}], actions: [drop]}",
        "deliver": RULES["deliver"],
    }
    found = {each.rule: each for each in _witnessed(rules)}
    assert {name: (len(each.cases), each.never) for name, each in found.items()} == {
        "wide": (2, None),
        "narrow": (0, "`wide` above takes all of its mail"),
        "outside": (0, "the traffic policy refuses all of its mail"),
        "never": (0, "`helo: {equals: a}` and `helo: {equals: b}` never hold together"),
        "deliver": (1, None),
    }


def test_a_list_whose_members_nobody_knows_gets_no_case() -> None:
    rules = {
        "fed": "{conditions: [{mail_from: {in_address_list: feed}}], actions: [drop]}",
        "deliver": RULES["deliver"],
    }
    fed, _ = _witnessed(rules)
    assert (fed.cases, fed.never) == ((), None)


def test_an_earlier_rule_takes_the_first_value_and_the_case_another_one() -> None:
    rules = {
        "first": "{conditions: [{from: {equals: a@x.example}}], actions: [drop]}",
        "both": "{conditions: [{from: {equals: [a@x.example, b@x.example]}}], actions: [drop]}",
        "deliver": RULES["deliver"],
    }
    _, both, _ = _witnessed(rules)
    assert both.cases[0]["message"]["from"] == "b@x.example"
