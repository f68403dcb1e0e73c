"""The list of a data folder: two growing files, read once, searched and counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmctl.serve.page import tailing
from mmctl.serve.page.arrivals import Arrivals, FoundRows
from mmctl.serve.page.seeking import Sought
from serve.data_folder import DIGEST, POINT, Folder, at, newsletter, number_id

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def found(
    arrivals: Arrivals,
    *,
    offset: int = 0,
    limit: int = 100,
    asked: dict[str, list[str]] | None = None,
) -> FoundRows:
    for _ in range(1000):
        version = arrivals.look()
        if arrivals.look() == version and not arrivals.find(Sought(), offset=0, limit=0).unread:
            break
    return arrivals.find(Sought.of(asked or {}), offset=offset, limit=limit)


def keys(arrivals: Arrivals, **asked: list[str]) -> list[str]:
    return [row.key for row in found(arrivals, asked=asked).rows]


def append(file: Path, *values: Any, end: str = "\n") -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n".join(json.dumps(value) for value in values) + end)


def test_a_folder_that_is_not_there_is_an_empty_list(tmp_path: Path) -> None:
    assert found(Arrivals(tmp_path / "none")).total == 0


def test_messages_are_listed_newest_first_with_what_became_of_them(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    one = folder.put(newsletter())
    two = folder.put(newsletter(), ip="192.0.2.7")
    folder.refuse()
    three = folder.put(newsletter(), ending="waiting")
    rows = found(Arrivals(tmp_path)).rows
    assert [row.key for row in rows if not row.key.startswith("refused-")] == [three, two, one]
    assert [(row.outcomes, row.by, row.states) for row in rows] == [
        (("delivered",), "deliver", ("waiting",)),
        (("refused",), "default action", ()),
        (("dropped",), "block-network", ()),
        (("delivered",), "deliver", ()),
    ]


def test_what_is_new_is_added_without_reading_the_rest_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.fill(500)
    arrivals = Arrivals(tmp_path)
    assert found(arrivals).total == 500
    read: list[int] = []
    cut = tailing.Tail._cut

    def counting(tail: tailing.Tail, content: bytes) -> list[tuple[int, bytes]]:
        read.append(len(content))
        return cut(tail, content)

    monkeypatch.setattr(tailing.Tail, "_cut", counting)
    version = arrivals.look()
    assert read == []
    key = folder.put(newsletter())
    assert keys(arrivals)[0] == key
    assert sum(read) < 10_000
    assert arrivals.look() > version


def test_a_line_that_is_half_written_waits_for_its_end(tmp_path: Path) -> None:
    Folder(tmp_path)
    accepted = {"id": number_id(1), "at": at(1), "envelope": {"recipients": ["b@example.com"]}}
    text = json.dumps(accepted)
    arrivals = Arrivals(tmp_path)
    file = tmp_path / "messages.jsonl"
    file.write_text(text[:20])
    assert found(arrivals).total == 0
    file.write_text(f"{text}\n")
    assert keys(arrivals) == [number_id(1)]


def test_events_that_are_read_before_their_message_wait_for_it(tmp_path: Path) -> None:
    key = number_id(1)
    judged = {"recipient": "b@example.com", "outcome": "stored", "by": "keep", "rules": ["keep"]}
    append(
        tmp_path / "events.jsonl",
        {"id": key, "at": at(2), "event": "judged", "recipients": [judged]},
        {"id": key, "at": at(3), "event": "finished"},
    )
    arrivals = Arrivals(tmp_path)
    assert found(arrivals).total == 0
    append(tmp_path / "messages.jsonl", {"id": key, "at": at(1)})
    (row,) = found(arrivals).rows
    assert (row.outcomes, row.finished, len(row.events)) == (("stored",), True, 2)


def test_waiting_ends_when_it_is_delivered_and_a_failure_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    key = folder.put(newsletter(), ending="waiting")
    arrivals = Arrivals(tmp_path)
    assert found(arrivals).rows[0].states == ("waiting",)
    happening = {"id": key, "at": at(9), "target": "exchange", "host": "h", "recipients": []}
    append(tmp_path / "events.jsonl", {**happening, "event": "delivered"})
    assert found(arrivals).rows[0].states == ("underway",)
    append(tmp_path / "events.jsonl", {**happening, "event": "failed"})
    append(tmp_path / "events.jsonl", {"id": key, "at": at(9), "event": "finished"})
    assert found(arrivals).rows[0].states == ("failed",)
    assert found(arrivals).counts["state"]["failed"] == 1
    assert found(arrivals).counts["state"]["waiting"] == 0


def test_words_and_filters_find_what_has_all_of_them(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    one = folder.put(newsletter(), sender="news@example.org")
    two = folder.put(
        b"From: ann@example.org\r\nSubject: =?utf-8?q?R=C3=BCben?=\r\n\r\n",
        recipients=("x@example.com", "dora@example.com"),
        ip="192.0.2.7",
    )
    folder.refuse("eve@elsewhere.example")
    arrivals = Arrivals(tmp_path)
    assert keys(arrivals, q=["LYON"]) == [one]
    assert keys(arrivals, q=["rüben"]) == [two]
    assert keys(arrivals, q=["dora ann"]) == [two]
    assert keys(arrivals, q=["dora lyon"]) == []
    assert keys(arrivals, q=[one[:12]]) == [one]
    assert keys(arrivals, q=["192.0.2.7"]) == [two]
    assert keys(arrivals, outcome=["dropped"]) == [two]
    assert len(keys(arrivals, outcome=["dropped", "delivered"])) == 2
    assert keys(arrivals, rule=["mark-external"]) == [one]
    assert keys(arrivals, rule=["default action"])[0].startswith("refused-")
    assert len(keys(arrivals, point=["public-mx"])) == 3
    assert keys(arrivals, point=["other"]) == []
    assert keys(arrivals, before=["1"]) == [one]


def test_counts_are_those_of_all_rows(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.fill(70)
    folder.refuse()
    counts = found(Arrivals(tmp_path), asked={"q": ["no such"]}).counts
    assert counts["outcome"] == {"dropped": 10, "delivered": 60, "refused": 1}
    assert counts["point"] == {"public-mx": 71}
    assert counts["state"]["underway"] == 0


def test_pages_of_the_list_are_all_of_it_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.fill(250)
    arrivals = Arrivals(tmp_path)
    whole = [row.key for row in found(arrivals, limit=1000).rows]
    paged = [
        row.key for at in range(0, 300, 60) for row in found(arrivals, offset=at, limit=60).rows
    ]
    assert paged == whole == [number_id(number) for number in reversed(range(250))]


def test_a_file_that_was_replaced_is_read_from_its_beginning(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.fill(10)
    arrivals = Arrivals(tmp_path)
    version = arrivals.look()
    for name in ("messages.jsonl", "events.jsonl"):
        (tmp_path / name).unlink()
    append(tmp_path / "messages.jsonl", {"id": number_id(99), "at": at(99)})
    assert keys(arrivals) == [number_id(99)]
    assert arrivals.look() > version


def test_the_oldest_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.fill(120)
    arrivals = Arrivals(tmp_path, most=100)
    first = found(arrivals, limit=1000)
    assert (first.every, first.left_out, first.newest) == (90, 30, 120)
    assert sum(first.counts["outcome"].values()) == 90
    assert [row.key for row in first.rows] == [number_id(n) for n in range(119, 29, -1)]
    # What still happens to a message that was left out is nothing to the list.
    append(tmp_path / "events.jsonl", {"id": number_id(1), "at": at(500), "event": "finished"})
    assert found(arrivals).every == 90


def test_lines_that_are_no_objects_or_too_long_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tailing, "LONGEST_LINE", 5000)
    monkeypatch.setattr(tailing, "AT_ONCE", 1000)
    file = tmp_path / "messages.jsonl"
    long = json.dumps({"id": number_id(3), "at": "x" * 20_000})
    lines = ["", "null", "[]", "{", "\x00", '{"id": 5}', "[" * 5000, long]
    wrong = {
        "id": number_id(1),
        "at": 7,
        "header": [],
        "envelope": {"recipients": "x"},
        "size": "y",
    }
    file.write_text("\n".join([*lines, json.dumps(wrong), ""]))
    append(tmp_path / "events.jsonl", {"event": 5}, {"id": number_id(1), "event": None}, [1], "x")
    assert keys(Arrivals(tmp_path)) == [number_id(1)]


def test_rows_hold_nothing_long(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put(b"From: " + b"f" * 100_000 + b"\r\nSubject: " + b"s" * 100_000 + b"\r\n\r\n")
    (row,) = found(Arrivals(tmp_path)).rows
    assert len(json.dumps(row.shown())) < 1500
    assert len(row.sought) <= 4000
    assert DIGEST
    assert POINT
