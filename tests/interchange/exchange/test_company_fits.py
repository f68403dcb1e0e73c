"""The example of a whole company, changed as `mmctl budget` says: 300 rules in 40 live rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from interchange.exchange.company import EXAMPLE
from mmctl.cli.main import exit_code
from mmctl.compiler.compile import packings_of
from mmctl.language.parsing.load import read_text
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.language.project import Project

Rule = dict[str, Any]
MAIN = """\
version: 1
project: acme
environments: {local: {endpoint: embedded}}
default_environment: local
vars:
  bounce_sender: postmaster@example.com
  bounce_role: arn:aws:iam::111122223333:role/bounces
  host_smart_host_1: one.example.com
  host_smart_host_2: two.example.com
  mailbox_host: mail.example.com
"""


@pytest.fixture
def imported(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The file that an import prints."""
    words = ["--domain", "example.com", "--owners", str(EXAMPLE / "owners.csv")]
    exit_code(["import", "--from", "exchange", str(EXAMPLE / "TransportRules.xml"), *words])
    loaded: dict[str, Any] = YAML(typ="safe").load(capsys.readouterr().out)
    return loaded


def project_of(document: dict[str, Any]) -> Project:
    project, problems = read_text({"mmctl.yaml": MAIN, "rules/a.yaml": json.dumps(document)})
    assert problems == ()
    return project


def does(rule: Rule) -> str:
    """What a rule does, as the phases that are advised are named."""
    kinds = {kind for action in rule["actions"] if isinstance(action, dict) for kind in action}
    if "bounce" in kinds:
        return "bounce"
    if "relay" in kinds or "stop" in rule["actions"]:
        return "route"
    return "mark" if "add_header" in kinds else "discard"


def domains_alone(rules: Iterable[Rule]) -> None:
    """`@domain` without `.domain`, but for mail that is let through."""
    for rule in rules:
        for condition in rule["conditions"]:
            for compared in condition.values():
                values = compared.get("ends_with")
                if isinstance(values, list):
                    below = [each for each in values if each[0] == "."]
                    compared["ends_with"] = [each for each in values if each not in below]


def having(word: str, rules: Iterable[Rule]) -> list[Rule]:
    """The rules with a word in their actions."""
    return [rule for rule in rules if word in json.dumps(rule["actions"])]


def one_rule(rules: list[Rule]) -> Rule:
    """The first of some rules, with the values of all."""
    first = rules[0]
    senders = [each["conditions"][0]["from"]["ends_with"] for each in rules]
    networks = [each["conditions"][1]["source_ip"]["cidr_matches"] for each in rules]
    first["conditions"] = [
        {"from": {"ends_with": [each for values in senders for each in values]}},
        {"source_ip": {"cidr_matches": networks}},
    ]
    return first


def changed(document: dict[str, Any]) -> None:
    """All that the page on Exchange lists."""
    inbound = document["rule_sets"]["inbound"]
    *rules, deliver = inbound["rules"]
    live = [rule for rule in rules if rule.get("enabled", True)]

    for rule in live:
        if rule.get("shadow"):
            rule["enabled"] = False
    acting = [rule for rule in live if rule.get("enabled", True)]
    trusted = having("X-Exchange-Rule-SCL", [each for each in acting if does(each) == "route"])
    domains_alone(rule for rule in acting if rule not in trusted)
    for rule in acting:
        if does(rule) == "mark":
            rule["actions"] = [{"add_header": {"name": "X-Mark", "value": "exchange"}}]
    for rule in having("smart-host", acting):
        rule["actions"] = [{"relay": {"to": "smart-host-1"}}, "stop"]
    for rule in having("replace_recipient", acting):
        rule["actions"][0] = {"replace_recipient": ["leavers@example.com"]}
    quarantined = [each for each in having("archive", acting) if "from" in each["conditions"][0]]
    exceptions = [each for rule in quarantined for each in rule.get("unless", [])]
    for rule in quarantined:
        rule["unless"] = exceptions
    kept = one_rule(trusted)
    acting = [rule for rule in acting if rule is kept or rule not in trusted]
    inbound["duplicates"] = "ignore"
    inbound["rules"] = [
        {
            "phase": phase,
            "on_overlap": "any",
            "rules": [rule for rule in acting if does(rule) == phase],
        }
        for phase in ("route", "bounce", "discard", "mark")
    ] + [deliver]


def test_the_300_rules_fit_once_they_are_changed_as_advised(imported: dict[str, Any]) -> None:
    (packing,) = packings_of(project_of(imported))
    assert not packing.fits
    changed(imported)
    (packing,) = packings_of(project_of(imported))
    assert packing.is_packed
    assert packing.is_used, packing.proof.why
    assert len(packing.rules) <= RULES.most
    assert packing.handed_on <= RELAY_OR_SEND_ACTIONS.most
    assert sum(len(rule.sources) for rule in packing.rules) > 250, "it is still the company"
