"""Archives in archives: what is in a member decides, and no file unpacks to more than it may."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from read_whole import messages

from mmctl.errors import UsageError
from mmctl.mail import allowance, archives
from mmctl.mail.left_out import LeftOut, Why, with_reasons

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A = b"From: a@example.com\r\n\r\nA\r\n"
B = b"From: b@example.com\r\n\r\nB\r\n"
MBOX = b"From a\n" + A + b"\nFrom b\n" + B + b"\n"
IN_MBOX = [b"From a\n" + A, b"From b\n" + B]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


def tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


ARCHIVES: dict[str, Callable[[dict[str, bytes]], bytes]] = {"tar": tar, "zip": zipped}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}


def read(path: Path) -> tuple[list[tuple[str, bytes]], list[LeftOut]]:
    """The messages of a path, named without its folder, and what was left out."""
    left_out: list[LeftOut] = []
    found = list(messages([path], skip=left_out.append))
    short = str(path.parent) + os.sep
    return [(name.removeprefix(short), content) for name, content in found], left_out


def reasons(left_out: list[LeftOut]) -> list[tuple[str, Why]]:
    return [(each.name.rpartition(os.sep)[2], each.why) for each in left_out]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_mbox_in_an_archive_gives_each_of_its_messages(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"box.{kind}"
    path.write_bytes(ARCHIVES[kind]({"in/a.mbox": MBOX, "b.eml": A}))
    found, left_out = read(path)
    assert found == [
        (f"box.{kind}:in/a.mbox#1", IN_MBOX[0]),
        (f"box.{kind}:in/a.mbox#2", IN_MBOX[1]),
        (f"box.{kind}:b.eml", A),
    ]
    assert left_out == []


@pytest.mark.parametrize("outer", ARCHIVES)
@pytest.mark.parametrize("inner", ARCHIVES)
@pytest.mark.parametrize("packed", [None, *PACKERS])
def test_an_archive_in_an_archive_is_read_packed_or_not(
    tmp_path: Path, outer: str, inner: str, packed: str | None
) -> None:
    content = ARCHIVES[inner]({"a.eml": A, "box": MBOX})
    name = f"inner.{inner}"
    if packed is not None:
        content, name = PACKERS[packed](content), f"{name}.{packed}"
    path = tmp_path / f"outer.{outer}"
    path.write_bytes(ARCHIVES[outer]({name: content}))
    found, left_out = read(path)
    assert [content for _, content in found] == [A, *IN_MBOX]
    assert found[2][0] == f"outer.{outer}:{name}:box#2"
    assert left_out == []


def test_a_message_deep_inside_is_asked_about_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped({"no.txt": b"no message", "in.tar": tar({"a.mbox": MBOX, "x": A})}))
    for name, content in (("in.tar:a.mbox#2", IN_MBOX[1]), ("in.tar:x", A)):
        assert list(messages([f"{path}:{name}"])) == [(f"{path}:{name}", content)]
    with pytest.raises(UsageError, match=r"no\.txt` has no message headers"):
        list(messages([f"{path}:no.txt"]))


@pytest.mark.parametrize("kind", ["folder", *ARCHIVES])
def test_what_is_no_message_is_left_out_and_counted(tmp_path: Path, kind: str) -> None:
    members = {
        "a.eml": A,
        "empty": b"",
        "blank.eml": b"\r\n \r\n",
        "logo.dat": PICTURE,
        "README": b"Mail of November.\n\nFrom: nobody\n",
        "inner.rar": b"Rar!\x1a\x07\0",
        "broken.tgz": b"\x1f\x8bbroken",
        "no.tar": b"not a tar",
        "z.zip": b"PK\x03\x04broken",
    }
    path = tmp_path / "mail"
    if kind == "folder":
        path.mkdir()
        for name, content in members.items():
            (path / name).write_bytes(content)
    else:
        path.write_bytes(ARCHIVES[kind](members))
    found, left_out = read(path)
    assert [content for _, content in found] == [A]
    named = {each.name.rpartition(os.sep)[2].rpartition(":")[2]: each.why for each in left_out}
    assert named == {
        "empty": Why.EMPTY,
        "blank.eml": Why.EMPTY,
        "logo.dat": Why.NO_MESSAGE,
        "README": Why.NO_MESSAGE,
        "inner.rar": Why.UNREADABLE,
        "broken.tgz": Why.UNREADABLE,
        "no.tar": Why.UNREADABLE,
        "z.zip": Why.UNREADABLE,
    }
    assert len(left_out) == len(named)


def test_what_was_left_out_is_counted_by_reason() -> None:
    counts = {Why.NO_MESSAGE: 1, Why.EMPTY: 2, Why.UNREADABLE: 0}
    assert with_reasons(counts) == "3 (2 empty, 1 no message)"


def test_the_place_or_the_name_of_a_text_without_headers_may_say_that_it_is_a_message(
    tmp_path: Path,
) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "m" / folder).mkdir(parents=True)
    (tmp_path / "m" / "new" / "1").write_bytes(b"only a body\n")
    (tmp_path / "body.eml").write_bytes(b"only a body\n")
    for path in (tmp_path / "m", tmp_path / "body.eml"):
        assert [content for _, content in read(path)[0]] == [b"only a body\n"]
    assert list(messages(["-"], io.BytesIO(b"only a body\n"))) == [("-", b"only a body\n")]


def test_what_comes_through_standard_input_is_read_like_a_file() -> None:
    for content in (MBOX, gzip.compress(MBOX)):
        assert list(messages(["-"], io.BytesIO(content))) == [
            ("-#1", IN_MBOX[0]),
            ("-#2", IN_MBOX[1]),
        ]
    assert list(messages(["-"], io.BytesIO(tar({"a": A})))) == [("-:a", A)]


def bomb(levels: int) -> bytes:
    content = A
    for _ in range(levels):
        content = tar({"a": content})
    return content


def test_archives_inside_each_other_are_read_to_a_stated_depth(tmp_path: Path) -> None:
    path = tmp_path / "deep.tar"
    path.write_bytes(bomb(allowance.DEEPEST + 1))
    assert [content for _, content in read(path)[0]] == [A]
    path.write_bytes(bomb(allowance.DEEPEST + 2))
    found, left_out = read(path)
    assert found == []
    assert [each.reason for each in left_out] == [
        f"is in more than {allowance.DEEPEST} archives inside each other"
    ]
    path.write_bytes(b"")
    packed = A
    for _ in range(allowance.DEEPEST + 1):
        packed = gzip.compress(packed)
    path = tmp_path / "a.gz"
    path.write_bytes(packed)
    with pytest.raises(UsageError, match="archives inside each other"):
        read(path)


@pytest.mark.parametrize("shape", ["mbox.gz", "tar.gz", "zip", "zip in zip"])
def test_a_file_that_unpacks_to_far_more_than_its_size_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr(allowance, "ALWAYS", 1024**2)
    monkeypatch.setattr(archives, "LARGEST_MESSAGE", 256 * 1024)
    large = A + b"x" * 200_000
    many = {f"{number:02}.eml": large for number in range(40)}
    content = {
        "mbox.gz": lambda: gzip.compress(b"From a\n" + A + b"\n" + bytes(8_000_000)),
        "tar.gz": lambda: gzip.compress(tar(many)),
        "zip": lambda: zipped(many),
        "zip in zip": lambda: zipped({"in.zip": zipped(many)}),
    }[shape]()
    folder = tmp_path / "mail"
    folder.mkdir()
    path = folder / f"bomb.{shape}"
    path.write_bytes(content)
    (folder / "z.eml").write_bytes(B)
    with pytest.raises(UsageError, match="unpacks to more than") as caught:
        read(path)
    assert f"`{path}`" in caught.value.message
    found, left_out = read(folder)
    assert found[-1] == ("mail/z.eml", B)
    assert len(found) < 10
    assert reasons(left_out)[-1:] == [(path.name, Why.UNREADABLE)]


def test_the_files_of_an_archive_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "MEMBERS", 3)
    monkeypatch.setattr(allowance.Allowance, "of", lambda _: allowance.Allowance(10**6, 3))
    path = tmp_path / "a.tar"
    path.write_bytes(tar({"a": A, "in.zip": zipped({"b": B, "c": B})}))
    with pytest.raises(UsageError, match="holds more than 3 files"):
        read(path)


def test_a_name_in_a_tar_that_fills_the_memory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        member = tarfile.TarInfo("n" * 2_000_000)
        member.size = len(A)
        archive.addfile(member, io.BytesIO(A))
    with pytest.raises(UsageError, match="is not a readable archive"):
        read(path)


def test_a_chain_of_long_names_is_no_traceback(tmp_path: Path) -> None:
    member = tarfile.TarInfo("n" * 200)
    block = member.tobuf(tarfile.GNU_FORMAT)[:1024]
    path = tmp_path / "a.tar"
    path.write_bytes(block * 3000)
    with pytest.raises(UsageError, match="is not a readable archive"):
        read(path)


def test_the_last_message_of_an_mbox_ends_as_the_others_do(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(MBOX.replace(b"\r\n", b"\n"))
    lengths = [len(content) for _, content in read(path)[0]]
    assert lengths == [len(each.replace(b"\r\n", b"\n")) for each in IN_MBOX]
    path.write_bytes((MBOX + b"\n").replace(b"\r\n", b"\n"))
    assert len(read(path)[0][1][1]) == lengths[1] + 1  # a blank line of its own stays


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_or_device_is_not_waited_for(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "endless"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="this is a named pipe, expected a file"):
        read(pipe)
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        pytest.skip("devices cannot be made here")
    with pytest.raises(UsageError, match="this is a device, expected a file"):
        read(device)


@given(st.recursive(st.just(A), lambda inner: st.dictionaries(st.sampled_from("abc"), inner)))
def test_every_message_of_any_nesting_is_found_once(
    tmp_path_factory: pytest.TempPathFactory, shape: bytes | dict[str, object]
) -> None:
    count = 0

    def packed(part: object, depth: int) -> bytes:
        nonlocal count
        if isinstance(part, bytes) or depth >= allowance.DEEPEST:
            count += 1
            return A
        assert isinstance(part, dict)
        members = {name: packed(inner, depth + 1) for name, inner in part.items()}
        return (tar, zipped)[len(members) % 2](members)

    path = tmp_path_factory.mktemp("nested") / "file.eml"
    path.write_bytes(packed(shape, 0))
    found, left_out = read(path)
    assert len(found) == count
    assert len({name for name, _ in found}) == count
    assert all(each.why is Why.EMPTY for each in left_out)  # an archive without files


def test_a_zip_that_was_packed_once_more_gives_its_messages(tmp_path: Path) -> None:
    path = tmp_path / "box.zip.gz"
    path.write_bytes(gzip.compress(zipped({"a.eml": A, "b.mbox": MBOX})))
    assert [message for _, message in messages([path])] == [A, *IN_MBOX]


@pytest.mark.parametrize("name", ["2024-January.txt", "2024-January.txt.gz", "a.mbox", "a"])
def test_an_mbox_is_one_whatever_its_name_is(tmp_path: Path, name: str) -> None:
    content = gzip.compress(MBOX) if name.endswith(".gz") else MBOX
    path = tmp_path / name
    path.write_bytes(content)
    assert [message for _, message in messages([path])] == IN_MBOX
    path.write_bytes(zipped({name: content}))
    assert [message for _, message in messages([path])] == IN_MBOX
