"""Messages in a bucket: how many requests and bytes it takes, and what is read of each object."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.response import StreamingBody
from moto import mock_aws

from mmctl.errors import CouldNot, UsageError
from mmctl.live.aws import s3_mail
from mmctl.live.aws.bucket import ObjectEntry, S3Bucket
from mmctl.live.aws.s3_mail import messages_in_bucket
from mmctl.mail.partial import FIRST_BYTES, Message, Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.mail.left_out import LeftOut

A = b"Subject: a\r\n\r\none\r\n"
B = b"Subject: b\r\n\r\ntwo\r\n"
HEADER = Needs(body=False)


class Mail:
    """A bucket in moto, and what was asked of it."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.client.create_bucket(Bucket="mail")
        self.asked: list[str] = []
        self.bytes = 0
        self.client.meta.events.register("before-call.s3", self._called)
        self.client.meta.events.register("after-call.s3.GetObject", self._got)

    def _called(self, model: Any, params: Any, **_: Any) -> None:
        wanted = params["headers"].get("Range", "")
        if model.name in {"ListObjectsV2", "GetObject"}:
            self.asked.append(f"{model.name} {wanted}".strip())

    def _got(self, parsed: Any, **_: Any) -> None:
        self.bytes += parsed.get("ContentLength", 0)

    def put(self, key: str, content: bytes, **more: Any) -> None:
        self.client.put_object(Bucket="mail", Key=key, Body=content, **more)

    def messages(self, prefix: str = "", needs: Needs = HEADER) -> list[Message]:
        """What is read, without the name of the bucket; nothing may be skipped."""
        return [
            message._replace(name=message.name.removeprefix("s3://mail/"))
            for message in messages_in_bucket(self.bucket, prefix, needs, skip=_refuse)
        ]

    @property
    def bucket(self) -> S3Bucket:
        return S3Bucket(self.client, "mail")


class Skipped(list[tuple[str, str]]):
    """Notes what is left out: its name and the reason."""

    def __call__(self, left_out: LeftOut) -> None:
        self.append((left_out.name, left_out.reason))


def _refuse(left_out: LeftOut) -> None:
    raise AssertionError(f"skipped {left_out}")


@pytest.fixture
def mail() -> Iterator[Mail]:
    with mock_aws():
        yield Mail()


def large(body: int) -> bytes:
    return b"Subject: large\r\n\r\n" + b"x" * body


def test_of_a_large_message_its_first_bytes_are_fetched(mail: Mail) -> None:
    mail.put("a.eml", large(1_000_000))
    (message,) = mail.messages()
    assert message.content == large(1_000_000)[:FIRST_BYTES]
    assert message.unread == len(large(1_000_000)) - FIRST_BYTES
    assert mail.asked == ["ListObjectsV2", "GetObject bytes=0-16383"]
    assert mail.bytes == FIRST_BYTES


def test_more_is_fetched_until_the_header_is_complete(mail: Mail) -> None:
    content = b"X-Long: " + b"x" * 50_000 + b"\r\n\r\n" + b"x" * 500_000
    mail.put("a.eml", content)
    (message,) = mail.messages()
    assert message.content == content[:65_536]
    assert mail.asked[1:] == ["GetObject bytes=0-16383", "GetObject bytes=16384-65535"]


def test_the_rest_is_fetched_for_who_wants_the_bytes(mail: Mail) -> None:
    mail.put("a.eml", large(100_000))
    (message,) = mail.messages(needs=Needs())
    assert message == Message("a.eml", large(100_000))
    assert mail.bytes == len(large(100_000))


def test_the_rest_is_fetched_where_a_rule_asks_for_a_size_that_is_near(mail: Mail) -> None:
    mail.put("a.eml", large(100_000))
    near = Needs(body=False, sizes=frozenset({120_000}))
    far = Needs(body=False, sizes=frozenset({250_000}))
    assert 0 < mail.messages(needs=near)[0].unread < 20_000
    assert mail.messages(needs=far)[0].unread > 0


