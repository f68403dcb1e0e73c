"""The same records are read from every form in which logs are stored, shown and sent."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import CouldNot, UsageError
from mmctl.live.aws.bucket import ObjectEntry, UnreadableObject
from mmctl.live.aws.log_events import LogGroup
from mmctl.mail import allowance
from mmctl.operate.logs import values
from mmctl.operate.logs.asked import AskedMessages
from mmctl.operate.logs.files import REMOVED
from mmctl.operate.logs.reading import Log
from mmctl.operate.logs.sources import (
    LogBucket,
    LogFiles,
    LogOfGroup,
    LogPipe,
    WantedRecords,
    may_hold,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.operate.logs.found import ReadCounts
    from mmctl.operate.logs.records import Record
    from operate.logs.conftest import Writer


@pytest.fixture
def lines(writer: Writer) -> list[str]:
    """The records of two messages and a refusal, as lines."""
    writer.message("m1", ("a@example.com", "b@example.com"))
    writer.message("m2", ("b@example.com",), mail_from="ü@example.org")
    writer.message("m3", ("b@example.com",), ip="203.0.113.1")
    found = []
    for file in sorted(writer.folder.glob("*.jsonl")):
        found += file.read_text(encoding="ascii").splitlines()
    return found


def read(path: Path) -> tuple[list[Record], ReadCounts]:
    log = Log(sources=[LogFiles(path)])
    return list(log.records()), log.counts


def objects(lines: list[str]) -> list[Any]:
    return [json.loads(line) for line in lines]


def cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def w3c(lines: list[str]) -> str:
    """Each record below a header of its own, as if each came from another log."""
    parts = []
    for record in objects(lines):
        given = {name: cell(value) for name, value in record.items() if value not in (None, "", {})}
        parts += ["#Version: 1.0", f"#Fields: {' '.join(given)}", "\t".join(given.values())]
    return "\n".join(parts) + "\n"


def event(line: str) -> dict[str, Any]:
    return {"logStreamName": "s", "timestamp": 1, "message": line, "ingestionTime": 2}


FORMS: dict[str, Callable[[list[str]], bytes]] = {
    "lines": lambda lines: "\n".join(lines).encode(),
    "lines of another system": lambda lines: "\r\n\r\n".join(lines).encode(),
    "without line breaks": lambda lines: "".join(lines).encode(),
    "packed": lambda lines: gzip.compress("\n".join(lines).encode()),
    "packed twice in one file": lambda lines: (
        gzip.compress("\n".join([*lines[:3], ""]).encode())
        + gzip.compress("\n".join(lines[3:]).encode())
    ),
    "an export": lambda lines: "\n".join(
        f"2026-11-28T21:00:00.000Z {line}" for line in lines
    ).encode(),
    "a tail": lambda lines: "\n".join(
        f"2026-11-28T21:00:00+00:00 a-stream {line}" for line in lines
    ).encode(),
    "a list": lambda lines: json.dumps(objects(lines)).encode(),
    "a pretty list": lambda lines: json.dumps(objects(lines), indent=4).encode(),
    "pretty objects": lambda lines: "\n".join(
        json.dumps(each, indent=2) for each in objects(lines)
    ).encode(),
    "events of FilterLogEvents": lambda lines: json.dumps(
        {"events": [event(line) for line in lines], "searchedLogStreams": []}, indent=4
    ).encode(),
    "an event a line": lambda lines: "\n".join(json.dumps(event(line)) for line in lines).encode(),
    "a subscription": lambda lines: json.dumps(
        {
            "messageType": "DATA_MESSAGE",
            "logEvents": [{"id": "1", "timestamp": 1, "message": line} for line in lines],
        }
    ).encode(),
    "Logs Insights": lambda lines: json.dumps(
        {
            "results": [
                [{"field": "@message", "value": line}, {"field": "@ptr", "value": "x"}]
                for line in lines
            ],
            "status": "Complete",
        }
    ).encode(),
    "W3C": lambda lines: w3c(lines).encode(),
}


def test_of_a_log_that_environments_share_only_the_own_records_are_read(
    writer: Writer, lines: list[str]
) -> None:
    assert lines
    whole, _ = read(writer.folder)
    ((region, account),) = {tuple((record.arn or "").split(":")[3:5]) for record in whole}
    for own_account, own_region, found in (
        (account, None, whole),
        (account, region, whole),
        ("999900009999", None, []),
        (account, "xx-east-1", []),
    ):
        source = LogFiles(writer.folder, account=own_account, region=own_region)
        assert list(Log(sources=[source]).records()) == found, (own_account, own_region)


def test_every_form_gives_the_same_records(tmp_path: Path, lines: list[str]) -> None:
    expected, _ = read(tmp_path / "logs")
    assert len(expected) == len(lines)
    for name, made in FORMS.items():
        file = tmp_path / "form"
        file.write_bytes(made(lines))
        found, counts = read(file)
        if name == "W3C":  # it has no word for what is empty
            assert len(found) == len(expected), (name, counts.named)
            assert counts.records == len(lines)
            continue
        assert sorted(map(repr, found)) == sorted(map(repr, expected)), (name, counts.named)
        assert (counts.damaged, counts.other) == (0, 0), (name, counts.named)


def test_parquet_gives_the_same_messages(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    expected = list(Log(sources=[LogFiles(tmp_path / "logs")]).messages())
    rows = objects(lines)
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = [
        {
            name: row[name] if isinstance(row.get(name), int | None) else cell(row[name])
            for name in names
            if name in row
        }
        for row in rows
    ]
    table = pa.Table.from_pylist([dict.fromkeys(names) | row for row in texts])
    parquet.write_table(table, tmp_path / "log.parquet")
    found = list(Log(sources=[LogFiles(tmp_path / "log.parquet")]).messages())
    assert [message.id for message in found] == [message.id for message in expected]
    assert [message.rules for message in found] == [message.rules for message in expected]
    monkeypatch.setattr(allowance, "ALWAYS", 100)
    monkeypatch.setattr(allowance, "TIMES", 0)
    records, counts = read(tmp_path / "log.parquet")
    assert (records, counts.damaged) == ([], 1)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + b"x" * 100)
    records, counts = read(tmp_path / "bad.parquet")
    assert (records, counts.damaged) == ([], 1)


def test_a_long_line_of_records_is_read_piece_by_piece(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "PIECE", 500)
    monkeypatch.setattr(values, "LARGEST", 3000)
    expected, _ = read(tmp_path / "logs")
    file = tmp_path / "form"
    file.write_text("".join(lines), encoding="ascii")
    found, counts = read(file)
    assert (found, counts.damaged) == (expected, 0)
    file.write_text("x" * 10_000 + "}{" + "".join(lines)[1:] + "\n" + lines[0], encoding="ascii")
    found, counts = read(file)
    assert counts.damaged == 1
    assert found[-1] == expected[0]


HOSTILE: dict[str, bytes] = {
    "not JSON": b"{not json}",
    "half a record": b'{"message_id":"m","rule_name":"x","recipients_mat',
    "plain": b"arn:aws:ses inp-1 1795899600123 OPEN",
    "binary": bytes(range(1, 10)) + bytes(range(11, 256)),
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 50_000,
    "a number": b"12345",
    "huge number": b'{"event_timestamp":' + b"9" * 5000 + b"}",
    "wrong types": b'{"event_timestamp":"x","message_id":"m","rule_name":"r"}',
    "wrong id": b'{"event_timestamp":1,"message_id":7,"rule_name":"r"}',
    "wrong list": b'{"event_timestamp":1,"message_id":"m","recipients_matched":"a"}',
    "wrong index": b'{"event_timestamp":1,"message_id":"m","rule_name":"r","rule_index":1.5}',
    "wrong action": b'{"event_timestamp":1,"message_id":"m","rule_name":"r","action_metadata":[1]}',
    "wrong verdict": b'{"event_timestamp":1,"recipient":"m","traffic_policy_verdict":"MAYBE"}',
    "wrong element": b'{"event_timestamp":1,"recipient":"m","traffic_policy_verdict":"ACCEPT",'
    b'"traffic_policy_evaluation":[1]}',
    "no time": b'{"message_id":"m","rule_name":"r"}',
    "late": b'{"event_timestamp":99999999999999999,"message_id":"m","rule_name":"r"}',
    "another log": b'{"eventSource":"ses.amazonaws.com","eventName":"SendEmail"}',
    "NaN": b'{"event_timestamp":NaN,"message_id":"m","rule_name":"r"}',
    "lone bracket": b"{",
}


def test_what_is_damaged_is_said_with_its_line_and_stops_nothing(
    tmp_path: Path, lines: list[str]
) -> None:
    file = tmp_path / "form"
    for name, damage in HOSTILE.items():
        text = lines[0].encode() + b"\n" + damage + b"\n}\n" + lines[1].encode() + b"\n"
        file.write_bytes(text)
        found, counts = read(file)
        assert len(found) == 2, name
        assert counts.damaged + counts.other in {1, 2}, name
        assert counts.named[0].startswith(f"{file}:2: "), (name, counts.named)


def test_a_record_without_a_time_takes_that_of_its_event(tmp_path: Path) -> None:
    record = json.dumps({"message_id": "m", "rule_name": "r", "unknown_member": [1]})
    (tmp_path / "form").write_text(json.dumps({"events": [event(record)]}))
    (found,), _ = read(tmp_path / "form")
    assert found.at == datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)


def test_a_packed_file_that_unpacks_without_end_is_cut_off(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "ALWAYS", 100_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(lines[0].encode() + b"\n" + b" " * 50_000_000))
    found, counts = read(tmp_path / "bomb.gz")
    assert (len(found), counts.damaged) == (1, 1)
    assert "unpacks to more than" in counts.named[0]
    (tmp_path / "cut.gz").write_bytes(gzip.compress("\n".join(lines).encode() * 10)[:-20])
    found, counts = read(tmp_path / "cut.gz")
    assert counts.damaged in {1, 2}
    assert "cannot be unpacked further" in counts.named[-1]


def test_a_folder_gives_its_logs_and_names_what_it_cannot_read(
    tmp_path: Path, lines: list[str]
) -> None:
    folder = tmp_path / "more"
    (folder / "2026/11").mkdir(parents=True)
    (folder / "2026/11/a.json.gz").write_bytes(gzip.compress(lines[0].encode()))
    (folder / "b.jsonl").write_text(lines[1])
    (folder / REMOVED).write_text('{"file": "x"}')
    (folder / "c.eml").write_text("Subject: x\n\n{}")
    (folder / ".hidden").write_text(lines[2])
    found, counts = read(folder)
    assert (len(found), counts.sources, counts.other) == (2, 2, 0)
    assert counts.notes == [f"`{folder}` had more: x and older files of that log were removed"]
    data = tmp_path / "data"
    (data / "logs").mkdir(parents=True)
    (data / "logs/a.jsonl").write_text(lines[0])
    (data / "messages.jsonl").write_text('{"id": "x"}\n')
    found, counts = read(data)
    assert (len(found), counts.other) == (1, 0)
    with pytest.raises(UsageError, match="does not exist"):
        read(tmp_path / "nothing")


def test_standard_input_is_read_once_and_filtered(lines: list[str]) -> None:
    content = io.BytesIO("\n".join(lines).encode())
    log = Log(sources=[LogPipe(content)])
    (message,) = log.messages(AskedMessages(message_ids=("m1",)))
    assert message.id == "m1"
    assert len(message.policy) == 2


class PagedClient:
    """FilterLogEvents as CloudWatch Logs documents it: pages, some of them empty."""

    def __init__(self, lines: list[str]) -> None:
        self.meta = SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))
        self.pages = [[], lines[:2], [], lines[2:]]
        self.asked: list[dict[str, Any]] = []

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        number = int(asked.get("nextToken", 0))
        events = [
            {"eventId": f"{number}-{place}", "logStreamName": "s", "timestamp": 1, "message": line}
            for place, line in enumerate(self.pages[number])
        ]
        more = {"nextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"events": events, "searchedLogStreams": [], **more}


def test_a_log_group_is_read_page_by_page_with_its_times(lines: list[str]) -> None:
    client = PagedClient([*lines, "not json"])
    log = Log(sources=[LogOfGroup(LogGroup(client, "/aws/vendedlogs/x"))])
    since = datetime(2026, 11, 28, tzinfo=UTC)
    found = list(log.records(WantedRecords(since=since, term="m1")))
    assert len(found) == len(lines)
    assert log.counts.named == ["cloudwatch:/aws/vendedlogs/x/s: holds an event that is no JSON"]
    assert client.asked[0] == {
        "logGroupName": "/aws/vendedlogs/x",
        "startTime": 1795824000000,
        "filterPattern": '"m1"',
    }
    assert [asked.get("nextToken") for asked in client.asked] == [None, "1", "2", "3"]


class FakeBucket:
    """Objects in memory."""

    place = "s3://logs"

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.read: set[str] = set()
        self.gone = ""

    def entries(self, prefix: str) -> Iterator[ObjectEntry]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield ObjectEntry(key, len(self.objects[key]), "1")

    def part(self, entry: ObjectEntry, start: int, end: int) -> bytes:
        if entry.key == self.gone:
            raise UnreadableObject("it is gone")
        self.read.add(entry.key)
        return self.objects[entry.key][start:end]


def test_a_bucket_is_read_and_objects_of_other_hours_are_not_fetched(lines: list[str]) -> None:
    packed = gzip.compress("\n".join(lines).encode())
    key = "AWSLogs/000000000000/MailManager/us-east-1/2026/11/{}/x.json.gz"
    bucket = FakeBucket({key.format("28/21"): packed, key.format("20/03"): packed, "empty/": b""})
    log = Log(sources=[LogBucket(bucket, "AWSLogs/")])
    found = list(log.records(WantedRecords(since=datetime(2026, 11, 28, 20, tzinfo=UTC))))
    assert len(found) == len(lines)
    assert bucket.read == {key.format("28/21")}


def test_objects_are_read_in_order_and_one_that_is_gone_stops_nothing(lines: list[str]) -> None:
    objects = {f"a/{number:03d}": lines[0].encode() for number in range(50)}
    objects["a/007"] = b"".join(line.encode() for line in lines) * 1000
    bucket = FakeBucket(objects)
    bucket.gone = "a/020"
    log = Log(sources=[LogBucket(bucket, "a/")])
    assert len(list(log.records())) == 48 + len(lines) * 1000
    assert log.counts.named == ["s3://logs/a/020: cannot be read: it is gone"]
    next(log.records())


def test_a_key_says_its_hour_or_nothing() -> None:
    at = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    held = {
        "a/2026/11/28/21/x.gz": True,
        "a/2026/11/28/20/x.gz": True,
        "a/2026/11/28/23/x.gz": False,
        "a/2026/11/28/10/x.gz": False,
        "a/2026/11/28/x.gz": True,
        "a/2026/11/27/x.gz": False,
        "a/2026/13/41/99/x.gz": True,
        "x.gz": True,
    }
    assert {key: may_hold(key, at, at) for key in held} == held
    assert may_hold("a/2020/01/01/x", None, None)


@pytest.fixture
def logs_client() -> Iterator[Any]:
    """CloudWatch Logs of moto."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    with moto.mock_aws():
        yield boto3.client(
            "logs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )


def test_a_log_group_of_moto_gives_what_was_put_there(logs_client: Any, lines: list[str]) -> None:
    logs_client.create_log_group(logGroupName="there")
    logs_client.create_log_stream(logGroupName="there", logStreamName="s")
    at = int(datetime.now(UTC).timestamp() * 1000)
    events = [{"timestamp": at + place, "message": line} for place, line in enumerate(lines)]
    logs_client.put_log_events(logGroupName="there", logStreamName="s", logEvents=events)
    log = Log(sources=[LogOfGroup(LogGroup(logs_client, "there"))])
    assert {message.id for message in log.messages()} == {"m1", "m2", None}
    with pytest.raises(CouldNot, match="there is no log group `missing`"):
        list(LogGroup(logs_client, "missing").events())
