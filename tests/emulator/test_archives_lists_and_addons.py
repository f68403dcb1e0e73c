"""Archives that stay for 30 days, address lists and their members, add-ons, tags."""

from __future__ import annotations

from typing import Any

import pytest

from mmctl.emulator.members import entry_fault
from mmctl.model.quotas import ADDRESSES

VADE = "VADE_ADVANCED_EMAIL_SECURITY"


@pytest.fixture
def blocked(client: Any) -> str:
    identifier: str = client.create_address_list(AddressListName="blocked")["AddressListId"]
    return identifier


def addresses(client: Any, identifier: str, **more: Any) -> list[str]:
    pages = client.get_paginator("list_members_of_address_list").paginate(
        AddressListId=identifier, **more
    )
    return [item["Address"] for page in pages for item in page["Addresses"]]


def test_a_deleted_archive_stays_pending_in_get_and_list_for_thirty_days(
    client: Any, clock: Any
) -> None:
    identifier = client.create_archive(ArchiveName="everything")["ArchiveId"]
    client.delete_archive(ArchiveId=identifier)
    assert client.get_archive(ArchiveId=identifier)["ArchiveState"] == "PENDING_DELETION"
    (listed,) = client.list_archives()["Archives"]
    assert listed["ArchiveState"] == "PENDING_DELETION"
    clock.advance(days=30)
    assert client.list_archives()["Archives"] == []
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_archive(ArchiveId=identifier)


def test_the_name_of_a_deleted_archive_is_free_and_the_archive_cannot_be_changed(
    client: Any,
) -> None:
    first = client.create_archive(ArchiveName="everything")["ArchiveId"]
    client.delete_archive(ArchiveId=first)
    second = client.create_archive(ArchiveName="everything")["ArchiveId"]
    states = {
        item["ArchiveId"]: item["ArchiveState"] for item in client.list_archives()["Archives"]
    }
    assert states == {first: "PENDING_DELETION", second: "ACTIVE"}
    with pytest.raises(client.exceptions.ConflictException, match="PENDING_DELETION"):
        client.update_archive(ArchiveId=first, ArchiveName="other")


def test_archives_pending_deletion_do_not_count_towards_the_quota_of_ten(client: Any) -> None:
    ids = [client.create_archive(ArchiveName=f"archive-{n}")["ArchiveId"] for n in range(10)]
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="10 Archives"):
        client.create_archive(ArchiveName="one-more")
    client.delete_archive(ArchiveId=ids[0])
    assert client.create_archive(ArchiveName="one-more")["ArchiveId"]


def test_retention_is_filled_in_and_changed(client: Any) -> None:
    identifier = client.create_archive(ArchiveName="everything")["ArchiveId"]
    assert client.get_archive(ArchiveId=identifier)["Retention"] == {
        "RetentionPeriod": "SIX_MONTHS"
    }
    client.update_archive(ArchiveId=identifier, Retention={"RetentionPeriod": "TWO_YEARS"})
    answer = client.get_archive(ArchiveId=identifier)
    assert (answer["ArchiveName"], answer["Retention"]["RetentionPeriod"]) == (
        "everything",
        "TWO_YEARS",
    )


def test_members_are_registered_read_listed_and_deregistered(
    client: Any, clock: Any, blocked: str
) -> None:
    for address in ("b@example.com", "a@example.com", "*@example.net"):
        client.register_member_to_address_list(AddressListId=blocked, Address=address)
    assert addresses(client, blocked) == ["*@example.net", "a@example.com", "b@example.com"]
    member = client.get_member_of_address_list(AddressListId=blocked, Address="a@example.com")
    assert member["CreatedTimestamp"] == clock.now
    client.deregister_member_from_address_list(AddressListId=blocked, Address="a@example.com")
    assert addresses(client, blocked) == ["*@example.net", "b@example.com"]
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Address not found"):
        client.get_member_of_address_list(AddressListId=blocked, Address="a@example.com")


