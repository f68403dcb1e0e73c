from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from mmctl.language.project import Kind, Resource
from mmctl.language.read import read_text
from mmctl.language.write import (
    CannotWrite,
    action_to_file,
    archive_to_file,
    condition_to_file,
    ingress_point_to_file,
    logical_names,
    relay_to_file,
    rule_set_to_file,
    rule_to_file,
    to_yaml,
    traffic_policy_to_file,
)
from mmctl.model.policies import TrafficPolicy
from mmctl.model.resources import Archive, IngressPoint, Relay
from mmctl.model.rules import Rule, RuleAction, RuleCondition, RuleSet

sys.path.insert(0, str(Path(__file__).parent))
import shapes

if TYPE_CHECKING:
    from mmctl.language.project import LogicalRuleSet

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_back(section: Kind, name: str, data: Any, **others: str) -> Resource:
    text = to_yaml({"version": 1, section.value: {name: data}})
    project, problems = read_text({"rules/a.yaml": text, **others}, lone=True)
    assert not problems, f"{problems[0].position}: {problems[0].message}\n{text}"
    return project.of_kind(section)[name]


def without_tags(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != "Tags"}


def tags_of(members: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in members.get("Tags", [])}


def plain_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Empty lists of conditions and absent ones are one."""
    return {key: value for key, value in rule.items() if value not in (None, [])}


@QUICK
@given(shapes.RULE_SETS)
def test_every_rule_set_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = RuleSet.of_api(members)
    if sum(rule.name == "none" for rule in shape.rules) > 1:
        return
    found: LogicalRuleSet = read_back(  # type: ignore[assignment] # the section says so
        Kind.RULE_SET, "logical", rule_set_to_file(shape, name="logical")
    )
    assert found.live_name == shape.rule_set_name
    assert found.tags == tags_of(members)
    written = [plain_rule(rule.rule.to_api()) for rule in found.rules]
    assert written == [plain_rule(rule) for rule in shape.to_api()["Rules"]]


@QUICK
@given(shapes.POLICIES)
def test_every_traffic_policy_that_is_written_is_read_as_the_same_shape(
    members: dict[str, Any],
) -> None:
    shape = TrafficPolicy.of_api(members)
    found: Any = read_back(Kind.TRAFFIC_POLICY, "edge", traffic_policy_to_file(shape, name="edge"))
    assert found.policy.to_api() == without_tags(shape.to_api())
    assert found.tags == tags_of(members)


@QUICK
@given(shapes.INGRESS_POINTS)
def test_every_ingress_point_that_is_written_is_read_as_the_same_shape(
    members: dict[str, Any],
) -> None:
    shape = IngressPoint.of_api(members)
    store = (
        members.get("IngressPointConfiguration", {})
        .get("TlsAuthConfiguration", {})
        .get("TrustStore", {})
    )
    files = {
        "rules/ca.pem": store.get("CAContent", ""),
        "rules/crl.pem": store.get("CrlContent", ""),
    }
    data = ingress_point_to_file(shape, name="mx")
    found: Any = read_back(Kind.INGRESS_POINT, "mx", data, **files)
    assert found.ingress_point.to_api() == without_tags(shape.to_api())
    assert found.tags == tags_of(members)


@QUICK
@given(shapes.RELAYS)
def test_every_relay_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = Relay.of_api(members)
    found: Any = read_back(Kind.RELAY, "no", relay_to_file(shape, name="no"))
    assert found.relay.to_api() == without_tags(shape.to_api())


@QUICK
@given(shapes.ARCHIVES)
def test_every_archive_that_is_written_is_read_as_the_same_shape(members: dict[str, Any]) -> None:
    shape = Archive.of_api(members)
    found: Any = read_back(Kind.ARCHIVE, "0550", archive_to_file(shape, name="0550"))
    assert found.archive.to_api() == without_tags(shape.to_api())


@pytest.mark.parametrize("text", shapes.AWKWARD)
def test_an_awkward_text_is_read_as_it_was_alone_and_among_others(text: str) -> None:
    for values in ([text], [text, "other"]):
        expression = {
            "Evaluate": {"Attribute": "SUBJECT"},
            "Operator": "CONTAINS",
            "Values": values,
        }
        rule = {
            "Name": "a",
            "Conditions": [{"StringExpression": expression}],
            "Actions": [{"AddHeader": {"HeaderName": "X-A", "HeaderValue": text[:128]}}],
        }
        shape = RuleSet.of_api({"RuleSetName": "a", "Rules": [rule]})
        found: Any = read_back(Kind.RULE_SET, "a", rule_set_to_file(shape, name="a"))
        assert found.rules[0].rule.to_api() == {**rule, "Unless": []}


def rule(*actions: dict[str, Any], name: str | None = "a") -> Rule:
    return Rule.of_api({"Name": name, "Actions": list(actions)})


ARCHIVE = {"Archive": {"TargetArchive": "all"}}
SNS = {
    "PublishToSns": {
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:mail",
        "RoleArn": "arn:aws:iam::111122223333:role/mail",
    }
}


def test_a_drop_after_the_message_was_kept_is_written_stop() -> None:
    written = rule_to_file(rule(ARCHIVE, {"Drop": {}}), name="a")
    assert written["actions"] == [{"archive": {"to": "all"}}, "stop"]


def test_a_drop_after_a_notice_alone_is_written_drop() -> None:
    written = rule_to_file(rule(SNS, {"Drop": {}}), name="a")
    assert written["actions"][-1] == "drop"


def test_one_action_is_written_as_the_caller_says() -> None:
    drop = RuleAction.of_api({"Drop": {}})
    assert (action_to_file(drop, stop=True), action_to_file(drop, stop=False)) == ("stop", "drop")


def test_rules_without_a_name_get_names_that_no_other_rule_has() -> None:
    rules = [rule(ARCHIVE, name=name) for name in (None, "rule-01", "a", "a", "x" * 32, "x" * 32)]
    names = logical_names(rules)
    assert names == ("rule-01-2", "rule-01", "a", "a-2", "x" * 32, "x" * 30 + "-2")
    assert rule_to_file(rules[0], name=names[0])["live_name"] == "none"
    assert rule_to_file(rules[3], name=names[3])["live_name"] == "a"


def test_a_value_with_a_line_break_cannot_be_written() -> None:
    condition = RuleCondition.of_api(
        {
            "StringExpression": {
                "Evaluate": {"Attribute": "SUBJECT"},
                "Operator": "EQUALS",
                "Values": ["a\nb"],
            }
        }
    )
    with pytest.raises(CannotWrite, match="line break"):
        condition_to_file(condition)


@pytest.mark.parametrize("value", [-1.0, float("inf"), 1e300, 1 / 3 * 1e-5])
def test_a_size_that_files_cannot_hold_cannot_be_written(value: float) -> None:
    condition = RuleCondition.of_api(
        {
            "NumberExpression": {
                "Evaluate": {"Attribute": "MESSAGE_SIZE"},
                "Operator": "LESS_THAN",
                "Value": value,
            }
        }
    )
    with pytest.raises(CannotWrite, match="size"):
        condition_to_file(condition)


def test_what_fits_on_a_line_is_there_and_the_rest_stands_below() -> None:
    recipients = [f"person-{number}@example.com" for number in range(5)]
    expression = {"Evaluate": {"Attribute": "RECIPIENT"}, "Operator": "EQUALS"}
    conditions = [
        {"StringExpression": {**expression, "Values": ["a@example.com"]}},
        {"StringExpression": {**expression, "Values": recipients}},
    ]
    shape = RuleSet.of_api(
        {
            "RuleSetName": "in",
            "Rules": [
                {"Name": "first", "Conditions": conditions, "Actions": [{"Drop": {}}]},
                {"Actions": [ARCHIVE]},
            ],
        }
    )
    text = to_yaml({"version": 1, "rule_sets": {"in": rule_set_to_file(shape, name="in")}})
    assert text == (
        "version: 1\n"
        "\n"
        "rule_sets:\n"
        "  in:\n"
        "    rules:\n"
        "      - name: first\n"
        "        conditions:\n"
        "          - recipient: {equals: a@example.com}\n"
        "          - recipient:\n"
        "              equals:\n"
        "                - person-0@example.com\n"
        "                - person-1@example.com\n"
        "                - person-2@example.com\n"
        "                - person-3@example.com\n"
        "                - person-4@example.com\n"
        "        actions:\n"
        "          - drop\n"
        "\n"
        "      - name: rule-02\n"
        "        live_name: none\n"
        "        actions:\n"
        "          - archive: {to: all}\n"
    )