def test_a_listing_is_read_page_by_page_while_messages_are_read(mail: Mail) -> None:
    mail.client.meta.events.register("before-parameter-build.s3.ListObjectsV2", pages_of_fifty)
    for number in range(120):
        mail.put(f"in/{number:03}.eml", A)
    mail.put("other/x.eml", B)
    read = messages_in_bucket(mail.bucket, "in/", HEADER, skip=_refuse)
    first = next(read)
    assert first.name == "s3://mail/in/000.eml"
    assert mail.asked.count("ListObjectsV2") == 1
    assert len(mail.asked) <= 1 + s3_mail.AHEAD
    names = [first.name, *(message.name for message in read)]
    assert names == [f"s3://mail/in/{number:03}.eml" for number in range(120)]
    assert mail.asked.count("ListObjectsV2") == 3
    assert len(mail.asked) == 3 + 120


def pages_of_fifty(params: dict[str, Any], **_: Any) -> None:
    params["MaxKeys"] = 50


def test_no_more_is_fetched_once_nobody_reads_on(mail: Mail) -> None:
    for number in range(100):
        mail.put(f"{number:03}.eml", A)
    read = messages_in_bucket(mail.bucket, "", HEADER, skip=_refuse)
    next(read)
    read.close()  # type: ignore[attr-defined]
    assert len(mail.asked) <= 1 + s3_mail.AHEAD


def test_large_messages_do_not_pile_up(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_mail, "AHEAD_BYTES", 3 * len(large(50_000)))
    for number in range(10):
        mail.put(f"{number}.eml", large(50_000))
    read = messages_in_bucket(mail.bucket, "", Needs(), skip=_refuse)
    next(read)
    read.close()  # type: ignore[attr-defined]
    assert mail.bytes <= 3 * len(large(50_000))


def test_objects_that_hold_no_message_are_left_out_with_the_reason(mail: Mail) -> None:
    mail.put("in/", b"")
    mail.put("in/a.eml", b"")
    mail.put("in/b.png", b"\x89PNG\r\n\x1a\n")
    mail.put("in/c.md", b"# Read me\n")
    mail.put("in/d.tar", b"no tar")
    mail.put("in/e", A)
    skipped = Skipped()
    read = messages_in_bucket(mail.bucket, "in/", HEADER, skip=skipped)
    assert [message.name for message in read] == ["s3://mail/in/e"]
    assert skipped == [
        ("s3://mail/in/a.eml", "is empty"),
        ("s3://mail/in/b.png", "is a picture (PNG), not a message"),
        ("s3://mail/in/c.md", "has no message headers"),
        ("s3://mail/in/d.tar", "is not a readable archive of messages"),
    ]


def test_an_mbox_in_a_tar_of_a_bucket_gives_its_messages(mail: Mail) -> None:
    mail.put("box.tar", tar(b"From a\n" + A + b"\nFrom b\n" + B, name="box"))
    assert [message.name for message in mail.messages()] == ["box.tar:0.box#1", "box.tar:0.box#2"]
    one = messages_in_bucket(mail.bucket, "box.tar:0.box#2", HEADER, skip=_refuse)
    assert [message.content for message in one] == [b"From b\n" + B]


