"""Inputs taken apart, and read by whoever judges: the same messages as read in one go."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from read_whole import messages

from mmctl.errors import UsageError
from mmctl.mail import units as taking_apart
from mmctl.mail.allowance import Allowance
from mmctl.mail.mbox import messages_of_mbox, sections_of_mbox
from mmctl.mail.tar_members import members_of
from mmctl.mail.units import Given, Section, WholeFile, read, units_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mmctl.mail.left_out import LeftOut
    from mmctl.mail.units import Unit

Found = tuple[list[tuple[str, bytes]], list[tuple[str, str]], str]


@pytest.fixture(autouse=True)
def _anything_may_hold_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_apart, "_MAY_HOLD_MANY", 0)


def in_one_go(paths: Sequence[Path]) -> Found:
    found: list[tuple[str, bytes]] = []
    left_out: list[LeftOut] = []
    error = ""
    try:
        found.extend(messages(paths, skip=left_out.append))
    except UsageError as refused:
        error = refused.message
    return found, [(each.name, each.reason) for each in left_out], error


def in_parts(paths: Sequence[Path], at_once: int) -> Found:
    found: list[tuple[str, bytes]] = []
    left_out: list[LeftOut] = []
    error = ""
    units: list[Unit] = []
    try:
        units.extend(units_at(paths))
    except UsageError as refused:
        error = refused.message
    try:
        for start in range(0, len(units), at_once):
            part = units[start : start + at_once]
            found.extend(message[:2] for message in read(part, skip=left_out.append))
    except UsageError as refused:
        error = refused.message
    return found, [(each.name, each.reason) for each in left_out], error


def message(number: int, size: int = 40) -> bytes:
    return f"Subject: {number}\r\n\r\n".encode() + b"x" * size


def tar(*files: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name.endswith("/"):
                info.type = tarfile.DIRTYPE
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


LONG = "folder/" * 40
PLAIN = [(f"{n}.eml", message(n, 600 * n)) for n in range(5)]
MBOX = b"".join(b"From a@example.org\n" + message(n) + b"\n\n" for n in range(7))
FILES = {
    "plain.tar": tar(*PLAIN),
    "long.tar": tar(*((f"{LONG}{name}", text) for name, text in PLAIN)),
    "gnu.tar": tar(*((f"{LONG}{name}", text) for name, text in PLAIN), form=tarfile.GNU_FORMAT),
    "letters.tar": tar(*((f"größe/{name}", text) for name, text in PLAIN)),
    "folders.tar": tar(("a/", b""), PLAIN[0], ("b/", b""), *PLAIN[1:], ("c/", b"")),
    "cut.tar": tar(*PLAIN)[:-11_000],
    "without-end.tar": tar(*PLAIN).rstrip(b"\0") + b"\0" * 300,
    "damaged.tar": tar(*PLAIN[:3])[: 3 * 512 + 1024] + b"\1" * 2048,
    "bad-mode.tar": tar(*PLAIN).replace(b"0000644", b"00x0644", 3),
    "picture.tar": tar(PLAIN[0], ("a.png", b"\x89PNG" + b"a" * 600), ("empty", b""), *PLAIN[1:]),
    "nested.tar": tar(*PLAIN[:2], ("in.zip", zipped(*PLAIN)), *PLAIN[2:]),
    "box.tar": tar(*PLAIN[:2], ("a.mbox", MBOX), *PLAIN[2:]),
    "packed.tar": tar(PLAIN[0], ("1.eml.gz", gzip.compress(PLAIN[1][1])), *PLAIN[2:]),
    "nothing.tar": tar(),
    "cut-at-once.tar": tar(*PLAIN)[:300],
    "a.zip": zipped(*PLAIN, ("x.tar", tar(*PLAIN))),
    "a.mbox": MBOX,
    "b.mbox": MBOX.replace(b"\n\n", b"\n\r\n").replace(b"From a", b"From b\nFrom c", 2),
    "c.mbox.gz": gzip.compress(MBOX),
    "d.eml": b"From somebody\n" + message(9),
    "e.txt": b"no message",
    "f.rar": b"Rar!" + b"x" * 600,
    "g": b"",
    "cur/1": b"text without any header",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_messages_in_parts_are_those_in_one_go(folder: Path, at_once: int) -> None:
    together = in_one_go([folder])
    wrong = [
        name for name in FILES if in_parts([folder / name], at_once) != in_one_go([folder / name])
    ]
    assert wrong == []
    assert in_parts([folder], at_once) == together
    assert len(together[0]) > 80
    assert len(together[1]) > 8


def test_what_holds_single_messages_is_not_read_while_it_is_listed(folder: Path) -> None:
    def kinds(name: str) -> set[type[Unit]]:
        return {type(unit) for unit in units_at([folder / name])}

    assert kinds("plain.tar") == kinds("long.tar") == kinds("a.mbox") == {Section}
    assert kinds("d.eml") == {WholeFile}
    assert kinds("a.zip") == {Given}


def test_damaged_tars_in_parts_end_like_those_in_one_go(tmp_path: Path) -> None:
    chance = random.Random(12)  # noqa: S311
    sound = FILES["long.tar"], FILES["folders.tar"], FILES["picture.tar"], FILES["gnu.tar"]
    wrong = []
    for number in range(300):
        content = bytearray(chance.choice(sound))
        for _ in range(chance.choice([1, 1, 3])):
            block = 512 * chance.randrange(len(content) // 512)
            place = block + chance.choice([0, 99, 104, 124, 135, 148, 154, 156, 257, 263, 345, 500])
            content[place] = chance.choice(b"\0\x01 07xLg9S-\xff")
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        path = tmp_path / "damaged.tar"
        path.write_bytes(content)
        if in_parts([path], 2) != in_one_go([path]):
            wrong.append(number)
    assert wrong == []


def test_an_mbox_is_cut_where_it_is_split() -> None:
    chance = random.Random(4)  # noqa: S311
    parts = (b"From a\n", b"\n", b"\r\n", b"x\n", b"From", b" b\n", b"\r", b"y" * 70_000, b"\n\n")
    for _ in range(300):
        box = b"From first\n" + b"".join(chance.choices(parts, k=40))
        whole = [
            text for _, text in messages_of_mbox("m", io.BytesIO(box), largest=10**7, skip=print)
        ]
        cut = [
            text
            for start, end in sections_of_mbox(io.BytesIO(box))
            for _, text in messages_of_mbox(
                "m", io.BytesIO(box[start:end]), largest=10**7, skip=print
            )
        ]
        assert cut == whole


def test_a_message_begins_at_the_edge_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in range(1, 40):
        monkeypatch.setattr("mmctl.mail.mbox._BLOCK", size)
        assert len(list(sections_of_mbox(io.BytesIO(MBOX)))) == 7


def test_the_files_of_a_tar_are_counted(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("mmctl.mail.allowance.MEMBERS", 3)
    size = len(FILES["plain.tar"])
    allowance = Allowance(bytes=10**9, members=3)
    with pytest.raises(Exception, match="the rest of them are not read"):
        list(members_of(io.BytesIO(FILES["plain.tar"]), size, allowance))
    assert folder
