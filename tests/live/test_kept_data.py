"""What outlives a stack: found by its ARN, seen while it is there, deleted with all in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from mmctl.errors import CouldNot
from mmctl.live.aws.kept_data import KeptData, KeptKind, KeptThing, kept_thing

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptData]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield KeptData(client)


def client(service: str) -> Any:
    any_client: Any = boto3.client
    return any_client(service, region_name=REGION)


def things() -> tuple[KeptThing, ...]:
    """One of each kind, with something in it."""
    attribute = {"AttributeName": "id"}
    client("dynamodb").create_table(
        TableName="mail-metadata",
        KeySchema=[{**attribute, "KeyType": "HASH"}],
        AttributeDefinitions=[{**attribute, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="mail-metadata", Item={"id": {"S": "1"}})
    client("logs").create_log_group(logGroupName="/aws/vendedlogs/shop/rules")
    client("logs").create_log_stream(logGroupName="/aws/vendedlogs/shop/rules", logStreamName="one")
    client("s3").create_bucket(Bucket="shop-records")
    client("s3").put_bucket_versioning(
        Bucket="shop-records", VersioningConfiguration={"Status": "Enabled"}
    )
    for body in (b"old", b"new"):
        client("s3").put_object(Bucket="shop-records", Key="mail.eml", Body=body)
    client("s3").delete_object(Bucket="shop-records", Key="mail.eml")
    account = client("sts").get_caller_identity()["Account"]
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    found = (
        kept_thing(f"arn:aws:dynamodb:{REGION}:{account}:table/mail-metadata"),
        kept_thing(f"arn:aws:logs:{REGION}:{account}:log-group:/aws/vendedlogs/shop/rules:*"),
        kept_thing("arn:aws:s3:::shop-records"),
        kept_thing(key),
    )
    return tuple(each for each in found if each is not None)


def test_each_kind_is_there_until_it_is_deleted(kept: KeptData) -> None:
    all_of_them = things()
    assert {each.kind for each in all_of_them} == set(KeptKind)
    assert [kept.still_there(each) for each in all_of_them] == [True] * 4
    said = [kept.delete(each) for each in all_of_them]
    assert said[:3] == [None] * 3
    assert said[3] is not None
    assert said[3].endswith("is deleted in 30 days")
    # moto lists the tags of a log group that is gone; of the others it says what AWS says.
    others = [each for each in all_of_them if each.kind is not KeptKind.LOG_GROUP]
    assert [kept.still_there(each) for each in others] == [False] * 3
    # What is gone already, by another person say, is no fault.
    assert [kept.delete(each) for each in all_of_them[:3]] == [None] * 3
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("s3").list_buckets()["Buckets"] == []


def test_a_log_group_is_gone_where_its_tags_are_not_found() -> None:
    class Gone:
        def list_tags_for_resource(self, **_: Any) -> None:
            answer: Any = {"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}
            raise ClientError(answer, "ListTagsForResource")

    group = kept_thing("arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/shop:*")
    assert group is not None
    assert not KeptData(lambda _: Gone()).still_there(group)


def test_other_things_hold_no_data() -> None:
    assert kept_thing("arn:aws:sns:us-east-1:111122223333:mail-metadata") is None
    assert kept_thing("arn:aws:iam::111122223333:role/shop-mail") is None


def test_a_refused_deletion_is_told() -> None:
    class Refusing:
        def delete_table(self, **_: Any) -> None:
            answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}
            raise ClientError(answer, "DeleteTable")

    table = kept_thing("arn:aws:dynamodb:us-east-1:111122223333:table/mail-metadata")
    assert table is not None
    with pytest.raises(CouldNot, match="not yours") as refused:
        KeptData(lambda _: Refusing()).delete(table)
    assert refused.value.help == "allow the call DeleteTable, then run this again"
