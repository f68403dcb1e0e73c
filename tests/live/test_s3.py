"""The store in a bucket: conditional writes, so that two machines do not cross each other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from live.memory_bucket import MemoryBucket
from mmctl.errors import CouldNot, Refused
from mmctl.live.apply.lock import Owner, locked
from mmctl.live.aws.bucket import S3Bucket
from mmctl.live.history.history import History
from mmctl.live.history.s3 import S3Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live.conftest import World


def owner(who: str, host: str) -> Owner:
    return Owner(who=who, host=host, process=1, at="2026-11-20T09:00:00Z")


def test_a_whole_apply_and_rollback_work_with_a_bucket(world: World) -> None:
    bucket = MemoryBucket()
    world.history = History(S3Store(bucket, "prod/acme"))
    world.apply()
    text = world.text
    world.replace('"@exarnple.com"', '"@example.net"')
    world.apply()
    world.rollback()
    world.text = text
    assert world.plan().empty
    assert len(world.history.entries()) == 3
    assert all(key.startswith("prod/acme/") for key in bucket.objects)


def test_an_entry_that_did_not_change_is_fetched_once() -> None:
    """A history of years must not be fetched for each question about it."""
    bucket = MemoryBucket()
    names = ("0001-x.entry.json", "0002-x.entry.json", "pins.json")
    bucket.objects.update({f"a/{name}": "one" for name in names})
    store = S3Store(bucket, "a")
    for _ in range(3):
        assert [store.get(name) for name in store.names("")] == ["one", "one", "one"]
    assert bucket.fetched.count("a/0001-x.entry.json") == 1
    assert bucket.fetched.count("a/pins.json") == 3


def test_what_was_written_here_is_not_fetched() -> None:
    bucket = MemoryBucket()
    store = S3Store(bucket, "a")
    with store.one_look():
        assert list(store.names("")) == []
        store.put("0001-x.entry.json", "one")
        for line in ("two", "three"):
            store.append("0001-x.journal.jsonl", line)
        assert store.get("0001-x.entry.json") == "one"
        assert store.get("0001-x.journal.jsonl") == "two\nthree\n"
        assert store.get("0001-x.snapshot.json") is None
        assert list(store.names(".json")) == ["0001-x.entry.json"]
        store.delete("0001-x.entry.json")
        assert store.get("0001-x.entry.json") is None
    assert bucket.fetched == []


def test_one_look_lists_once_and_sees_pins_and_the_lock_of_others() -> None:
    bucket = MemoryBucket()
    bucket.objects.update({"a/0001-x.entry.json": "old", "a/pins.json": "old", "a/lock.json": "x"})
    store, listings = S3Store(bucket, "a"), []
    listed = bucket.versions
    bucket.versions = lambda prefix: listings.append(prefix) or listed(prefix)  # type: ignore[method-assign, func-returns-value]
    names = ("0001-x.entry.json", "pins.json", "lock.json")
    with store.one_look(), store.one_look():
        list(store.names(""))
        assert [store.get(name) for name in names] == ["old", "old", "x"]
        bucket.objects.update({f"a/{name}": "new" for name in names})
        list(store.names(""))
        assert [store.get(name) for name in names] == ["old", "new", "new"]
    assert len(listings) == 1
    list(store.names(""))
    assert [store.get(name) for name in names] == ["new", "new", "new"]


def test_the_entries_of_a_history_are_fetched_once_each(world: World) -> None:
    bucket = MemoryBucket()
    world.history = History(S3Store(bucket, "a"))
    world.apply()
    for old, new in (("25MB", "24MB"), ("24MB", "23MB"), ("23MB", "22MB")):
        world.replace(f"max_message_size: {old}", f"max_message_size: {new}")
        world.apply()
    bucket.fetched.clear()
    found = History(S3Store(bucket, "a")).entries()
    assert [entry.number for entry in found] == [1, 2, 3, 4]
    assert sorted(bucket.fetched) == [f"a/{entry.id}.entry.json" for entry in found]


def test_a_line_whose_answer_was_lost_is_not_added_twice() -> None:
    bucket = MemoryBucket()
    store = S3Store(bucket, "a")
    store.append("journal", "one")
    bucket.meanwhile = lambda: bucket.objects.update({"a/journal": "one\ntwo\n"})
    store.append("journal", "two")
    assert bucket.objects["a/journal"] == "one\ntwo\n"


def test_an_entry_that_another_machine_wrote_is_fetched_again() -> None:
    bucket = MemoryBucket()
    store, other = S3Store(bucket, "a"), S3Store(bucket, "a")
    store.put("0001-x.entry.json", "unfinished")
    assert [store.get(name) for name in store.names("")] == ["unfinished"]
    other.put("0001-x.entry.json", "done")
    assert [store.get(name) for name in store.names("")] == ["done"]
    store.put("0001-x.entry.json", "by us")
    assert store.get("0001-x.entry.json") == "by us"
    other.delete("0001-x.entry.json")
    assert list(store.names("")) == []
    assert store.get("0001-x.entry.json") is None


def test_two_machines_cannot_hold_the_lock_at_once() -> None:
    bucket = MemoryBucket()
    one, other = S3Store(bucket, "a"), S3Store(bucket, "a")
    with locked(one, owner("ann", "there")), pytest.raises(Refused, match="ann on there"):
        _hold(other, owner("bob", "here"))
    _hold(other, owner("bob", "here"))
    assert bucket.objects == {}


def _hold(store: S3Store, who: Owner) -> None:
    with locked(store, who):
        pass


def test_a_line_that_another_adds_meanwhile_is_kept() -> None:
    bucket = MemoryBucket()
    store = S3Store(bucket, "a")
    store.append("journal", "one")
    bucket.meanwhile = lambda: bucket.objects.update({"a/journal": "one\ntwo\n"})
    store.append("journal", "three")
    assert store.get("journal") == "one\ntwo\nthree\n"


def test_a_lock_is_swapped_only_while_it_is_what_was_read() -> None:
    bucket = MemoryBucket()
    store = S3Store(bucket, "a")
    store.put("lock", "stale")
    bucket.meanwhile = lambda: bucket.objects.update({"a/lock": "of another"})
    assert not store.swap("lock", "stale", "mine")
    assert store.get("lock") == "of another"


@pytest.fixture
def stubbed() -> Iterator[tuple[S3Bucket, Stubber]]:
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:
        yield S3Bucket(client, "snapshots"), stubber


def expected(**more: Any) -> dict[str, Any]:
    return {"Bucket": "snapshots", "Key": "k", **more}


def test_the_conditions_are_those_of_s3(stubbed: tuple[S3Bucket, Stubber]) -> None:
    bucket, stubber = stubbed
    stubber.add_response("put_object", {"ETag": "e"}, expected(Body=b"t", IfNoneMatch="*"))
    stubber.add_client_error(
        "put_object",
        "PreconditionFailed",
        http_status_code=412,
        expected_params=expected(Body=b"t", IfMatch="etag"),
    )
    assert bucket.put("k", "t", new=True) == "e"
    assert bucket.put("k", "t", over="etag") is None


def test_what_is_hidden_is_told_from_what_is_not_there_by_its_name(
    stubbed: tuple[S3Bucket, Stubber],
) -> None:
    """Who may list one prefix alone is refused what is not there, as is all that is elsewhere."""
    bucket, stubber = stubbed
    for there in ([], [{"Key": "k", "Size": 1, "ETag": "e"}]):
        stubber.add_client_error("get_object", "AccessDenied", "no", http_status_code=403)
        listed = {"Bucket": "snapshots", "Prefix": "k"}
        stubber.add_response("list_objects_v2", {"Contents": there}, listed)
    assert bucket.get("k") is None
    with pytest.raises(CouldNot, match="GetObject: access to `s3://snapshots` is denied"):
        bucket.get("k")


def test_what_is_not_there_is_none_and_what_may_not_be_read_is_said(
    stubbed: tuple[S3Bucket, Stubber],
) -> None:
    bucket, stubber = stubbed
    body = io.BytesIO(b"text")
    stubber.add_response("get_object", {"Body": body, "ETag": "e"}, expected())
    stubber.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    for operation in ("get_object", "list_objects_v2"):
        stubber.add_client_error(operation, "AccessDenied", "no", http_status_code=403)
    assert bucket.get("k") == ("text", "e")
    assert bucket.get("k") is None
    with pytest.raises(CouldNot, match="GetObject: access to `s3://snapshots` is denied"):
        bucket.get("k")
