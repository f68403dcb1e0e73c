"""Rule sets and traffic policies: what updates replace, what reading leaves out, their quotas."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.model.kinds import Kind
from mmctl.model.quotas import account_quotas

RELAY_ALL = {"Actions": [{"Relay": {"Relay": "r-nowhere", "ActionFailurePolicy": "DROP"}}]}
DENY = {
    "Action": "DENY",
    "Conditions": [
        {
            "IpExpression": {
                "Evaluate": {"Attribute": "SENDER_IP"},
                "Operator": "CIDR_MATCHES",
                "Values": ["192.0.2.0/24"],
            }
        }
    ],
}


def create_rule_set(client: Any, *rules: Any, name: str = "inbound") -> str:
    identifier: str = client.create_rule_set(RuleSetName=name, Rules=list(rules))["RuleSetId"]
    return identifier


def create_policy(client: Any, *statements: Any, **more: Any) -> str:
    answer = client.create_traffic_policy(
        TrafficPolicyName="edge",
        DefaultAction="ALLOW",
        PolicyStatements=list(statements),
        **more,
    )
    identifier: str = answer["TrafficPolicyId"]
    return identifier


def test_a_failure_policy_is_left_out_on_reading_where_it_is_continue(client: Any) -> None:
    archive = {"TargetArchive": "a-1", "ActionFailurePolicy": "CONTINUE"}
    drop = {"TargetArchive": "a-1", "ActionFailurePolicy": "DROP"}
    identifier = create_rule_set(client, {"Actions": [{"Archive": archive}, {"Archive": drop}]})
    actions = client.get_rule_set(RuleSetId=identifier)["Rules"][0]["Actions"]
    assert actions == [{"Archive": {"TargetArchive": "a-1"}}, {"Archive": drop}]


def test_empty_structures_and_empty_lists_are_kept(client: Any) -> None:
    rule = {"Name": "drop-all", "Conditions": [], "Actions": [{"Drop": {}}]}
    identifier = create_rule_set(client, rule)
    assert client.get_rule_set(RuleSetId=identifier)["Rules"] == [rule]


def test_rules_name_relays_archives_and_lists_that_do_not_exist(client: Any) -> None:
    identifier = create_rule_set(client, RELAY_ALL)
    assert client.get_rule_set(RuleSetId=identifier)["Rules"] == [RELAY_ALL]


def test_an_update_replaces_all_rules_and_one_without_rules_keeps_them(client: Any) -> None:
    identifier = create_rule_set(client, RELAY_ALL, RELAY_ALL)
    client.update_rule_set(RuleSetId=identifier, RuleSetName="renamed")
    assert client.get_rule_set(RuleSetId=identifier)["Rules"] == [RELAY_ALL, RELAY_ALL]
    client.update_rule_set(RuleSetId=identifier, Rules=[])
    assert client.get_rule_set(RuleSetId=identifier)["Rules"] == []


def test_lists_of_rule_sets_do_not_carry_rules(client: Any) -> None:
    create_rule_set(client, RELAY_ALL)
    (summary,) = client.list_rule_sets()["RuleSets"]
    assert set(summary) == {"RuleSetId", "RuleSetName", "LastModificationDate"}


def test_a_policy_keeps_its_size_when_an_update_leaves_it_out(client: Any) -> None:
    identifier = create_policy(client, DENY, MaxMessageSizeBytes=25_000_000)
    client.update_traffic_policy(
        TrafficPolicyId=identifier, DefaultAction="DENY", PolicyStatements=[]
    )
    answer = client.get_traffic_policy(TrafficPolicyId=identifier)
    assert answer["MaxMessageSizeBytes"] == 25_000_000
    assert (answer["DefaultAction"], answer["PolicyStatements"]) == ("DENY", [])


def test_a_policy_without_a_size_is_read_without_one(client: Any) -> None:
    answer = client.get_traffic_policy(TrafficPolicyId=create_policy(client))
    assert "MaxMessageSizeBytes" not in answer


def test_a_rule_set_has_at_most_ten_relays_and_sends(client: Any) -> None:
    send = {"Send": {"RoleArn": "arn:aws:iam::111122223333:role/send"}}
    ten = [RELAY_ALL] * 9 + [{"Actions": [send]}]
    identifier = create_rule_set(client, *ten)
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="'rules' has 11"):
        create_rule_set(client, *ten, RELAY_ALL, name="second")
    with pytest.raises(client.exceptions.ValidationException, match="'rules' has 11"):
        client.update_rule_set(RuleSetId=identifier, Rules=[*ten, RELAY_ALL])
    assert len(client.get_rule_set(RuleSetId=identifier)["Rules"]) == 10


def test_a_rule_set_has_at_most_forty_rules(client: Any) -> None:
    rules: list[Any] = [{"Actions": [{"Drop": {}}]}] * 41
    with pytest.raises(client.exceptions.ValidationException, match=r"'rules' .*equal to 40"):
        create_rule_set(client, *rules)


def test_a_policy_has_at_most_twenty_statements(client: Any) -> None:
    identifier = create_policy(client, *[DENY] * 20)
    with pytest.raises(client.exceptions.ValidationException, match="has 21 statements"):
        client.update_traffic_policy(TrafficPolicyId=identifier, PolicyStatements=[DENY] * 21)


def test_a_statement_has_at_most_ten_conditions(client: Any) -> None:
    crowded = DENY | {"Conditions": DENY["Conditions"] * 11}  # type: ignore[operator]  # a list
    with pytest.raises(
        client.exceptions.ServiceQuotaExceededException,
        match=r"policyStatements\.2\.member\.conditions' has 11",
    ):
        create_policy(client, DENY, crowded)


def test_an_account_has_at_most_forty_rule_sets(client: Any) -> None:
    for number in range(40):
        create_rule_set(client, name=f"set-{number}")
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="40 RuleSets"):
        create_rule_set(client, name="one-too-many")


def test_quotas_can_be_set(make_embedded: Any, client_of: Any) -> None:
    client = client_of(
        make_embedded(quotas=dict.fromkeys(account_quotas(Kind.TRAFFIC_POLICY), 1))
    )()
    create_policy(client)
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="1 TrafficPolicies"):
        client.create_traffic_policy(
            TrafficPolicyName="two", DefaultAction="DENY", PolicyStatements=[]
        )