def tar(*messages: bytes, name: str = "eml") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, content in enumerate(messages):
            member = tarfile.TarInfo(f"{number}.{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zipped(*messages: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, content in enumerate(messages):
            archive.writestr(f"{number}.eml", content)
    return out.getvalue()


def test_archives_are_read_as_files_are(mail: Mail) -> None:
    mail.put("a.tar.gz", gzip.compress(tar(A, B)))
    mail.put("b.zip", zipped(A, B))
    mail.put("c.mbox", b"From a\n" + A + b"\r\nFrom b\n" + B)
    mail.put("d.eml.gz", gzip.compress(A))
    assert mail.messages() == [
        Message("a.tar.gz:0.eml", A),
        Message("a.tar.gz:1.eml", B),
        Message("b.zip:0.eml", A),
        Message("b.zip:1.eml", B),
        Message("c.mbox#1", b"From a\n" + A),
        Message("c.mbox#2", b"From b\n" + B),
        Message("d.eml.gz", A),
    ]


@pytest.mark.parametrize("name", ["in/b.zip:1.eml", "in/c.mbox#2", "in/d:e.tar.gz:0.eml"])
def test_one_message_of_an_archive_is_had_by_the_name_that_reports_give_it(
    mail: Mail, name: str
) -> None:
    mail.put("in/b.zip", zipped(A, B))
    mail.put("in/b.zip.old", zipped(A, B))
    mail.put("in/c.mbox", b"From a\n" + A + b"\r\nFrom b\n" + B)
    mail.put("in/d:e.tar.gz", gzip.compress(tar(A, B)))
    every = {message.name: message for message in mail.messages()}
    assert mail.messages(name) == [every[name]]


def test_a_message_that_an_archive_does_not_hold_is_said(mail: Mail) -> None:
    mail.put("b.zip", zipped(A, B))
    with pytest.raises(UsageError, match=r"`s3://mail/b\.zip` has no message `2\.eml`"):
        mail.messages("b.zip:2.eml")


def test_a_message_is_no_archive_of_others(mail: Mail) -> None:
    mail.put("a.eml", A)
    with pytest.raises(UsageError, match=r"begins with `a\.eml:b`"):
        mail.messages("a.eml:b")


@pytest.mark.parametrize("packed", [tar, zipped])
def test_an_archive_is_fetched_once_in_blocks(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, packed: Callable[..., bytes]
) -> None:
    monkeypatch.setattr(s3_mail, "BLOCK", 100_000)
    messages = [large(30_000 + number) for number in range(20)]
    content = packed(*messages)
    mail.put("a", content)
    found = mail.messages()
    assert [message.content for message in found] == [each[:FIRST_BYTES] for each in messages]
    assert [len(each.content) + each.unread for each in found] == list(map(len, messages))
    assert len(mail.asked) <= 12
    assert mail.bytes < 1.3 * len(content)


def test_a_message_that_is_too_large_is_skipped_unread(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmctl.mail.archives.LARGEST_MESSAGE", 1024 * 1024)
    mail.put("a.eml", large(1024 * 1024))
    mail.put("b.eml", B)
    skipped = Skipped()
    read = messages_in_bucket(mail.bucket, "", Needs(), skip=skipped)
    assert [message.name for message in read] == ["s3://mail/b.eml"]
    reason = "has more than 1 MiB, the most that is read of a message"
    assert skipped == [("s3://mail/a.eml", reason)]
    assert mail.bytes == FIRST_BYTES + len(B)


def test_what_changes_after_it_was_listed_is_skipped_and_named(mail: Mail) -> None:
    mail.put("a.eml", A)
    mail.put("b.eml", B)
    mail.put("c.eml", A)

    skipped = Skipped()
    bucket = ChangedAfterListing(mail.client, "mail")
    read = messages_in_bucket(bucket, "", HEADER, skip=skipped)
    assert [message.name for message in read] == ["s3://mail/c.eml"]
    assert skipped == [
        ("s3://mail/a.eml", "no longer exists"),
        ("s3://mail/b.eml", "was changed while mmctl read it"),
    ]


class ChangedAfterListing(S3Bucket):
    """A bucket in which an object is deleted and one is written, once they are listed."""

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        listed = list(super().entries(prefix))
        self._client.delete_object(Bucket="mail", Key="a.eml")
        self._client.put_object(Bucket="mail", Key="b.eml", Body=A)
        yield from listed


def test_an_archived_object_is_skipped_and_named(mail: Mail) -> None:
    mail.put("a.eml", A, StorageClass="GLACIER")
    skipped = Skipped()
    list(messages_in_bucket(mail.bucket, "", HEADER, skip=skipped))
    assert skipped == [("s3://mail/a.eml", "is archived: restore it first")]


def test_an_answer_that_breaks_off_is_asked_for_again(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.put("a.eml", A)
    read = StreamingBody.read
    broken = iter([True, True, False])

    def breaking(body: StreamingBody, amt: int | None = None) -> bytes:
        if next(broken):
            monkeypatch.setattr(body, "_content_length", 10**6)
        return read(body, amt)

    monkeypatch.setattr(StreamingBody, "read", breaking)
    assert mail.messages() == [Message("a.eml", A)]
    assert mail.asked.count("GetObject bytes=0-18") == 3


def test_a_prefix_without_objects_is_said(mail: Mail) -> None:
    mail.put("in/a.eml", A)
    with pytest.raises(
        UsageError, match="no object of `s3://mail` has a key that begins with `x/`"
    ):
        mail.messages("x/")


def test_a_bucket_that_is_not_there_is_said() -> None:
    with mock_aws():
        bucket = S3Bucket(Mail().client, "nowhere")
        with pytest.raises(CouldNot, match="there is no bucket `nowhere`"):
            list(messages_in_bucket(bucket, "", HEADER, skip=_refuse))
