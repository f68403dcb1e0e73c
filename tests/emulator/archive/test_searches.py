"""Searches of archives: what they find, in which states they are, and how they end."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from mmctl.emulator.archive.keeping import ArchiveKeeper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulator.archive.conftest import Keep

FROM = 1_795_000_000
TO = 1_797_000_000


def text(attribute: str, *values: str) -> Any:
    return {
        "StringExpression": {
            "Evaluate": {"Attribute": attribute},
            "Operator": "CONTAINS",
            "Values": list(values),
        }
    }


def attached(operator: str) -> Any:
    evaluate = {"Attribute": "HAS_ATTACHMENTS"}
    return {"BooleanExpression": {"Evaluate": evaluate, "Operator": operator}}


def started(client: Any, archive: str, **more: Any) -> str:
    asked = {"ArchiveId": archive, "FromTimestamp": FROM, "ToTimestamp": TO, "MaxResults": 10}
    id_: str = client.start_archive_search(**asked | more)["SearchId"]
    return id_


def state(client: Any, search: str) -> str:
    found: str = client.get_archive_search(SearchId=search)["Status"]["State"]
    return found


def refusal(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    code: str = error.value.response["Error"]["Code"]
    return code


def test_each_filter_finds_what_it_says(keep: Keep, found: Callable[..., list[str]]) -> None:
    keep(
        "m1",
        "From: Ann <ann@example.org>",
        "To: info@example.com",
        "Subject: =?utf-8?q?=C3=9Cber?=",
    )
    keep(
        "m2",
        "From: bob@example.org",
        "Cc: Team <team@example.com>",
        "Subject: Invoice 7",
        to=("x@example.com", "y@example.com"),
    )
    part = "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b--"
    keep(
        "m3", "Subject: invoice", "Content-Type: multipart/mixed; boundary=b", sender="", body=part
    )
    every = ["m1", "m2", "m3"]
    wrong = [
        (filters, got)
        for filters, names in (
            ((), every),
            ((text("FROM", "ANN@"),), ["m1"]),
            ((text("TO", "INFO@example"),), ["m1"]),
            ((text("CC", "team"),), ["m2"]),
            ((text("SUBJECT", "\u00fcBER"),), ["m1"]),
            ((text("SUBJECT", "invoice"),), ["m2", "m3"]),
            ((text("SUBJECT", "\u00fcber", "7"),), ["m1", "m2"]),
            ((text("SUBJECT", "invoice"), text("ENVELOPE_TO", "Y@")), ["m2"]),
            ((text("ENVELOPE_FROM", "a@example.org"),), ["m1", "m2"]),
            ((text("SUBJECT", "nothing"),), []),
            ((attached("IS_TRUE"),), ["m3"]),
            ((attached("IS_FALSE"),), ["m1", "m2"]),
        )
        if sorted(got := found(*filters)) != names
    ]
    assert wrong == []
    assert found(text("SUBJECT", "invoice"), unless=(text("CC", "x"), text("CC", "team"))) == ["m3"]


def test_rows_are_the_newest_within_the_times(keep: Keep, found: Callable[..., list[str]]) -> None:
    for day in (25, 27, 26):
        keep(f"d{day}", f"Subject: {day}", at=f"2026-11-{day}T00:00:00.000Z")
    assert found() == ["d27", "d26", "d25"]
    assert found(most=2) == ["d27", "d26"]
    assert found(most=0) == []
    first, day = 1_795_564_800, 24 * 3600
    assert found(FromTimestamp=first, ToTimestamp=first + day) == ["d26", "d25"]
    assert found(FromTimestamp=first + 1, ToTimestamp=first + day - 1) == []


def test_a_row_says_where_the_message_came_from(keep: Keep, client: Any, archive: str) -> None:
    id_ = keep(
        "m1", "From: a@example.org", "Date: Sat, 28 Nov 2026 12:00:00 +0000", "X-Mailer: m",
        "Message-ID: <1@example.org>", "In-Reply-To: <0@example.org>", "X-Priority: 1",
        "Received: from x", "Received: from y", to=("a@example.com", "b@example.com"),
    )  # fmt: skip
    rows = client.get_archive_search_results(SearchId=started(client, archive))["Rows"]
    row = rows[0]
    assert row.pop("ReceivedTimestamp").isoformat() == "2026-11-28T12:00:00+00:00"
    assert row == {
        "ArchivedMessageId": id_,
        "From": "a@example.org",
        "Date": "Sat, 28 Nov 2026 12:00:00 +0000",
        "MessageId": "<1@example.org>",
        "InReplyTo": "<0@example.org>",
        "XMailer": "m",
        "XPriority": "1",
        "ReceivedHeaders": ["from x", "from y"],
        "HasAttachments": False,
        "IngressPointId": "inp-1",
        "SenderIpAddress": "192.0.2.7",
        "Envelope": {
            "Helo": "mail.example.org",
            "From": "a@example.org",
            "To": ["a@example.com", "b@example.com"],
        },
        "SourceArn": "arn:aws:ses:eu-west-1:111122223333:mailmanager-rule-set/rs-1",
    }


def test_a_search_takes_its_time(
    client_of: Any, make_embedded: Any, data: Path, clock: Any
) -> None:
    client = client_of(make_embedded(settle_seconds=10, data=data))()
    archive = client.create_archive(ArchiveName="slow")["ArchiveId"]
    search = started(client, archive)
    states = []
    for _ in range(4):
        states.append(state(client, search))
        clock.advance(seconds=4)
    assert states == ["QUEUED", "QUEUED", "RUNNING", "COMPLETED"]
    status = client.get_archive_search(SearchId=search)["Status"]
    assert (status["CompletionTimestamp"] - status["SubmissionTimestamp"]).seconds == 10


def test_one_search_at_a_time(client_of: Any, make_embedded: Any, data: Path, clock: Any) -> None:
    client = client_of(make_embedded(settle_seconds=10, data=data))()
    archive = client.create_archive(ArchiveName="slow")["ArchiveId"]
    first = started(client, archive)
    assert refusal(client.get_archive_search_results, SearchId=first) == "ConflictException"
    asked = {"ArchiveId": archive, "FromTimestamp": 0, "ToTimestamp": 1, "MaxResults": 1}
    assert refusal(client.start_archive_search, **asked) == "ServiceQuotaExceededException"
    client.stop_archive_search(SearchId=first)
    client.stop_archive_search(SearchId=first)
    assert state(client, first) == "CANCELLED"
    assert refusal(client.get_archive_search_results, SearchId=first) == "ConflictException"
    second = started(client, archive)
    clock.advance(seconds=11)
    client.stop_archive_search(SearchId=second)
    assert state(client, second) == "COMPLETED"
    assert state(client, first) == "CANCELLED"


def test_rows_can_be_had_for_a_day(client: Any, archive: str, clock: Any) -> None:
    search = started(client, archive)
    assert state(client, search) == "COMPLETED"
    clock.advance(hours=25)
    assert refusal(client.get_archive_search_results, SearchId=search) == "ValidationException"
    assert state(client, search) == "COMPLETED"
    clock.advance(days=30)
    assert refusal(client.get_archive_search, SearchId=search) == "ValidationException"


def test_searches_are_listed_by_archive_in_pages(client: Any, archive: str) -> None:
    other = client.create_archive(ArchiveName="other")["ArchiveId"]
    ids = []
    for number in range(5):
        ids.append(started(client, archive))
        state(client, ids[-1])
        state(client, started(client, other)) if number % 2 else None
    pages = client.get_paginator("list_archive_searches").paginate(ArchiveId=archive, PageSize=2)
    shown = [[each["SearchId"] for each in page["Searches"]] for page in pages]
    assert shown == [ids[:2], ids[2:4], ids[4:]]
    assert refusal(client.list_archive_searches, ArchiveId=archive, NextToken="x") == (
        "ValidationException"
    )


def test_what_no_search_can_be_is_refused(client: Any, lenient_client: Any, archive: str) -> None:
    asked = {"ArchiveId": archive, "FromTimestamp": 0, "ToTimestamp": 1, "MaxResults": 1}
    unknown = {"ArchiveId": "a-" + "z" * 24 + "27"}
    cases: Any = (
        ({"FromTimestamp": 2}, "ValidationException"),
        ({"ToTimestamp": 31 * 24 * 3600}, "ValidationException"),
        ({"MaxResults": 1001}, "ValidationException"),
        ({"MaxResults": -1}, "ValidationException"),
        ({"ArchiveId": "x"}, "ValidationException"),
        ({"Filters": {"Include": [{}]}}, "ValidationException"),
        ({"Filters": {"Include": [text("BCC", "x")]}}, "ValidationException"),
        ({"Filters": {"Include": [text("TO")]}}, "ValidationException"),
        ({"Filters": {"Include": [text("TO", "x")] * 11}}, "ValidationException"),
        (unknown, "ResourceNotFoundException"),
    )
    wrong = [
        (more, code, got)
        for more, code in cases
        if (got := refusal(lenient_client.start_archive_search, **asked | more)) != code
    ]
    assert wrong == []
    client.delete_archive(ArchiveId=archive)
    assert refusal(client.start_archive_search, **asked) == "ConflictException"
    for call in (client.get_archive_search, client.stop_archive_search):
        assert refusal(call, SearchId="none") == "ValidationException"


def test_messages_older_than_the_retention_are_gone(
    keep: Keep, client: Any, archive: str, clock: Any, found: Callable[..., list[str]]
) -> None:
    id_ = keep("m1", "Subject: x", at=clock.now.isoformat())
    at = clock.now.timestamp()
    span = {"FromTimestamp": at - 60, "ToTimestamp": at + 60}
    assert found(**span) == ["m1"]
    clock.advance(days=179)
    assert found(**span) == ["m1"]
    clock.advance(days=2)
    assert found(**span) == []
    assert refusal(client.get_archive_message, ArchivedMessageId=id_) == "ValidationException"
    client.update_archive(ArchiveId=archive, Retention={"RetentionPeriod": "PERMANENT"})
    assert found(**span) == ["m1"]


def test_nobody_sees_the_archives_of_another_account(
    keep: Keep, make_client: Any, archive: str
) -> None:
    id_ = keep("m1", "Subject: x")
    other = make_client(account="444455556666")
    asked = {"ArchiveId": archive, "FromTimestamp": 0, "ToTimestamp": 1, "MaxResults": 1}
    assert refusal(other.start_archive_search, **asked) == "ResourceNotFoundException"
    assert refusal(other.get_archive_message, ArchivedMessageId=id_) == "ValidationException"


def test_an_index_that_is_lost_or_damaged_or_newer_is_made_anew(
    keep: Keep, found: Callable[..., list[str]], embedded: Any, data: Path
) -> None:
    keep("m1", "Subject: x")
    assert found() == ["m1"]
    index = data / "archives" / "index.db"
    for spoil in ("missing", "damaged", "newer"):
        embedded._archived.close()
        if spoil == "newer":
            with sqlite3.connect(index) as file:
                file.execute("pragma user_version = 99")
            file.close()
        else:
            for path in data.joinpath("archives").glob("index.db*"):
                path.unlink()
            if spoil == "damaged":
                index.write_bytes(b"no database, certainly not one" * 100)
        assert found() == ["m1"], spoil


def test_lines_that_are_no_lines_are_left_out(
    keep: Keep, found: Callable[..., list[str]], data: Path, archive: str
) -> None:
    keep("m1", "Subject: x")
    lines = data / "archives" / archive / "archived.jsonl"
    with lines.open("ab") as file:
        file.write(b'\n[]\n{"id": 7}\n{"id": "m2", "file": "gone.eml", "accepted": {}}\nhalf')
    assert found() == ["m1"]
    ArchiveKeeper(data).keep(archive, {"id": "m3"}, b"")
    keep("m4", "Subject: y")
    assert sorted(found()) == ["m1", "m4"]


def test_mail_that_comes_between_searches_is_found(
    keep: Keep, found: Callable[..., list[str]]
) -> None:
    for number in range(3):
        keep(f"m{number}", "Subject: x")
        assert len(found()) == number + 1