def test_registering_and_deregistering_twice_is_no_error(client: Any, blocked: str) -> None:
    for _ in range(2):
        client.register_member_to_address_list(AddressListId=blocked, Address="a@example.com")
    assert addresses(client, blocked) == ["a@example.com"]
    for _ in range(2):
        client.deregister_member_from_address_list(AddressListId=blocked, Address="a@example.com")
    assert addresses(client, blocked) == []


def test_members_come_in_pages_and_by_prefix(client: Any, blocked: str) -> None:
    entries = sorted(f"user{n}@example.com" for n in range(23))
    for entry in entries:
        client.register_member_to_address_list(AddressListId=blocked, Address=entry)
    assert addresses(client, blocked, PaginationConfig={"PageSize": 10}) == entries
    filtered = addresses(client, blocked, Filter={"AddressPrefix": "user1"})
    assert filtered == [entry for entry in entries if entry.startswith("user1")]


@pytest.mark.parametrize("size", [0, 1001])
def test_pages_of_members_have_one_to_a_thousand(
    lenient_client: Any, blocked: str, size: int
) -> None:
    with pytest.raises(lenient_client.exceptions.ValidationException, match="'pageSize'"):
        lenient_client.list_members_of_address_list(AddressListId=blocked, PageSize=size)


def test_a_full_list_takes_no_more_but_says_nothing_about_what_it_has(
    make_embedded: Any, client_of: Any
) -> None:
    client = client_of(make_embedded(quotas={ADDRESSES: 2}))()
    identifier = client.create_address_list(AddressListName="small")["AddressListId"]
    for address in ("a@example.com", "b@example.com", "a@example.com"):
        client.register_member_to_address_list(AddressListId=identifier, Address=address)
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="2 addresses"):
        client.register_member_to_address_list(AddressListId=identifier, Address="c@example.com")
    client.deregister_member_from_address_list(AddressListId=identifier, Address="a@example.com")
    client.register_member_to_address_list(AddressListId=identifier, Address="c@example.com")
    assert addresses(client, identifier) == ["b@example.com", "c@example.com"]


def test_members_go_with_their_list(client: Any, blocked: str) -> None:
    client.register_member_to_address_list(AddressListId=blocked, Address="a@example.com")
    client.delete_address_list(AddressListId=blocked)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_members_of_address_list(AddressListId=blocked)
    again = client.create_address_list(AddressListName="blocked")["AddressListId"]
    assert addresses(client, again) == []


@pytest.mark.parametrize(
    "entry",
    [
        "user@example.com",
        "user+tag@example.com",
        "example.com",
        "*.example.com",
        "*@example.com",
        "prefix*@example.com",
        "local@*.example.com",
        "a" * 19 + "*@example.com",
        "a" * 64 + "@example.com",
        "*." + ".".join("abcdefghi"),
    ],
)
def test_entries_of_the_documented_forms_are_taken(client: Any, blocked: str, entry: str) -> None:
    client.register_member_to_address_list(AddressListId=blocked, Address=entry)
    assert addresses(client, blocked) == [entry]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("@example.com", "nothing before the `@`"),
        ("a@b@example.com", "more than one `@`"),
        ("*@*.example.com", "more than one `*`"),
        ("localhost", "neither an `@` nor a domain"),
        ("a" * 20 + "*@example.com", "more than 19 characters"),
        ("*.com", "2 to 9 labels"),
        ("*." + ".".join("abcdefghij"), "2 to 9 labels"),
        ("user@ex*.com", "`ex*.com` is not a domain"),
        ("user@", "`` is not a domain"),
        ("user@example..com", "is not a domain"),
        ("Jo <jo@example.com>", "spaces"),
        ("a\n@example.com", "cannot be printed"),
    ],
)
def test_entries_of_other_forms_are_refused_with_the_forms_that_are_possible(
    client: Any, blocked: str, entry: str, fault: str
) -> None:
    with pytest.raises(client.exceptions.ValidationException) as refused:
        client.register_member_to_address_list(AddressListId=blocked, Address=entry)
    message = refused.value.response["Error"]["Message"]
    assert fault in message
    assert "`*.example.com`" in message
    assert entry_fault(entry) in message


