"""What every kind of resource does alike: create, get, update, delete, list, and their errors."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.model.kinds import KIND_OF, Noun
from mmctl.model.quotas import ACCOUNT_QUOTAS

SIMPLE: dict[str, dict[str, Any]] = {
    "rule_set": {"RuleSetName": "inbound", "Rules": []},
    "traffic_policy": {
        "TrafficPolicyName": "edge",
        "DefaultAction": "DENY",
        "PolicyStatements": [],
    },
    "relay": {
        "RelayName": "exchange",
        "ServerName": "mail.example.com",
        "ServerPort": 25,
        "Authentication": {"NoAuthentication": {}},
    },
    "archive": {"ArchiveName": "everything"},
    "address_list": {"AddressListName": "blocked"},
    "addon_subscription": {"AddonName": "VADE_ADVANCED_EMAIL_SECURITY"},
}
UNKNOWN_IDS = {
    "rule_set": "rs-" + "0" * 26,
    "traffic_policy": "tp-" + "0" * 26,
    "ingress_point": "inp-" + "0" * 26,
    "relay": "r-" + "0" * 26,
    "archive": "a-" + "0" * 26,
    "address_list": "al-" + "0" * 26,
    "addon_subscription": "as-" + "0" * 26,
    "addon_instance": "ai-" + "0" * 26,
}
kinds = pytest.mark.parametrize("kind", SIMPLE)


def camel(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))


def create(client: Any, kind: str, **more: Any) -> str:
    answer = getattr(client, f"create_{kind}")(**{**SIMPLE[kind], **more})
    identifier: str = answer[f"{camel(kind)}Id"]
    return identifier


def get(client: Any, kind: str, identifier: str) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(client, f"get_{kind}")(**{f"{camel(kind)}Id": identifier})
    return answer


def delete(client: Any, kind: str, identifier: str) -> None:
    getattr(client, f"delete_{kind}")(**{f"{camel(kind)}Id": identifier})


@kinds
def test_what_was_created_is_read_back(client: Any, kind: str) -> None:
    answer = get(client, kind, create(client, kind))
    assert {name: answer[name] for name in SIMPLE[kind]} == SIMPLE[kind]
    assert answer[f"{camel(kind)}Arn"].startswith("arn:aws:ses:eu-west-1:111122223333:")


@kinds
def test_a_second_one_of_the_same_name_is_a_conflict(client: Any, kind: str) -> None:
    create(client, kind)
    with pytest.raises(client.exceptions.ConflictException, match="already exists"):
        create(client, kind)


@kinds
def test_the_same_token_with_the_same_request_makes_no_second_one(client: Any, kind: str) -> None:
    first = create(client, kind, ClientToken="apply-1")
    assert create(client, kind, ClientToken="apply-1") == first


@kinds
def test_the_same_token_with_another_request_is_a_conflict(client: Any, kind: str) -> None:
    create(client, kind, ClientToken="apply-1")
    other = [{"Key": "team", "Value": "mail"}]
    with pytest.raises(client.exceptions.ConflictException, match="apply-1"):
        create(client, kind, ClientToken="apply-1", Tags=other)


@kinds
def test_what_was_deleted_is_not_found_and_its_name_is_free(client: Any, kind: str) -> None:
    identifier = create(client, kind, ClientToken="apply-1")
    delete(client, kind, identifier)
    if kind != "archive":
        with pytest.raises(client.exceptions.ResourceNotFoundException, match=identifier):
            get(client, kind, identifier)
    assert create(client, kind, ClientToken="apply-1") != identifier


@pytest.mark.parametrize("kind", UNKNOWN_IDS)
def test_deleting_what_is_not_there_succeeds_but_reading_it_does_not(
    client: Any, kind: str
) -> None:
    delete(client, kind, UNKNOWN_IDS[kind])
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="not found"):
        get(client, kind, UNKNOWN_IDS[kind])


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("rule_set", "rs-short"),
        ("traffic_policy", "rs-" + "0" * 26),
        ("ingress_point", "inbound"),
        ("archive", "everything"),
        ("relay", "r_1"),
        ("address_list", "al.1"),
        ("addon_subscription", "ai-1"),
        ("addon_instance", "as-1"),
    ],
)
def test_a_malformed_id_is_refused_before_anything_is_looked_up(
    client: Any, kind: str, identifier: str
) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=identifier):
        delete(client, kind, identifier)
    with pytest.raises(client.exceptions.ValidationException, match=identifier):
        get(client, kind, identifier)


@pytest.mark.parametrize("kind", ["rule_set", "traffic_policy", "relay", "archive"])
def test_a_rename_keeps_the_rest_and_frees_the_old_name(client: Any, kind: str) -> None:
    identifier = create(client, kind)
    name = f"{camel(kind)}Name"
    getattr(client, f"update_{kind}")(**{f"{camel(kind)}Id": identifier, name: "renamed"})
    answer = get(client, kind, identifier)
    assert {member: answer[member] for member in SIMPLE[kind]} == SIMPLE[kind] | {name: "renamed"}
    assert create(client, kind) != identifier


@pytest.mark.parametrize("kind", ["rule_set", "traffic_policy", "relay", "archive"])
def test_a_rename_to_a_taken_name_is_a_conflict_and_changes_nothing(client: Any, kind: str) -> None:
    name = f"{camel(kind)}Name"
    create(client, kind)
    identifier = create(client, kind, **{name: "second"})
    with pytest.raises(client.exceptions.ConflictException):
        getattr(client, f"update_{kind}")(
            **{f"{camel(kind)}Id": identifier, name: SIMPLE[kind][name]}
        )
    assert get(client, kind, identifier)[name] == "second"


def test_updates_move_the_date_of_the_last_change_and_not_that_of_creation(
    client: Any, clock: Any
) -> None:
    created = clock.now
    identifier = create(client, "rule_set")
    clock.advance(hours=1)
    client.update_rule_set(RuleSetId=identifier, Rules=[{"Actions": [{"Drop": {}}]}])
    answer = client.get_rule_set(RuleSetId=identifier)
    assert (answer["CreatedDate"], answer["LastModificationDate"]) == (created, clock.now)


def test_lists_come_in_pages_that_hold_everything_once_in_order_of_creation(client: Any) -> None:
    names = [f"list-{number}" for number in range(7)]
    for name in names:
        client.create_address_list(AddressListName=name)
    pages = list(
        client.get_paginator("list_address_lists").paginate(PaginationConfig={"PageSize": 3})
    )
    assert [len(page["AddressLists"]) for page in pages] == [3, 3, 1]
    listed = [item["AddressListName"] for page in pages for item in page["AddressLists"]]
    assert listed == names


def test_an_item_deleted_between_two_pages_does_not_disturb_the_second(client: Any) -> None:
    ids = [create(client, "address_list", AddressListName=f"list-{n}") for n in range(4)]
    first = client.list_address_lists(PageSize=2)
    client.delete_address_list(AddressListId=ids[1])
    second = client.list_address_lists(PageSize=2, NextToken=first["NextToken"])
    assert [item["AddressListId"] for item in second["AddressLists"]] == ids[2:]


@pytest.mark.parametrize("token", ["x", "W10=", "WyJMaXN0UmVsYXlzIiwgMV0=", "\u00e9"])
def test_a_token_that_the_operation_did_not_give_out_is_refused(client: Any, token: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="NextToken"):
        client.list_rule_sets(NextToken=token)


@pytest.mark.parametrize("size", [0, 51])
def test_page_sizes_have_bounds_even_where_the_model_has_none(
    lenient_client: Any, size: int
) -> None:
    with pytest.raises(lenient_client.exceptions.ValidationException, match="'pageSize'"):
        lenient_client.list_relays(PageSize=size)


def test_accounts_and_regions_do_not_see_each_other(make_client: Any) -> None:
    here = make_client()
    identifier = create(here, "relay")
    for elsewhere in (make_client(account="444455556666"), make_client(region="us-east-1")):
        assert elsewhere.list_relays()["Relays"] == []
        with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
            get(elsewhere, "relay", identifier)
        assert create(elsewhere, "relay") != identifier


def test_arns_are_of_the_partition_that_the_region_is_in(make_client: Any) -> None:
    client = make_client(region="us-gov-west-1")
    arn = get(client, "relay", create(client, "relay"))["RelayArn"]
    assert arn.startswith("arn:aws-us-gov:ses:us-gov-west-1:111122223333:mailmanager-smtp-relay/r-")
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []


def test_an_account_has_no_more_of_a_kind_than_its_quota(
    make_embedded: Any, client_of: Any
) -> None:
    client = client_of(make_embedded(quotas=dict.fromkeys(ACCOUNT_QUOTAS, 0)))()
    refused = set()
    for kind in SIMPLE:
        try:
            create(client, kind)
        except client.exceptions.ServiceQuotaExceededException:
            refused.add(KIND_OF[Noun(camel(kind))])
    whatever_the_type = {quota.kind for quota in ACCOUNT_QUOTAS if quota.type is None}
    assert refused == whatever_the_type


def test_these_are_all_kinds_of_resource() -> None:
    assert {camel(kind) for kind in UNKNOWN_IDS} == set(Noun)
