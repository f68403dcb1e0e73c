"""Messages kept in archives: one file and one line each, whoever writes at the same time."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.emulator.archive.keeping import ArchiveKeeper, archived_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARCHIVE = "a-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[ArchiveKeeper]:
    keeper = ArchiveKeeper(tmp_path)
    yield keeper
    keeper.close()


def lines_of(data: Path) -> list[dict[str, Any]]:
    text = (data / "archives" / ARCHIVE / "archived.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines() if line]


def test_a_kept_message_is_a_link_and_a_line(keeper: ArchiveKeeper, tmp_path: Path) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(b"Subject: x\r\n\r\n")
    file = keeper.keep(ARCHIVE, {"id": "m1"}, message)
    assert file == f"archives/{ARCHIVE}/m1.eml"
    assert (tmp_path / file).samefile(message)
    assert lines_of(tmp_path) == [
        {"id": archived_id(ARCHIVE, "m1"), "file": file, "accepted": {"id": "m1"}}
    ]


def test_a_second_copy_has_a_name_of_its_own(keeper: ArchiveKeeper, tmp_path: Path) -> None:
    files = [keeper.keep(ARCHIVE, {"id": "m1"}, text) for text in (b"one", b"two", b"three")]
    assert [(tmp_path / file).read_bytes() for file in files] == [b"one", b"two", b"three"]
    assert len({line["id"] for line in lines_of(tmp_path)}) == len(files)


def test_what_is_kept_again_after_a_kill_is_kept_once(
    keeper: ArchiveKeeper, tmp_path: Path
) -> None:
    keeper.keep(ARCHIVE, {"id": "m1"}, b"one")
    # A process was killed between the file and the line.
    (tmp_path / "archives" / ARCHIVE / "m2.eml").write_bytes(b"half")
    other = ArchiveKeeper(tmp_path)
    for id_ in ("m1", "m2"):
        other.keep(ARCHIVE, {"id": id_}, b"whole", again=True)
    other.close()
    assert [line["accepted"]["id"] for line in lines_of(tmp_path)] == ["m1", "m2"]
    assert (tmp_path / "archives" / ARCHIVE / "m2.eml").read_bytes() == b"whole"


def test_half_a_line_of_a_power_cut_spoils_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "archives" / ARCHIVE
    folder.mkdir(parents=True)
    (folder / "archived.jsonl").write_bytes(b'{"id": "m0-')
    keeper = ArchiveKeeper(tmp_path)
    keeper.keep(ARCHIVE, {"id": "m1"}, b"one")
    keeper.close()
    last = (folder / "archived.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["accepted"] == {"id": "m1"}


def test_threads_do_not_mix_their_lines(keeper: ArchiveKeeper, tmp_path: Path) -> None:
    def keep(start: int) -> None:
        for number in range(start, start + 50):
            keeper.keep(ARCHIVE, {"id": f"m{number}", "header": {"subject": "x" * 5000}}, b"")

    threads = [threading.Thread(target=keep, args=(start,)) for start in range(0, 200, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line["accepted"]["id"] for line in lines_of(tmp_path)) == sorted(
        f"m{number}" for number in range(200)
    )


@pytest.mark.parametrize(
    ("archive", "message"), [("../x", "m1"), (ARCHIVE, "../m1"), ("a-/..", "m")]
)
def test_no_id_leads_out_of_the_folder(keeper: ArchiveKeeper, archive: str, message: str) -> None:
    with pytest.raises(ValueError, match="no ids"):
        keeper.keep(archive, {"id": message}, b"")
