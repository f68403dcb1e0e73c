"""What is a difference and what is none: each rule of the canonical form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mmctl.compiler.configuration import LiveObject
from mmctl.live.state.canonical import canonical, digest, same
from mmctl.live.state.names import Names, named_desired, named_live
from mmctl.live.state.service import Identity
from mmctl.model.kinds import Kind

ROLE = "arn:aws:iam::111122223333:role/mail"


def rule_set(*rules: dict[str, Any]) -> LiveObject:
    return thing(Kind.RULE_SET, RuleSetName="inbound", Rules=list(rules))


def thing(kind: Kind, **members: Any) -> LiveObject:
    return LiveObject(kind=kind, name="it", shape=kind.row.shape.of_api(members))


def rule(action: dict[str, Any], **more: Any) -> LiveObject:
    return rule_set({"Name": "one", "Actions": [action], **more})


def condition(*values: str) -> dict[str, Any]:
    evaluate = {"Attribute": "FROM"}
    return {
        "StringExpression": {"Evaluate": evaluate, "Operator": "EQUALS", "Values": list(values)}
    }


DROP: dict[str, Any] = {"Drop": {}}
ARCHIVE = {"TargetArchive": "legal"}
SNS = {"TopicArn": "arn:aws:sns:us-east-1:111122223333:mail", "RoleArn": ROLE}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule(DROP), rule(DROP, Conditions=[], Unless=[])),
        (
            rule({"Archive": ARCHIVE}),
            rule({"Archive": {**ARCHIVE, "ActionFailurePolicy": "CONTINUE"}}),
        ),
        (
            rule({"PublishToSns": SNS}),
            rule({"PublishToSns": {**SNS, "Encoding": "UTF-8", "PayloadType": "CONTENT"}}),
        ),
        (
            rule(DROP, Conditions=[condition("a", "b")]),
            rule(DROP, Conditions=[condition("b", "a", "b")]),
        ),
    ],
    ids=["empty lists", "on_failure: continue", "encoding and payload", "order of values"],
)
def test_spellings_that_the_service_treats_alike_are_no_difference(
    one: LiveObject, other: LiveObject
) -> None:
    assert canonical(one) == canonical(other)
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            rule({"Archive": ARCHIVE}),
            rule({"Archive": {**ARCHIVE, "ActionFailurePolicy": "DROP"}}),
        ),
        (
            rule({"PublishToSns": SNS}),
            rule({"PublishToSns": {**SNS, "PayloadType": "HEADERS"}}),
        ),
        (
            rule({"Relay": {"Relay": "a"}}),
            rule({"Relay": {"Relay": "a", "MailFrom": "PRESERVE"}}),
        ),
        (
            rule_set({"Name": "a", "Actions": [DROP]}, {"Name": "b", "Actions": [DROP]}),
            rule_set({"Name": "b", "Actions": [DROP]}, {"Name": "a", "Actions": [DROP]}),
        ),
    ],
    ids=["on_failure: drop", "payload", "mail_from of a relay", "order of rules"],
)
def test_what_the_service_treats_differently_is_a_difference(
    one: LiveObject, other: LiveObject
) -> None:
    assert canonical(one) != canonical(other)
    assert digest(one) != digest(other)


def test_empty_structures_that_carry_meaning_are_kept() -> None:
    assert canonical(rule(DROP))["Rules"][0]["Actions"] == [{"Drop": {}}]
    relay = thing(
        Kind.RELAY,
        RelayName="exchange",
        ServerName="mail.example.com",
        ServerPort=25,
        Authentication={"NoAuthentication": {}},
    )
    assert canonical(relay)["Authentication"] == {"NoAuthentication": {}}


def policy(**more: Any) -> LiveObject:
    return thing(
        Kind.TRAFFIC_POLICY,
        TrafficPolicyName="edge",
        PolicyStatements=[],
        DefaultAction="DENY",
        **more,
    )


def test_a_policy_without_statements_keeps_its_empty_list() -> None:
    assert canonical(policy())["PolicyStatements"] == []


def test_no_size_limit_is_not_the_same_as_any_size_limit() -> None:
    assert not same(policy(), policy(MaxMessageSizeBytes=1))


def ingress(**more: Any) -> LiveObject:
    return thing(
        Kind.INGRESS_POINT,
        IngressPointName="acme-mx",
        Type="OPEN",
        RuleSetId="inbound",
        TrafficPolicyId="edge",
        **more,
    )


FILLED = {
    "TlsPolicy": "FIPS",
    "NetworkConfiguration": {"PublicNetworkConfiguration": {"IpType": "IPV4"}},
}


def test_what_the_service_filled_in_and_nobody_asked_for_is_no_difference() -> None:
    assert same(ingress(), ingress(**FILLED))
    archive = thing(Kind.ARCHIVE, ArchiveName="legal")
    kept = thing(Kind.ARCHIVE, ArchiveName="legal", Retention={"RetentionPeriod": "SIX_MONTHS"})
    assert same(archive, kept)


def test_what_was_asked_for_is_compared() -> None:
    assert not same(ingress(TlsPolicy="REQUIRED"), ingress(**FILLED))


def test_a_closed_ingress_point_differs_from_an_open_one_and_its_state_on_the_way_does_not() -> (
    None
):
    assert not same(ingress(), replace(ingress(), closed=True))
    assert same(ingress(), replace(ingress(), status="UPDATING"))


def test_our_own_tag_and_those_of_aws_are_no_difference() -> None:
    tagged = replace(
        rule(DROP), project="acme", tags={"aws:cloudformation:stack-name": "x", "team": "a"}
    )
    assert same(replace(rule(DROP), tags={"team": "a"}), tagged)
    assert not same(rule(DROP), tagged)


def test_members_are_compared_as_a_set_and_external_ones_not_at_all() -> None:
    addresses = thing(Kind.ADDRESS_LIST, AddressListName="vips")
    one = replace(addresses, members=("b@example.com", "A@example.com"))
    other = replace(addresses, members=("a@example.com", "b@example.com"))
    assert same(one, other)
    assert not same(one, replace(addresses, members=()))
    assert "Members" not in canonical(addresses)


IDENTITY = Identity(
    account="111122223333", region="us-east-1", endpoint="embedded", caller="arn:aws:iam::1:user/a"
)
NAMES = Names(
    identity=IDENTITY,
    ids={(Kind.RELAY, "exchange"): "r-1"},
    bindings={Kind.ARCHIVE: {"legacy": "a-9"}},
)
RELAY_ARN = "arn:aws:ses:us-east-1:111122223333:mailmanager-smtp-relay/r-1"
FOREIGN_ARN = "arn:aws:ses:us-east-1:444455556666:mailmanager-smtp-relay/r-1"


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("exchange", "exchange"),
        ("id:r-1", "exchange"),
        (RELAY_ARN, "exchange"),
        ("id:r-2", "id:r-2"),
        (FOREIGN_ARN, FOREIGN_ARN),
    ],
)
def test_a_relay_is_the_same_by_name_id_and_arn(written: str, called: str) -> None:
    named = named_desired(rule({"Relay": {"Relay": written}}), NAMES)
    assert canonical(named)["Rules"][0]["Actions"][0]["Relay"]["Relay"] == called


@pytest.mark.parametrize(("held", "called"), [("r-1", "exchange"), ("r-2", "id:r-2")])
def test_a_live_id_goes_by_its_logical_name_where_it_has_one(held: str, called: str) -> None:
    named = named_live(rule({"Relay": {"Relay": held}}), NAMES)
    assert canonical(named)["Rules"][0]["Actions"][0]["Relay"]["Relay"] == called


def test_a_bound_id_goes_by_the_name_of_its_binding() -> None:
    named = named_live(rule({"Archive": {"TargetArchive": "a-9"}}), NAMES)
    assert canonical(named)["Rules"][0]["Actions"][0]["Archive"]["TargetArchive"] == "legacy"
