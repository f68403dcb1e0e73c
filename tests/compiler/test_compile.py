"""Logical rules and resources as they are to be live, and what the service does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mmctl.compiler.compile import compile_project
from mmctl.language.parsing.load import read_text
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.problem import Problem

MAIN = """\
version: 1
project: acme
environments:
  local: {endpoint: embedded}
  prod: {account: "111122223333", region: us-east-1, bindings: {archives: {legacy: a-1}}}
default_environment: local
"""


def compiled(
    text: str, environment: str | None = None
) -> tuple[LiveConfiguration, tuple[Problem, ...]]:
    project, _ = read_text({"mmctl.yaml": MAIN, "rules/a.yaml": text}, environment=environment)
    return compile_project(project)


def rules(*written: str) -> str:
    listed = "".join(f"      - {rule}\n" for rule in written)
    return f"version: 1\nrule_sets:\n  inbound:\n    rules:\n{listed}"


MARK = "actions: [{add_header: {name: X-A, value: b}}]"


def live_rules(configuration: LiveConfiguration) -> list[str]:
    rule_set = configuration.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    return [rule["Name"] for rule in rule_set.shape.to_api()["Rules"]]


def test_disabled_rules_and_those_of_other_environments_are_left_out_and_named() -> None:
    text = rules(
        f"{{name: here, {MARK}}}",
        f"{{name: off, enabled: false, {MARK}}}",
        f"{{name: elsewhere, environments: [prod], {MARK}}}",
    )
    configuration, problems = compiled(text)
    assert problems == ()
    assert live_rules(configuration) == ["here"]
    assert [(rule.rule, rule.reason) for rule in configuration.left_out] == [
        ("off", "disabled"),
        ("elsewhere", "not in this environment"),
    ]
    assert live_rules(compiled(text, "prod")[0]) == ["here", "elsewhere"]


def test_a_shadow_rule_only_says_what_it_would_have_done() -> None:
    configuration, _ = compiled(rules("{name: block, shadow: true, actions: [drop]}"))
    rule_set = configuration.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    assert rule_set.shape.to_api()["Rules"][0]["Actions"] == [
        {"AddHeader": {"HeaderName": "X-Mmctl-Would", "HeaderValue": "block"}}
    ]


def test_rules_keep_their_logical_name_and_place() -> None:
    configuration, _ = compiled(rules(f"{{name: one, live_name: none, {MARK}}}"))
    rule_set = configuration.find(Kind.RULE_SET, "inbound")
    assert rule_set is not None
    assert "Name" not in rule_set.shape.to_api()["Rules"][0]
    assert [(origin.name, origin.place) for origin in rule_set.origins] == [
        ("one", "rules/a.yaml:5")
    ]


def test_bindings_go_along() -> None:
    configuration, _ = compiled("version: 1\n", "prod")
    assert configuration.bindings[Kind.ARCHIVE] == {"legacy": "a-1"}


def test_forty_rules_fit_and_one_more_is_a_problem_of_the_rule_set() -> None:
    written = [f"{{name: rule-{number}, {MARK}}}" for number in range(41)]
    assert compiled(rules(*written[:40]))[1] == ()
    (problem,) = compiled(rules(*written))[1]
    assert problem.check == "capacity"
    assert problem.message.startswith("the 41 rules of rule set `inbound` take 41 live rules of 40")
    assert problem.position.line == 3
    assert problem.help is not None
    assert "`mmctl budget`" in problem.help


def values(count: int) -> str:
    listed = ", ".join(f"v{number}" for number in range(count))
    return f"{{name: many, conditions: [{{subject: {{contains: [{listed}]}}}}], {MARK}}}"


def conditions(count: int, key: str) -> str:
    listed = ", ".join(f"{{subject: {{contains: v{number}}}}}" for number in range(count))
    return f"{{name: many, {key}: [{listed}], {MARK}}}"


def actions(count: int) -> str:
    listed = ", ".join("{add_header: {name: X-A, value: b}}" for _ in range(count))
    return f"{{name: many, actions: [{listed}]}}"


@pytest.mark.parametrize(
    ("fits", "too_much", "message"),
    [
        (
            conditions(10, "conditions"),
            conditions(11, "conditions"),
            "the service takes 10 conditions in one rule, got 11",
        ),
        (actions(10), actions(11), "the service takes 10 actions in one rule, got 11"),
    ],
)
def test_what_is_more_than_the_service_takes_is_a_problem_of_its_rule(
    fits: str, too_much: str, message: str
) -> None:
    assert compiled(rules(fits))[1] == ()
    (problem,) = compiled(rules(too_much))[1]
    assert problem.message == f"rule `many`: {message}"


@pytest.mark.parametrize("fits", [values(10), conditions(10, "unless")])
@pytest.mark.parametrize("longer", [values(11), conditions(11, "unless")])
def test_longer_lists_than_the_service_takes_are_packed(fits: str, longer: str) -> None:
    rule_set = compiled(rules(fits))[0].find(Kind.RULE_SET, "inbound")
    packed, problems = compiled(rules(longer))
    assert problems == ()
    assert rule_set is not None
    assert rule_set.logical == ()
    found = packed.find(Kind.RULE_SET, "inbound")
    assert found is not None
    assert [rule.name for rule in found.logical] == ["many"]
    assert {origin.logical for origin in found.origins} == {("many",)}


@pytest.mark.parametrize(
    "action", ["relay: {to: 'id:r-1'}", "send: {role: 'arn:aws:iam::111122223333:role/mail'}"]
)
def test_more_than_ten_relay_or_send_actions_in_a_rule_set_are_too_many(action: str) -> None:
    written = [f"{{name: rule-{number}, actions: [{{{action}}}]}}" for number in range(11)]
    assert compiled(rules(*written[:10]))[1] == ()
    (problem,) = compiled(rules(*written))[1]
    wanted = "the 11 rules of rule set `inbound` take 11 relay or send actions of 10"
    assert problem.message.startswith(wanted)


def test_what_is_left_out_does_not_count() -> None:
    written = [f"{{name: rule-{number}, {MARK}}}" for number in range(40)]
    off = f"{{name: off, enabled: false, {MARK}}}"
    assert compiled(rules(off, *written))[1] == ()
