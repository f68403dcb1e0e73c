"""Releases: each message once, to the recipients of its envelope, recorded before and after."""

from __future__ import annotations

import itertools
import json
import smtplib
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import AuthResult

from live.memory_bucket import MemoryBucket
from loopback import LocalController
from mmctl.errors import CouldNot
from mmctl.live.history.s3 import S3Store
from mmctl.live.history.store import DirectoryStore
from mmctl.live.state.service import ErrorCode, ServiceAnswer
from mmctl.operate.archive.released import ReleaseRecord, ReleaseState, read_releases
from mmctl.operate.archive.releasing import ReleaseOrder, released
from mmctl.operate.archive.ways import (
    BySes,
    BySmtp,
    IntoFolder,
    SmtpServer,
    Unanswered,
    is_one_address,
)
from mmctl.records import dataclass, field, replace
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mmctl.operate.archive.releasing import ReleaseResult
    from mmctl.operate.archive.ways import ReleaseWay

MESSAGE = (
    b"From: a@example.org\r\nSubject: =?utf-8?q?=C3=9Cber?=\r\n\r\nHello\r\n.dot\r\nlong "
    + b"x" * 900
    + b"\r\n"
)
ORDER = ReleaseOrder(
    via="smtp:mail.example.com:25",
    archive="quarantine",
    reason="a customer asked",
    rcpt=(),
    others=(),
    again=False,
    who="ann",
    host="desk",
)


@dataclass(slots=True)
class Archive:
    """An archive with one message, whatever the id."""

    mail_from: str | None = "a@example.org"
    recipients: tuple[str, ...] = ("one@example.com", "two@example.com")

    def message(self, id: str) -> Any:
        if id == "gone":
            raise ServiceAnswer("GetArchiveMessage", ErrorCode.INVALID, "there is none")
        return {
            "MessageDownloadLink": "embedded://x",
            "Envelope": {"From": self.mail_from, "To": [*self.recipients]},
            "Metadata": {"SenderIpAddress": "192.0.2.7"},
        }

    def download(self, url: str) -> bytes:
        assert url == "embedded://x"
        return MESSAGE


@dataclass(slots=True)
class Server:
    """What an SMTP server takes, and what it answers to whom."""

    refuse: dict[str, str] = field(default_factory=dict)
    data: str = "250 OK taken"
    breaks: bool = False
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    users: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        del server, session, options
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        del session
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.breaks:
            server.transport.abort()
        return self.data

    def authenticated(self, server: Any, session: Any, envelope: Any, how: str, data: Any) -> Any:
        del server, session, envelope, how
        self.users.append((data.login, data.password))
        good = data.password == b"correct"
        return AuthResult(success=good, handled=good)


@contextmanager
def served(server: Server, **options: Any) -> Iterator[BySmtp]:
    """A way to a server that runs until the block ends."""
    controller = LocalController(server, authenticator=server.authenticated, **options)
    controller.start()
    try:
        yield BySmtp(
            server=SmtpServer(host="127.0.0.1", port=controller.port, verify=False),
            connect=lambda host, port, seconds: smtplib.SMTP(host, port, timeout=seconds),
        )
    finally:
        controller.stop()


@pytest.fixture
def record(tmp_path: Path) -> ReleaseRecord:
    return ReleaseRecord(DirectoryStore(tmp_path / "store"))


IDS = itertools.count(1)


def release(
    record: ReleaseRecord,
    way: ReleaseWay,
    *ids: str,
    archive: Archive | None = None,
    **order: Any,
) -> list[ReleaseResult]:
    service: Any = archive or Archive()
    return list(
        released(
            service,
            record,
            way,
            replace(ORDER, **order),
            ids or ("m1",),
            now=lambda: datetime(2026, 11, 28, 12, tzinfo=UTC),
            new_id=lambda: f"rel-{next(IDS)}",
        )
    )


def ends(results: Sequence[ReleaseResult]) -> list[Any]:
    """What became of each message: by recipient, or why nothing did."""
    return [
        each.fault
        if each.release is None
        else {to: each.release.became(to).value for to in each.release.recipients}
        for each in results
    ]


def test_a_message_goes_to_its_recipients_as_it_is_with_the_mark_on_top(
    record: ReleaseRecord,
) -> None:
    server = Server()
    with served(server) as way:
        results = release(record, way)
    assert ends(results) == [{"one@example.com": "released", "two@example.com": "released"}]
    release_ = results[0].release
    assert release_ is not None
    mark = f"X-Mmctl-Released: {release_.id}\r\n".encode()
    assert server.taken == [
        ("a@example.org", ["one@example.com", "two@example.com"], mark + MESSAGE)
    ]
    done, wrong = record.releases()
    assert (done, wrong) == ((release_,), ())
    assert done[0].replies["one@example.com"].reply == "250 OK taken"
    assert (done[0].subject, done[0].reason, done[0].who) == ("\u00dcber", ORDER.reason, "ann")


