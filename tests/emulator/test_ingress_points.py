"""Ingress points: states that take time, what is filled in, credentials, what cannot be changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from mmctl.emulator.core import EmbeddedMailManager

PRIVATE = {"PrivateNetworkConfiguration": {"VpcEndpointId": "vpce-0123456789abcdef0"}}
TRUST = {"TlsAuthConfiguration": {"TrustStore": {"CAContent": "-----BEGIN CERTIFICATE-----\n"}}}
SECRET = {"SecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-AbCdEf"}


def create(client: Any, parts: dict[str, str], *, name: str = "gateway", **more: Any) -> str:
    asked = {"IngressPointName": name, "Type": "OPEN", **parts, **more}
    identifier: str = client.create_ingress_point(**asked)["IngressPointId"]
    return identifier


def get(client: Any, identifier: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get_ingress_point(IngressPointId=identifier, **more)
    return answer


@pytest.fixture
def settle(clock: Any) -> Any:
    return lambda: clock.advance(seconds=61)


def test_an_ingress_point_is_provisioning_and_then_active(
    client: Any, parts: dict[str, str], settle: Any
) -> None:
    identifier = create(client, parts)
    assert get(client, identifier)["Status"] == "PROVISIONING"
    assert client.list_ingress_points()["IngressPoints"][0]["Status"] == "PROVISIONING"
    settle()
    assert get(client, identifier)["Status"] == "ACTIVE"
    assert client.list_ingress_points()["IngressPoints"][0]["Status"] == "ACTIVE"


def test_without_a_settling_time_the_first_read_is_active_and_a_deleted_one_is_gone(
    make_embedded: Any, client_of: Any
) -> None:
    client = client_of(make_embedded(settle_seconds=0))()
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    identifier = create(client, {"RuleSetId": rule_set, "TrafficPolicyId": policy})
    assert get(client, identifier)["Status"] == "ACTIVE"
    client.delete_ingress_point(IngressPointId=identifier)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        get(client, identifier)
    client.delete_rule_set(RuleSetId=rule_set)
    assert client.list_rule_sets()["RuleSets"] == []


def test_network_tls_policy_and_a_record_are_filled_in(
    make_client: Any, client: Any, parts: dict[str, str]
) -> None:
    answer = get(client, create(client, parts))
    assert answer["NetworkConfiguration"] == {"PublicNetworkConfiguration": {"IpType": "IPV4"}}
    assert answer["TlsPolicy"] == "REQUIRED"
    assert ".fips." not in answer["ARecord"]

    american = make_client(region="ca-west-1")
    rule_set = american.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = american.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    identifier = create(american, {"RuleSetId": rule_set, "TrafficPolicyId": policy})
    answer = get(american, identifier)
    assert answer["TlsPolicy"] == "FIPS"
    assert ".fips." in answer["ARecord"]


def test_ids_and_a_records_have_the_form_of_the_service(clock: Any, client_of: Any) -> None:
    with EmbeddedMailManager(":memory:", clock=clock) as embedded:
        client = client_of(embedded)()
        rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
        policy = client.create_traffic_policy(
            TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
        )["TrafficPolicyId"]
        for number in range(3):
            parts = {"RuleSetId": rule_set, "TrafficPolicyId": policy}
            point = create(client, parts, name=f"mx-{number}")
            assert re.fullmatch(r"inp-[a-z2-7]{24}", point)
            host, label, rest = get(client, point)["ARecord"].split(".", 2)
            assert re.fullmatch(r"[a-z0-9]{12}", host)
            assert re.fullmatch(r"[a-z]+", label)
            assert rest.startswith("mail-manager-smtp.")
    assert re.fullmatch(r"rs-[a-z0-9]{26}", rule_set)
    assert re.fullmatch(r"tp-[a-z0-9]{26}", policy)


def test_ids_that_were_given_out_before_stay_valid(
    clock: Any, client_of: Any, tmp_path: Path
) -> None:
    kept = Path(__file__).parents[1] / "state" / "0.1.0" / "embedded.db"
    for file in kept.parent.glob("embedded.db*"):
        shutil.copy(file, tmp_path)
    with EmbeddedMailManager(tmp_path / "embedded.db", clock=clock) as embedded:
        client = client_of(embedded)(account="000000000000", region="us-east-1")
        (point,) = client.list_ingress_points()["IngressPoints"]
        assert len(point["IngressPointId"]) == len("inp-") + 26
        client.update_ingress_point(IngressPointId=point["IngressPointId"], StatusToUpdate="CLOSED")
        assert get(client, point["IngressPointId"])["Status"] == "CLOSED"
        client.delete_ingress_point(IngressPointId=point["IngressPointId"])
        assert client.list_ingress_points()["IngressPoints"] == []


@pytest.mark.parametrize("missing", ["RuleSetId", "TrafficPolicyId"])
def test_parts_that_do_not_exist_are_refused_as_each_operation_can(
    client: Any, parts: dict[str, str], settle: Any, missing: str
) -> None:
    prefix = parts[missing][:3]
    unknown = {missing: prefix + "z" * 26}
    with pytest.raises(client.exceptions.ValidationException, match="not found: " + prefix):
        create(client, parts | unknown)
    identifier = create(client, parts)
    settle()
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="not found: " + prefix):
        client.update_ingress_point(IngressPointId=identifier, **unknown)


def test_rule_set_and_policy_are_in_use_until_the_ingress_point_has_quite_gone(
    client: Any, parts: dict[str, str], settle: Any
) -> None:
    def assert_in_use() -> None:
        with pytest.raises(client.exceptions.ConflictException, match=f"in use.*{identifier}"):
            client.delete_rule_set(RuleSetId=parts["RuleSetId"])
        with pytest.raises(client.exceptions.ConflictException, match=f"in use.*{identifier}"):
            client.delete_traffic_policy(TrafficPolicyId=parts["TrafficPolicyId"])

    identifier = create(client, parts)
    assert_in_use()
    settle()
    client.delete_ingress_point(IngressPointId=identifier)
    assert get(client, identifier)["Status"] == "DEPROVISIONING"
    client.delete_ingress_point(IngressPointId=identifier)
    assert_in_use()
    settle()
    client.delete_rule_set(RuleSetId=parts["RuleSetId"])
    client.delete_traffic_policy(TrafficPolicyId=parts["TrafficPolicyId"])
    assert client.list_ingress_points()["IngressPoints"] == []


def test_repointing_frees_the_old_rule_set(client: Any, parts: dict[str, str], settle: Any) -> None:
    identifier = create(client, parts)
    settle()
    other = client.create_rule_set(RuleSetName="other", Rules=[])["RuleSetId"]
    client.update_ingress_point(IngressPointId=identifier, RuleSetId=other)
    client.delete_rule_set(RuleSetId=parts["RuleSetId"])
    assert get(client, identifier)["RuleSetId"] == other


def test_what_is_on_the_way_can_be_neither_changed_nor_deleted(
    client: Any, parts: dict[str, str], settle: Any
) -> None:
    identifier = create(client, parts)
    with pytest.raises(client.exceptions.ConflictException, match="PROVISIONING"):
        client.delete_ingress_point(IngressPointId=identifier)
    with pytest.raises(client.exceptions.ConflictException, match="PROVISIONING"):
        client.update_ingress_point(IngressPointId=identifier, IngressPointName="other")
    settle()
    client.update_ingress_point(IngressPointId=identifier, IngressPointName="other")
    answer = get(client, identifier)
    assert (answer["Status"], answer["IngressPointName"]) == ("UPDATING", "other")


def test_closing_and_opening(client: Any, parts: dict[str, str], settle: Any) -> None:
    identifier = create(client, parts)
    settle()
    client.update_ingress_point(IngressPointId=identifier, StatusToUpdate="CLOSED")
    assert get(client, identifier)["Status"] == "UPDATING"
    settle()
    assert get(client, identifier)["Status"] == "CLOSED"
    client.update_ingress_point(IngressPointId=identifier, IngressPointName="still-closed")
    settle()
    assert get(client, identifier)["Status"] == "CLOSED"
    client.update_ingress_point(IngressPointId=identifier, StatusToUpdate="ACTIVE")
    settle()
    assert get(client, identifier)["Status"] == "ACTIVE"


def test_a_password_never_comes_back_only_its_version_does(
    client: Any, parts: dict[str, str], clock: Any, settle: Any
) -> None:
    password = {"SmtpPassword": "Example12345!"}
    identifier = create(client, parts, Type="AUTH", IngressPointConfiguration=password)
    first = get(client, identifier)["IngressPointAuthConfiguration"]
    version = first["IngressPointPasswordConfiguration"]["SmtpPasswordVersion"]
    assert set(first["IngressPointPasswordConfiguration"]) == {"SmtpPasswordVersion"}
    settle()
    client.update_ingress_point(IngressPointId=identifier, IngressPointConfiguration=password)
    second = get(client, identifier)["IngressPointAuthConfiguration"][
        "IngressPointPasswordConfiguration"
    ]
    assert second["PreviousSmtpPasswordVersion"] == version != second["SmtpPasswordVersion"]
    assert (second["PreviousSmtpPasswordExpiryTimestamp"] - clock.now).days == 14
    assert "Example12345!" not in str(get(client, identifier))


def test_a_password_is_not_in_the_file(make_embedded: Any, client_of: Any, tmp_path: Any) -> None:
    embedded = make_embedded(tmp_path / "embedded.db")
    client = client_of(embedded)()
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    create(
        client,
        {"RuleSetId": rule_set, "TrafficPolicyId": policy},
        Type="AUTH",
        IngressPointConfiguration={"SmtpPassword": "Example12345!"},
    )
    embedded.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"gateway" in written
    assert b"Example12345!" not in written


def test_a_secret_takes_the_place_of_a_password(
    client: Any, parts: dict[str, str], settle: Any
) -> None:
    password = {"SmtpPassword": "Example12345!"}
    identifier = create(client, parts, Type="AUTH", IngressPointConfiguration=password)
    settle()
    client.update_ingress_point(IngressPointId=identifier, IngressPointConfiguration=SECRET)
    assert get(client, identifier)["IngressPointAuthConfiguration"] == SECRET


def test_a_trust_store_comes_back_only_when_asked_for(client: Any, parts: dict[str, str]) -> None:
    identifier = create(client, parts, Type="MTLS", IngressPointConfiguration=TRUST)
    silent = get(client, identifier)["IngressPointAuthConfiguration"]
    asked = get(client, identifier, IncludeTrustStoreContents="INCLUDE")
    assert silent == {"TlsAuthConfiguration": {}}
    assert asked["IngressPointAuthConfiguration"] == TRUST


@pytest.mark.parametrize(
    ("type_", "credentials"),
    [
        ("OPEN", SECRET),
        ("AUTH", None),
        ("AUTH", TRUST),
        ("MTLS", None),
        ("MTLS", SECRET),
    ],
)
def test_credentials_must_suit_the_type(
    client: Any, parts: dict[str, str], type_: str, credentials: Any
) -> None:
    more = {"IngressPointConfiguration": credentials} if credentials else {}
    with pytest.raises(client.exceptions.ValidationException, match="ingressPointConfiguration"):
        create(client, parts, Type=type_, **more)


def test_tls_policies_change_between_required_and_optional_but_never_from_or_to_fips(
    make_client: Any, settle: Any
) -> None:
    client = make_client(region="us-east-1")
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    parts = {"RuleSetId": rule_set, "TrafficPolicyId": policy}
    fips = create(client, parts)
    plain = create(client, parts, name="plain", TlsPolicy="REQUIRED")
    settle()
    with pytest.raises(client.exceptions.ValidationException, match="FIPS is for good"):
        client.update_ingress_point(IngressPointId=fips, TlsPolicy="REQUIRED")
    with pytest.raises(client.exceptions.ValidationException, match="FIPS is for good"):
        client.update_ingress_point(IngressPointId=plain, TlsPolicy="FIPS")
    client.update_ingress_point(IngressPointId=fips, TlsPolicy="FIPS")
    client.update_ingress_point(IngressPointId=plain, TlsPolicy="OPTIONAL")
    assert get(client, plain)["TlsPolicy"] == "OPTIONAL"


@pytest.mark.parametrize(
    ("region", "asked"),
    [
        ("eu-west-1", {"TlsPolicy": "FIPS"}),
        (
            "eu-west-1",
            {"Type": "MTLS", "TlsPolicy": "OPTIONAL", "IngressPointConfiguration": TRUST},
        ),
        (
            "us-east-1",
            {"Type": "AUTH", "TlsPolicy": "REQUIRED", "IngressPointConfiguration": SECRET},
        ),
    ],
)
def test_tls_policies_that_a_region_or_type_does_not_have_are_refused(
    make_client: Any, region: str, asked: dict[str, Any]
) -> None:
    client = make_client(region=region)
    rule_set = client.create_rule_set(RuleSetName="inbound", Rules=[])["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    with pytest.raises(client.exceptions.ValidationException, match="'tlsPolicy' is not possible"):
        create(client, {"RuleSetId": rule_set, "TrafficPolicyId": policy}, **asked)


def test_a_private_ingress_point_has_no_a_record_and_its_vpc_endpoint_for_itself(
    client: Any, parts: dict[str, str]
) -> None:
    answer = get(client, create(client, parts, NetworkConfiguration=PRIVATE))
    assert answer["NetworkConfiguration"] == PRIVATE
    assert "ARecord" not in answer
    with pytest.raises(client.exceptions.ConflictException, match="vpce-0123456789abcdef0"):
        create(client, parts, name="second", NetworkConfiguration=PRIVATE)


def test_a_vpc_endpoint_of_zeros_stands_for_one_that_does_not_exist(
    client: Any, parts: dict[str, str], settle: Any
) -> None:
    network = {"PrivateNetworkConfiguration": {"VpcEndpointId": "vpce-00000000000000000"}}
    identifier = create(client, parts, NetworkConfiguration=network)
    settle()
    assert get(client, identifier)["Status"] == "ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST"


def test_each_type_has_its_own_quota(client: Any, parts: dict[str, str]) -> None:
    for number in range(10):
        create(client, parts, name=f"open-{number}")
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match=r"10 .*type OPEN"):
        create(client, parts, name="open-10")
    assert create(client, parts, name="auth", Type="AUTH", IngressPointConfiguration=SECRET)
