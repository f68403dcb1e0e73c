"""A log on disk: whole lines, bounded, and nothing lost without a word."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING

from mmctl.emulator.records import log_file
from mmctl.emulator.records.log_file import REMOVED, LogFile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def line(number: int) -> bytes:
    return json.dumps({"event_timestamp": number, "x": "y" * 80}).encode() + b"\n"


def test_full_files_get_a_number_and_the_oldest_are_removed_and_named(tmp_path: Path) -> None:
    said: list[str] = []
    log = LogFile(tmp_path, "a", on_trouble=said.append, file_bytes=500, log_bytes=1200)
    for number in range(40):
        log.write(line(number))
    log.close()
    kept = sorted(tmp_path.glob("a*.jsonl"), key=lambda path: (path.name == "a.jsonl", path.name))
    numbers = [
        json.loads(each)["event_timestamp"]
        for path in kept
        for each in path.read_text(encoding="ascii").splitlines()
    ]
    removed = [json.loads(each) for each in (tmp_path / REMOVED).read_text("ascii").splitlines()]
    assert numbers == list(range(removed[-1]["last"] + 1, 40))
    assert len(said) == len(removed) > 0
    assert sum(path.stat().st_size for path in kept[:-1]) <= 1200


def test_a_log_goes_on_in_a_new_line_where_the_last_one_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + b'{"event_ti')
    log = LogFile(tmp_path, "a", on_trouble=print)
    log.write(line(2))
    log.close()
    assert path.read_bytes().splitlines() == [line(1)[:-1], b'{"event_ti', line(2)[:-1]]


def test_a_log_that_somebody_deleted_begins_again(tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "logs"
    folder.mkdir()
    log = LogFile(folder, "a", on_trouble=said.append)
    log.write(line(1))
    (folder / "a.jsonl").unlink()
    log.write(line(2))
    assert (folder / "a.jsonl").read_bytes() == line(2)
    (folder / "a.jsonl").unlink()
    folder.rmdir()
    log.write(line(3))
    folder.mkdir()
    log.write(line(4))
    log.close()
    assert (folder / "a.jsonl").read_bytes() == line(3) + line(4)
    assert [each.partition(":")[2].strip() for each in said][:1] == [
        "no such file or directory; records wait in memory"
    ]


def test_what_a_full_disk_does_not_take_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    log = LogFile(tmp_path, "a", on_trouble=said.append)
    log.write(line(1))
    real = os.write

    def no_room(handle: int, content: bytes) -> int:
        """Half of it, then nothing."""
        if len(content) < len(line(2)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, content[:50])

    monkeypatch.setattr(os, "write", no_room)
    log.write(line(2))
    log.write(line(3))
    assert (tmp_path / "a.jsonl").read_bytes() == line(1)
    monkeypatch.setattr(os, "write", real)
    log.write(line(4))
    log.close()
    assert (tmp_path / "a.jsonl").read_bytes() == b"".join(map(line, (1, 2, 3, 4)))
    assert ["wait in memory" in said[0], "can be written again" in said[1]] == [True, True]
    assert len(said) == 2


def test_records_that_no_memory_is_left_for_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(log_file, "WAITING_BYTES", 250)
    (tmp_path / "a.jsonl").mkdir()
    log = LogFile(tmp_path, "a", on_trouble=said.append)
    for number in range(5):
        log.write(line(number))
    log.close()
    assert said[-1].startswith("5 records of")
