"""What rules name and what is not there: done and noted where references are loose, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from mmctl.emulator.references import References

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.conftest import MakeClient
    from mmctl.emulator.core import EmbeddedMailManager

    MakeEmbedded = Callable[..., EmbeddedMailManager]
    ClientOf = Callable[[EmbeddedMailManager], MakeClient]


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture(params=list(References))
def either(request: pytest.FixtureRequest) -> References:
    """Both ways."""
    return References(request.param)


@pytest.fixture
def client(
    make_embedded: MakeEmbedded, client_of: ClientOf, notes: list[str], either: References
) -> Any:
    return client_of(make_embedded(references=either, on_note=notes.append))()


def ends(do: Callable[[], object], either: References, notes: list[str], code: str) -> str:
    """What is said of a call: its note when it is done, its error when it is refused."""
    before = len(notes)
    if either is References.LOOSE:
        do()
        assert len(notes) == before + 1
        return notes[-1]
    with pytest.raises(ClientError) as refused:
        do()
    assert refused.value.response["Error"]["Code"] == code
    assert len(notes) == before
    return str(refused.value.response["Error"]["Message"])


def relayed(to: str) -> dict[str, Any]:
    return {"Actions": [{"Relay": {"Relay": to}}]}


def archived(to: str) -> dict[str, Any]:
    return {"Actions": [{"Archive": {"TargetArchive": to}}]}


def listed(name: str, attribute: str = "RECIPIENT") -> dict[str, Any]:
    evaluate = {"IsInAddressList": {"Attribute": attribute, "AddressLists": [name]}}
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": "IS_TRUE"}}


def unless_listed(name: str) -> dict[str, Any]:
    return {"Unless": [listed(name)], "Actions": [{"Drop": {}}]}


def answered(analyzer: str) -> dict[str, Any]:
    evaluate = {"Analysis": {"Analyzer": analyzer, "ResultField": "isPassed"}}
    condition = {
        "StringExpression": {"Evaluate": evaluate, "Operator": "EQUALS", "Values": ["FAIL"]}
    }
    return {"Conditions": [condition], "Actions": [{"Drop": {}}]}


def make_relay(client: Any) -> dict[str, str]:
    made = client.create_relay(
        RelayName="out",
        ServerName="mx.example.com",
        ServerPort=25,
        Authentication={"NoAuthentication": {}},
    )
    got: dict[str, str] = client.get_relay(RelayId=made["RelayId"])
    return got


NOWHERE = [
    (relayed("r-nowhere"), "Relay not found: r-nowhere"),
    (archived("a-nowhere"), "Archive not found: a-nowhere"),
    (unless_listed("al-nowhere"), "AddressList not found: al-nowhere"),
    (answered("arn:aws:ses:eu-west-1:1:addon-instance/ai-x"), "AddonInstance not found: arn:aws:"),
]


@pytest.mark.parametrize(("rule", "said"), NOWHERE)
def test_a_rule_that_names_what_is_not_there(
    client: Any, either: References, notes: list[str], rule: dict[str, Any], said: str
) -> None:
    empty = client.create_rule_set(RuleSetName="empty", Rules=[])["RuleSetId"]
    assert said in ends(
        lambda: client.create_rule_set(RuleSetName="inbound", Rules=[rule]),
        either,
        notes,
        "ValidationException",
    )
    assert said in ends(
        lambda: client.update_rule_set(RuleSetId=empty, Rules=[rule]),
        either,
        notes,
        "ResourceNotFoundException",
    )
    done = [] if either is References.STRICT else [rule]
    assert client.get_rule_set(RuleSetId=empty)["Rules"] == done
    assert len(client.list_rule_sets()["RuleSets"]) == 1 + len(done)


def test_a_statement_that_names_a_list_that_is_not_there(
    client: Any, either: References, notes: list[str]
) -> None:
    statement = {"Action": "DENY", "Conditions": [listed("al-nowhere")]}
    said = ends(
        lambda: client.create_traffic_policy(
            TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[statement]
        ),
        either,
        notes,
        "ValidationException",
    )
    assert "AddressList not found: al-nowhere" in said


def test_what_is_there_may_be_named_by_id_and_arn_and_an_archive_by_name(
    client: Any, notes: list[str]
) -> None:
    relay = make_relay(client)
    archive = client.create_archive(ArchiveName="all")["ArchiveId"]
    archive_arn = client.get_archive(ArchiveId=archive)["ArchiveArn"]
    blocked = client.create_address_list(AddressListName="blocked")["AddressListId"]
    list_arn = client.get_address_list(AddressListId=blocked)["AddressListArn"]
    rules = [
        *map(relayed, (relay["RelayId"], relay["RelayArn"])),
        *map(archived, (archive, archive_arn, "all")),
        *map(unless_listed, (blocked, list_arn)),
    ]
    client.create_rule_set(RuleSetName="inbound", Rules=rules)
    assert notes == []


@pytest.mark.parametrize("by", ["Id", "Arn"])
def test_what_a_rule_or_statement_names_and_is_to_be_deleted(
    client: Any, either: References, notes: list[str], by: str
) -> None:
    relay = make_relay(client)
    archive = client.create_archive(ArchiveName="all")
    archive |= client.get_archive(ArchiveId=archive["ArchiveId"])
    blocked = client.create_address_list(AddressListName="blocked")
    blocked |= client.get_address_list(AddressListId=blocked["AddressListId"])
    rules = [relayed(relay[f"Relay{by}"]), archived(archive[f"Archive{by}"])]
    of = client.create_rule_set(RuleSetName="inbound", Rules=rules)["RuleSetId"]
    statement = {"Action": "DENY", "Conditions": [listed(blocked[f"AddressList{by}"])]}
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[statement]
    )["TrafficPolicyId"]
    for delete, id_, user in (
        (lambda: client.delete_relay(RelayId=relay["RelayId"]), relay["RelayId"], of),
        (lambda: client.delete_archive(ArchiveId=archive["ArchiveId"]), archive["ArchiveId"], of),
        (
            lambda: client.delete_address_list(AddressListId=blocked["AddressListId"]),
            blocked["AddressListId"],
            policy,
        ),
    ):
        said = ends(delete, either, notes, "ConflictException")
        assert f"{id_} is in use by " in said
        assert said.endswith(user)


def test_nothing_is_said_of_what_nothing_names(client: Any, notes: list[str]) -> None:
    relay = make_relay(client)["RelayId"]
    of = client.create_rule_set(RuleSetName="inbound", Rules=[relayed(relay)])["RuleSetId"]
    client.update_rule_set(RuleSetId=of, Rules=[])
    client.delete_relay(RelayId=relay)
    client.delete_relay(RelayId=relay)
    archive = client.create_archive(ArchiveName="all")["ArchiveId"]
    client.delete_archive(ArchiveId=archive)
    client.delete_archive(ArchiveId=archive)
    assert notes == []


def test_an_archive_that_is_going_is_not_there(
    client: Any, either: References, notes: list[str]
) -> None:
    archive = client.create_archive(ArchiveName="all")["ArchiveId"]
    client.delete_archive(ArchiveId=archive)
    said = ends(
        lambda: client.create_rule_set(RuleSetName="inbound", Rules=[archived(archive)]),
        either,
        notes,
        "ValidationException",
    )
    assert f"Archive not found: {archive}" in said


def test_two_rules_of_one_name(client: Any, either: References, notes: list[str]) -> None:
    drop: dict[str, Any] = {"Actions": [{"Drop": {}}]}
    rules = [drop, {"Name": "twice", **drop}, drop, {"Name": "twice", **drop}]
    said = ends(
        lambda: client.create_rule_set(RuleSetName="inbound", Rules=rules),
        either,
        notes,
        "ValidationException",
    )
    assert "Rule names must be unique: 'twice' comes more than once" in said


def test_a_resource_of_another_account_or_kind_is_not_there(
    make_embedded: MakeEmbedded, client_of: ClientOf, notes: list[str]
) -> None:
    make = client_of(make_embedded(references=References.STRICT, on_note=notes.append))
    client, other = make(), make(account="444455556666")
    theirs = make_relay(other)
    archive = client.create_archive(ArchiveName="all")["ArchiveId"]
    for named in (theirs["RelayId"], theirs["RelayArn"], archive):
        with pytest.raises(ClientError, match=f"Relay not found: {named}"):
            client.create_rule_set(RuleSetName="inbound", Rules=[relayed(named)])