def test_the_null_sender_stays_the_null_sender(record: ReleaseRecord) -> None:
    server = Server()
    with served(server) as way:
        release(record, way, archive=Archive(mail_from=""))
    assert server.taken[0][0] == "<>"


def test_nothing_is_released_twice_without_saying_so(record: ReleaseRecord) -> None:
    server = Server()
    with served(server) as way:
        release(record, way, rcpt=("ONE@example.com",))
        again = release(record, way)
        other = release(record, way, rcpt=("two@example.com",))
        assert len(server.taken) == 2
        assert ends(again)[0].startswith("one@example.com: released at 2026-11-28T12:00:00Z by ann")
        assert "--again" in ends(again)[0]
        assert ends(again)[0].endswith("to those alone who have not got it: --rcpt two@example.com")
        assert ends(other) == [{"two@example.com": "released"}]
        assert ends(release(record, way, again=True)) == [
            {"one@example.com": "released", "two@example.com": "released"}
        ]
    assert [each.again for each in record.releases()[0]] == [False, False, True]


def test_what_a_server_refuses_is_not_released_and_can_be_tried_again(
    record: ReleaseRecord,
) -> None:
    server = Server(refuse={"two@example.com": "450 4.2.1 later"})
    with served(server) as way:
        assert ends(release(record, way)) == [
            {"one@example.com": "released", "two@example.com": "refused"}
        ]
        server.refuse = {}
        server.data = "452 4.3.1 no room"
        assert ends(release(record, way, rcpt=("two@example.com",))) == [
            {"two@example.com": "refused"}
        ]
        server.data = "250 OK"
        assert ends(release(record, way, rcpt=("two@example.com",))) == [
            {"two@example.com": "released"}
        ]
    replies = [each.replies["two@example.com"].reply for each in record.releases()[0]]
    assert replies == ["450 4.2.1 later", "452 4.3.1 no room", "250 OK"]


def test_an_unknown_outcome_is_said_and_kept_from_happening_twice(record: ReleaseRecord) -> None:
    server = Server(breaks=True)
    with served(server) as way:
        first = release(record, way, rcpt=("one@example.com",))
        assert ends(first) == [{"one@example.com": "unknown"}]
        assert not first[0].is_released
        again = ends(release(record, way, rcpt=("one@example.com",)))[0]
    assert "outcome unknown; to send it once more: --again" in again
    assert len(server.taken) == 1


def test_a_process_that_died_leaves_what_it_was_about_to_do(record: ReleaseRecord) -> None:
    class Dies:
        def send(self, parcel: Any) -> Any:
            del parcel
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        release(record, Dies())
    done, _ = record.releases()
    assert done[0].became("one@example.com") is ReleaseState.UNKNOWN
    assert done[0].ended_at is None
    server = Server()
    with served(server) as way:
        assert "outcome unknown" in ends(release(record, way))[0]
        assert server.taken == []


def test_a_server_that_is_not_there_is_no_release(record: ReleaseRecord) -> None:
    with served(Server()) as way:
        pass
    results = release(record, way)
    assert set(ends(results)[0].values()) == {"failed"}
    with served(Server()) as way:
        assert set(ends(release(record, way))[0].values()) == {"released"}


def test_recipients_are_narrowed_and_others_are_named_as_such(record: ReleaseRecord) -> None:
    server = Server()
    with served(server) as way:
        strange = ends(release(record, way, rcpt=("x@example.com",)))[0]
        other = release(record, way, others=("boss@example.com",))
        nobody = ends(release(record, way, "m2", archive=Archive(recipients=())))[0]
    assert "x@example.com is no recipient of the message" in strange
    assert "--to x@example.com" in strange
    assert other[0].release is not None
    assert other[0].release.others == ("boss@example.com",)
    assert [to for _, to, _ in server.taken] == [["boss@example.com"]]
    assert "the archive knows no recipient" in nobody


def test_one_message_that_cannot_be_released_does_not_stop_the_others(
    record: ReleaseRecord,
) -> None:
    server = Server()
    with served(server) as way:
        results = release(record, way, "m1", "gone", "m2")
    assert [each.is_released for each in results] == [True, False, True]
    assert len(server.taken) == 2


def test_an_envelope_from_a_stranger_is_no_command(record: ReleaseRecord) -> None:
    evil = "a@example.org>\r\nRCPT TO:<victim@example.com"
    server = Server()
    with served(server) as way:
        for archive in (Archive(mail_from=evil), Archive(recipients=(evil,))):
            results = release(record, way, archive=archive)
            assert "is no address" in ends(results)[0]
    assert server.taken == []
    assert not is_one_address(evil)
    assert not is_one_address("a@example.com, b@example.com")


