"""How much is read of files and of files in archives, and in which order and memory."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tracemalloc
import zipfile
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
import read_plainly

from mmctl import inputs
from mmctl.mail import listing, mbox, sources, tar_reader
from mmctl.mail.listing import files_below
from mmctl.mail.partial import FIRST_BYTES, Message, Needs
from mmctl.mail.reader import read_email
from mmctl.mail.sources import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HEADER: Final = Needs(body=False)
SIZES: Final = (10, FIRST_BYTES - 40, FIRST_BYTES, FIRST_BYTES + 1, 200_000)


def message(number: int, size: int) -> bytes:
    return f"From: {number}@example.com\r\nSubject: {number}\r\n\r\n".encode() + b"x\n" * (
        size // 2
    )


def tar(contents: Iterable[bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for number, content in enumerate(contents):
            info = tarfile.TarInfo(f"{number}.eml")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(contents: Iterable[bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.eml", content)
    return buffer.getvalue()


def box(contents: Iterable[bytes]) -> bytes:
    return b"".join(b"From a\n" + content + b"\n" for content in contents)


PLACES: Final[dict[str, Callable[[Iterable[bytes]], bytes]]] = {
    "a.tar": tar,
    "a.tar.gz": lambda contents: gzip.compress(tar(contents)),
    "a.zip": zipped,
    "a.mbox": box,
    "a.eml.gz": lambda contents: gzip.compress(list(contents)[-1]),
    "a.eml": lambda contents: list(contents)[-1],
    "out.tar": lambda contents: tar([tar(contents), zipped(contents)]),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_first_bytes_are_enough_wherever_a_message_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PLACES[name](message(number, size) for number, size in enumerate(SIZES)))
    whole = list(messages([path]))
    first = list(messages([path], needs=HEADER))
    assert [each.name for each in first] == [each.name for each in whole]
    assert whole
    for full, part in zip(whole, first, strict=True):
        assert part.content == full.content[:FIRST_BYTES]
        assert len(part.content) + part.unread == len(full.content)
        email, read = read_email(full.content), read_email(part.content, unread=part.unread)
        assert (read.headers, read.notes) == (email.headers, email.notes)
        assert read.size <= email.size <= read.size_at_most


@pytest.mark.parametrize("name", PLACES)
def test_more_is_read_where_line_ends_decide_or_the_header_is_long(
    tmp_path: Path, name: str
) -> None:
    long = b"X-Long: " + b"x" * 60_000 + b"\n\n" + b"y" * 1_000_000
    path = tmp_path / name
    path.write_bytes(PLACES[name]([long]))
    (part,) = list(messages([path], needs=HEADER))[:1]
    assert 4 * FIRST_BYTES <= len(part.content) < 1_000_000
    near = Needs(body=False, sizes=frozenset({1_060_500}))
    assert max(each.unread for each in messages([path], needs=near)) < 1_000


def test_a_text_that_begins_blank_is_looked_at_further(tmp_path: Path) -> None:
    texts = {
        "blank": (b" \n\n" * 10_000, None),
        "late": (b" \n\n" * 10_000 + b"From: a@example.com\n\nbody", b" "),
        "none": (b" \n\n" * 10_000 + b"no header here\n\nFrom: a@example.com\n\n", None),
        "picture": (b"\x89PNG" + b"\n \n" * 10_000, None),
    }
    for name, (content, found) in texts.items():
        (tmp_path / name).write_bytes(content)
        left_out: list[object] = []
        whole = list(messages([tmp_path / name], skip=left_out.append))
        in_part = list(messages([tmp_path / name], needs=HEADER, skip=left_out.append))
        assert [bool(whole), bool(in_part)] == [found is not None] * 2, name
        assert left_out[:1] == left_out[1:], name


def test_an_mbox_is_split_as_it_is_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(3)  # noqa: S311 - the same ones each time
    pieces = [
        b"\n",
        b"\r\n",
        b"From ",
        b"From",
        b"x",
        b"\r",
        b">From ",
        b"\n\nFrom a",
        b"\n\r\nFrom",
    ]
    for _ in range(4_000):
        text = b"".join(dice.choices(pieces, k=dice.randint(0, 14)))
        monkeypatch.setattr(mbox, "_BLOCK", dice.choice((1, 2, 3, 5, 8, 13, 1000)))
        largest = dice.choice((5, 12, 999))
        read = mbox.messages_of_mbox("m", io.BytesIO(text), largest=largest, skip=lambda _: None)
        plain = enumerate(read_plainly.split_mbox(io.BytesIO(text), largest), start=1)
        assert list(read) == [(f"m#{number}", each) for number, each in plain if each is not None]
        sections = list(mbox.sections_of_mbox(io.BytesIO(text)))
        assert b"".join(text[start:end] for start, end in sections) == text


FORMS: Final = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def files_in(content: bytes) -> list[tuple[str, int, bytes] | str | None]:
    """The files of a tar, and how it ends."""
    found: list[tuple[str, int, bytes] | str | None] = []
    raw = io.BufferedReader(io.BytesIO(content))
    try:
        found.extend(
            None if file is None else (file.name, file.size, file.read(10**6))
            for file in tar_reader.TarReader(raw).files()
        )
    except tarfile.TarError as error:
        found.append(f"{type(error).__name__} {error}")
    return found


def test_headers_of_a_tar_are_read_as_tarfile_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(4)  # noqa: S311 - the same ones each time
    names = ["a", "a/b.eml", "d/", "ü.eml", "n" * 99, "n" * 100, "p/" * 60 + "f", "n" * 300]
    kinds = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.CONTTYPE)
    quick = tar_reader._Header.__dict__["_usual"]
    seen = 0
    for _ in range(400):
        buffer = io.BytesIO()
        form = dice.choice(FORMS)
        large = form != tarfile.USTAR_FORMAT
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            for _ in range(dice.randint(1, 4)):
                info = tarfile.TarInfo(dice.choice(names if large else names[:6]))
                info.type = dice.choice(kinds[: dice.choice((1, 5))])
                info.size = dice.choice((0, 5, 600)) if info.isreg() else 0
                info.mtime = dice.choice((0, 10**9, 2**40 if large else 1))
                info.uid = dice.choice((0, 1000, 2**30 if large else 1))
                archive.addfile(info, io.BytesIO(b"m" * info.size))
        content = bytearray(buffer.getvalue())
        if dice.random() < 0.5:
            for _ in range(dice.randint(1, 3)):
                content[dice.randrange(min(2048, len(content)))] = dice.choice((0, 32, 48, 55, 255))
        if dice.random() < 0.2:
            del content[dice.randrange(len(content)) :]
        monkeypatch.setattr(tar_reader._Header, "_usual", quick)
        read = files_in(bytes(content))
        monkeypatch.setattr(tar_reader._Header, "_usual", classmethod(lambda *_: None))
        assert read == files_in(bytes(content))
        seen += len(read)
    assert seen > 400


def test_headers_of_files_as_programs_write_them_are_usual() -> None:
    blocks = [tar([b"content"], form)[: tarfile.BLOCKSIZE] for form in FORMS]
    headers = [tar_reader._Header._usual(block, "utf-8", "strict") for block in blocks]
    assert [header and header.name for header in headers] == ["0.eml"] * len(FORMS)


def test_files_are_listed_folder_by_folder_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["b/2", "b/1", "a.eml", "b.eml", "b-c/x", "ü", "Z", "\udcff", ".h", ".d/x", "e/cur/1"]
    names += ["m/cur/2", "m/new/1", "m/tmp/3", "m/.Sent/cur/4", "m/.Sent/new/5", "m/x", "10", "9"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a.eml")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "nothing").symlink_to(tmp_path / "gone")
    expected = ["10", "9", "Z", "a.eml", "b/1", "b/2", "b-c/x", "b.eml", "e/cur/1", "link"]
    expected = sorted(expected, key=lambda name: name.split("/")[0])
    expected += ["m/.Sent/cur/4", "m/.Sent/new/5", "m/cur/2", "m/new/1", "ü", "\udcff"]
    for unpacked in (1000, 3, 1):
        monkeypatch.setattr(listing, "_MOST_UNPACKED", unpacked)
        found = [os.path.relpath(path, tmp_path) for path in files_below(str(tmp_path))]
        assert found == expected


def test_the_first_message_comes_before_the_other_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    way = inputs.open_listed

    def noted(path: str) -> tuple[int, int] | None:
        opened.append(path)
        return way(path)

    monkeypatch.setattr(sources, "open_listed", noted)
    for number in range(50):
        (tmp_path / f"{number:02}").write_bytes(message(number, 10))
    found = messages([tmp_path], needs=HEADER)
    assert next(found) == Message(str(tmp_path / "00"), message(0, 10))
    assert opened == [str(tmp_path / "00")]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.mbox"])
def test_the_messages_of_an_archive_do_not_stay_in_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PLACES[name](message(number, 100) for number in range(6_000)))
    found = messages([path], needs=HEADER)
    for _ in range(500):
        next(found)
    tracemalloc.start()
    try:
        for _ in range(500):
            next(found)
        before = tracemalloc.get_traced_memory()[0]
        assert sum(1 for _ in zip(found, range(4_500), strict=False)) == 4_500
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 100_000


@pytest.mark.parametrize("name", PLACES)
def test_the_first_bytes_may_end_within_a_line_end(tmp_path: Path, name: str) -> None:
    head = b"From: a@example.com\r\nX-Fill: "
    contents = [
        head + b"x" * (FIRST_BYTES - len(head) - 4 - more) + b"\r\n\r\n" + b"yy\r\n" * 9000
        for more in (0, 1, 2, 3, 40, 41, 42, 43)
    ]
    blank = [b"\r\n" * (FIRST_BYTES // 2 + odd) + b"\nSubject: a\n\n" for odd in (0, 1)]
    texts = contents if name == "box.mbox" else [*contents, b"\n" + blank[0], *blank]
    path = tmp_path / name
    path.write_bytes(PLACES[name](texts))
    for needs in (HEADER, Needs(), Needs(body=False, sizes=frozenset({60_000.0}))):
        found = list(messages([path], needs=needs, skip=lambda _: None))
        plain = list(messages([path], skip=lambda _: None))
        assert [each.name for each in found] == [each.name for each in plain]
        for mine, whole in zip(found, plain, strict=True):
            assert whole.content.startswith(mine.content)
            assert mine.unread == len(whole.content) - len(mine.content)
            assert not (mine.unread and mine.content.endswith(b"\r"))