def test_one_subscription_a_product_and_one_instance_a_subscription(client: Any) -> None:
    subscription = client.create_addon_subscription(AddonName=VADE)["AddonSubscriptionId"]
    with pytest.raises(client.exceptions.ConflictException, match=VADE):
        client.create_addon_subscription(AddonName=VADE)
    instance = client.create_addon_instance(AddonSubscriptionId=subscription)["AddonInstanceId"]
    with pytest.raises(client.exceptions.ConflictException, match=subscription):
        client.create_addon_instance(AddonSubscriptionId=subscription)
    assert client.get_addon_instance(AddonInstanceId=instance)["AddonName"] == VADE


def test_an_instance_needs_a_subscription(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="as-1"):
        client.create_addon_instance(AddonSubscriptionId="as-1")


def test_conditions_then_instance_then_subscription_must_go_in_that_order(client: Any) -> None:
    subscription = client.create_addon_subscription(AddonName=VADE)["AddonSubscriptionId"]
    instance = client.create_addon_instance(AddonSubscriptionId=subscription)["AddonInstanceId"]
    arn = client.get_addon_instance(AddonInstanceId=instance)["AddonInstanceArn"]
    passed = {
        "BooleanExpression": {
            "Evaluate": {"Analysis": {"Analyzer": arn, "ResultField": "isPassed"}},
            "Operator": "IS_FALSE",
        }
    }
    rule_set = client.create_rule_set(
        RuleSetName="inbound", Rules=[{"Conditions": [passed], "Actions": [{"Drop": {}}]}]
    )["RuleSetId"]
    with pytest.raises(client.exceptions.ConflictException, match=rule_set):
        client.delete_addon_instance(AddonInstanceId=instance)
    with pytest.raises(client.exceptions.ConflictException, match=instance):
        client.delete_addon_subscription(AddonSubscriptionId=subscription)
    client.update_rule_set(RuleSetId=rule_set, Rules=[])
    client.delete_addon_instance(AddonInstanceId=instance)
    client.delete_addon_subscription(AddonSubscriptionId=subscription)
    assert client.list_addon_instances()["AddonInstances"] == []
    assert client.list_addon_subscriptions()["AddonSubscriptions"] == []


def tags(client: Any, arn: str) -> dict[str, str]:
    listed = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_tags_come_with_a_resource_are_added_replaced_and_removed(client: Any) -> None:
    identifier = client.create_address_list(
        AddressListName="tagged", Tags=[{"Key": "team", "Value": "mail"}]
    )["AddressListId"]
    arn = client.get_address_list(AddressListId=identifier)["AddressListArn"]
    assert tags(client, arn) == {"team": "mail"}
    more = [{"Key": "team", "Value": "security"}, {"Key": "mmctl:project", "Value": "gateway"}]
    client.tag_resource(ResourceArn=arn, Tags=more)
    assert tags(client, arn) == {"team": "security", "mmctl:project": "gateway"}
    client.untag_resource(ResourceArn=arn, TagKeys=["team", "absent"])
    assert tags(client, arn) == {"mmctl:project": "gateway"}


def test_tags_of_what_does_not_exist_are_not_found(client: Any) -> None:
    arn = "arn:aws:ses:eu-west-1:111122223333:mailmanager-archive/a-1"
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=arn):
        client.list_tags_for_resource(ResourceArn=arn)
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=arn):
        client.tag_resource(ResourceArn=arn, Tags=[])


@pytest.mark.parametrize(
    ("keys", "message"),
    [(["aws:cloudformation"], "reserved"), (["team", "team"], "more than once")],
)
def test_reserved_and_repeated_tag_keys_are_refused(
    client: Any, keys: list[str], message: str
) -> None:
    asked = [{"Key": key, "Value": "x"} for key in keys]
    with pytest.raises(client.exceptions.ValidationException, match=message):
        client.create_address_list(AddressListName="tagged", Tags=asked)


def test_a_resource_has_at_most_two_hundred_tags(client: Any, blocked: str) -> None:
    arn = client.get_address_list(AddressListId=blocked)["AddressListArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(200)])
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="200 tags"):
        client.tag_resource(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
    assert len(tags(client, arn)) == 200