def test_a_password_goes_only_where_the_server_takes_it(record: ReleaseRecord) -> None:
    server = Server()
    with served(server, auth_require_tls=False) as way:
        user = replace(way.server, user="inp-1", password="correct")
        assert set(ends(release(record, replace(way, server=user)))[0].values()) == {"released"}
        assert server.users == [(b"inp-1", b"correct")]
        wrong = replace(way, server=replace(user, password="wrong"))
        assert set(ends(release(record, wrong, "m2"))[0].values()) == {"refused"}
        asked = len(server.users)
        far = replace(way, server=replace(user, verify=True))
        results = release(record, far, "m3")
    assert set(ends(results)[0].values()) == {"refused"}
    assert results[0].release is not None
    reply = results[0].release.replies["one@example.com"].reply
    assert reply == "it offers no STARTTLS: the password was not sent"
    assert len(server.users) == asked


def test_files_are_written_once(record: ReleaseRecord, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    way = IntoFolder(folder=folder, again=False, write=write_whole)
    results = release(record, way, "../m1")
    assert results[0].is_released
    (file,) = folder.iterdir()
    assert file.name == "_m1.eml"
    assert file.read_bytes().endswith(MESSAGE)
    other = ReleaseRecord(DirectoryStore(tmp_path / "other"))
    assert set(ends(release(other, way, "../m1"))[0].values()) == {"failed"}
    assert set(ends(release(other, replace(way, again=True), "../m1"))[0].values()) == {"released"}
    (tmp_path / "file").write_bytes(b"")
    blocked = IntoFolder(folder=tmp_path / "file" / "x", again=False, write=write_whole)
    assert set(ends(release(record, blocked, "m9"))[0].values()) == {"failed"}


def test_ses_gets_a_new_message_with_the_original_inside(record: ReleaseRecord) -> None:
    sent: list[tuple[str, Sequence[str], bytes]] = []
    fault: list[Exception] = []

    def send_email(sender: str, recipients: Sequence[str], content: bytes) -> str:
        if fault:
            raise fault[0]
        sent.append((sender, recipients, content))
        return "ses-1"

    way = BySes(sender="gate@example.com", send_email=send_email)
    results = release(record, way)
    assert results[0].release is not None
    assert results[0].release.replies["one@example.com"].reply == "SES message ses-1"
    sender, to, content = sent[0]
    assert (sender, to) == ("gate@example.com", ("one@example.com", "two@example.com"))
    assert content.startswith(f"X-Mmctl-Released: {results[0].release.id}\r\n".encode())
    parsed: Any = message_from_bytes(content, policy=default)
    assert (parsed["From"], parsed["Subject"]) == ("gate@example.com", "Released: \u00dcber")
    assert [part.get_content_type() for part in parsed.iter_parts()] == [
        "text/plain",
        "message/rfc822",
    ]
    assert b"\r\n\r\n" + MESSAGE + b"\r\n--mmctl-" in content
    fault.append(CouldNot("MessageRejected: not verified"))
    assert set(ends(release(record, way, "m2"))[0].values()) == {"refused"}
    fault[0] = Unanswered("no answer")
    assert set(ends(release(record, way, "m3"))[0].values()) == {"unknown"}
    many = Archive(recipients=tuple(f"r{number}@example.com" for number in range(51)))
    assert set(ends(release(record, way, "m4", archive=many))[0].values()) == {"failed"}


def test_a_record_that_was_edited_says_where(record: ReleaseRecord, tmp_path: Path) -> None:
    way = IntoFolder(folder=tmp_path / "out", again=True, write=write_whole)
    for id_ in ("m1", "m2", "m3"):
        release(record, way, id_)
    file = tmp_path / "store" / "releases.jsonl"
    lines = file.read_text().splitlines()
    assert read_releases(file.read_text())[1] == ()
    edited = json.loads(lines[1])
    edited["recipients"]["one@example.com"]["reply"] = "something else"
    changed = [lines[0], json.dumps(edited, sort_keys=True), *lines[2:]]
    assert read_releases("\n".join(changed))[1] == (3,)
    assert read_releases("\n".join(lines[:2] + lines[3:]))[1] == (3,)
    done, wrong = read_releases("\n".join(["{", "7", *lines]))
    assert len(done) == 3
    assert wrong == (1, 2)


def test_a_bucket_keeps_the_same_record(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    record = ReleaseRecord(S3Store(bucket, "prod/acme"))
    way = IntoFolder(folder=tmp_path / "out", again=False, write=write_whole)
    assert release(record, way)[0].is_released
    other = ReleaseRecord(S3Store(bucket, "prod/acme"))
    assert "to send it once more: --again" in ends(release(other, way))[0]
    done, wrong = other.releases()
    assert ([each.reason for each in done], wrong) == ([ORDER.reason], ())
    assert all(key.startswith("prod/acme/") for key in bucket.objects)


def test_two_people_at_once_release_once(record: ReleaseRecord, tmp_path: Path) -> None:
    assert record.claim("m1", ("a@example.com", "b@example.com"), by="rel-1") == ()
    other = ReleaseRecord(DirectoryStore(tmp_path / "store"))
    assert other.claim("m1", ("B@example.com", "c@example.com"), by="rel-2") == ("B@example.com",)
    record.give_back("m1", ("b@example.com",))
    assert other.claim("m1", ("b@example.com",), by="rel-3") == ()
