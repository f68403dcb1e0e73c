"""Where messages come from, and what is said when they cannot be read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from read_whole import messages

from mmctl.errors import UsageError
from mmctl.mail import archives
from mmctl.mail.mbox import messages_of_mbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mmctl.mail.left_out import LeftOut

A = b"From: a@example.com\r\n\r\nA\r\n"
B = b"From: b@example.com\r\n\r\nB\r\n"


class Skipped(list[tuple[str, str]]):
    """Notes what is left out: its name and the reason."""

    def __call__(self, left_out: LeftOut) -> None:
        self.append((left_out.name, left_out.reason))


def write_tar(path: Path, mode: str, members: dict[str, bytes]) -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # mode is a parameter
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_file_is_one_message_even_with_a_from_line(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"From a\n\n\nFrom b\n\n")
    assert list(messages([path])) == [(str(path), b"From a\n\n\nFrom b\n\n")]


def test_a_folder_is_read_below_and_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.eml").write_bytes(A)
    (tmp_path / "a.eml").write_bytes(B)
    (tmp_path / ".hidden").write_bytes(b"no")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_bytes(b"no")
    assert list(messages([tmp_path])) == [
        (str(tmp_path / "a.eml"), B),
        (str(tmp_path / "b" / "1.eml"), A),
    ]


def test_a_maildir_gives_what_was_delivered_and_its_folders(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "cur" / "1:2,S").write_bytes(A)
    (tmp_path / "new" / "2").write_bytes(B)
    (tmp_path / "tmp" / "3").write_bytes(b"half written")
    (tmp_path / ".Sent" / "cur" / "4").write_bytes(A)
    (tmp_path / "dovecot-uidlist").write_bytes(b"no message")
    read = [(name.removeprefix(str(tmp_path)), message) for name, message in messages([tmp_path])]
    assert read == [("/.Sent/cur/4", A), ("/cur/1:2,S", A), ("/new/2", B)]


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(A)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [name for name, _ in messages([tmp_path])] == [str(tmp_path / "a.eml")]


def test_an_mbox_is_split_at_from_lines_after_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(
        b"From a\nX: 1\n\nFrom\n>From x\nFrom no\n\nFrom b\nX: 2\n\n\nFrom c\r\n\r\nFrom d"
    )
    assert list(messages([path])) == [
        (f"{path}#1", b"From a\nX: 1\n\nFrom\n>From x\nFrom no\n"),
        (f"{path}#2", b"From b\nX: 2\n\n"),
        (f"{path}#3", b"From c\r\n"),
        (f"{path}#4", b"From d"),
    ]


@given(
    st.lists(
        st.text(st.characters(max_codepoint=127), max_size=40).filter(
            lambda text: "From " not in text
        ),
        min_size=1,
        max_size=5,
    )
)
def test_an_mbox_gives_back_what_was_put_into_it(bodies: list[str]) -> None:
    written = [f"From a@example.com\nX: 1\n\n{body}\n".encode() for body in bodies]
    file = io.BytesIO(b"\n".join([*written, b""]))
    read = [message for _, message in messages_of_mbox("m", file, largest=999, skip=Skipped())]
    assert read == written


def test_a_message_of_an_mbox_that_is_too_large_is_left_out() -> None:
    skipped = Skipped()
    content = b"From a\n\n" + b"x" * 200_000 + b"\n\nFrom b\n\nshort\n"
    read = messages_of_mbox(
        "m",
        io.BytesIO(content),
        largest=1000,
        skip=skipped,
    )
    assert list(read) == [("m#2", b"From b\n\nshort\n")]
    assert skipped == [("m#1", "has more than 1000 bytes, the most that is read of a message")]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tar.xz", "w:xz"), ("a.x", "w:bz2")]
)
def test_a_tar_is_read_in_its_order(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    write_tar(path, mode, {"z/b.eml": B, "../../a.eml": A})
    assert list(messages([path])) == [(f"{path}:z/b.eml", B), (f"{path}:../../a.eml", A)]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_folders_and_links_in_a_tar_are_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo("entry")
            member.type = kind
            member.linkname = "/etc/hostname"
            archive.addfile(member)
    assert list(messages([path])) == []


def test_a_zip_is_read_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "mails.zip"
    write_zip(path, {"b.eml": B, "folder/": b"", "folder/a.eml": A})
    assert list(messages([path])) == [(f"{path}:b.eml", B), (f"{path}:folder/a.eml", A)]


@pytest.mark.parametrize("kind", ["tar", "zip", "eml"])
def test_a_message_that_is_too_large_is_skipped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(archives, "LARGEST_MESSAGE", 1024 * 1024)
    path = tmp_path / f"a.{kind}"
    bomb = {"bomb": b"\0" * (1024 * 1024 + 1), "a.eml": A}
    if kind == "tar":
        write_tar(path, "w:xz", bomb)
    elif kind == "zip":
        write_zip(path, bomb)
    else:
        path.write_bytes(bomb["bomb"])
    skipped = Skipped()
    read = list(messages([path], skip=skipped))
    assert [message for _, message in read] == ([] if kind == "eml" else [A])
    name = str(path) if kind == "eml" else f"{path}:bomb"
    assert skipped == [(name, "has more than 1 MiB, the most that is read of a message")]
    with pytest.raises(UsageError, match="has more than 1 MiB"):
        list(messages([path]))


def test_an_encrypted_member_of_a_zip_is_skipped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_zip(path, {"a.eml": A})
    content = bytearray(path.read_bytes())
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + flags] |= 1
    path.write_bytes(content)
    skipped = Skipped()
    assert list(messages([path], skip=skipped)) == []
    assert skipped == [
        (f"{path}:a.eml", "is encrypted, or packed in an unsupported way"),
    ]


def test_standard_input_is_one_message() -> None:
    assert list(messages(["-"], io.BytesIO(A))) == [("-", A)]


def test_a_pipe_is_read_like_a_file() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, A)
    os.close(write_end)
    try:
        assert list(messages([f"/dev/fd/{read_end}"])) == [(f"/dev/fd/{read_end}", A)]
    finally:
        os.close(read_end)


def test_a_zip_is_read_from_a_pipe(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", {"a.eml": A})
    read_end, write_end = os.pipe()
    os.write(write_end, (tmp_path / "a.zip").read_bytes())
    os.close(write_end)
    name = f"/dev/fd/{read_end}"
    try:
        assert list(messages([name])) == [(f"{name}:a.eml", A)]
    finally:
        os.close(read_end)


def test_a_zip_from_a_pipe_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_zip(tmp_path / "a.zip", {"a.eml": A})
    monkeypatch.setattr(archives, "LARGEST_MESSAGE", 100)
    read_end, write_end = os.pipe()
    os.write(write_end, (tmp_path / "a.zip").read_bytes())
    os.close(write_end)
    try:
        with pytest.raises(UsageError, match=r"is a zip archive of more than .* in a pipe"):
            list(messages([f"/dev/fd/{read_end}"]))
    finally:
        os.close(read_end)


def test_what_the_system_says_about_a_file_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: file name too long"):
        list(messages([tmp_path / ("a" * 300)]))


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.zip", b"no zip", "is not a zip archive"),
        ("a.zip", b"PK\x03\x04broken", "is not a readable archive"),
        ("a.tar", b"no tar", "is not a readable archive"),
        ("a.tar.gz", b"\x1f\x8bbroken", "is not a readable archive"),
        ("a.tar.xz", b"\xfd7zXZ\x00broken", "is not a readable archive"),
        ("a.rar", b"Rar!\x1a\x07", "is a RAR archive, which is not supported"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "is a 7z archive, which is not supported"),
        ("a.pst", b"!BDN", "is an Outlook data file"),
    ],
)
def test_what_is_no_container_of_messages_is_named(
    tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        list(messages([path]))
    assert f"`{path}` {error}" in caught.value.message


def test_what_is_missing_or_unreadable_or_empty_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"`.*/none\.eml` does not exist"):
        list(messages([tmp_path / "none.eml"]))
    with pytest.raises(UsageError, match=r"folder `.*/empty` has no files"):
        list(messages([tmp_path / "empty"]))
    with pytest.raises(UsageError, match="there is none"):
        list(messages(["-"]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(A)
    path.chmod(0)
    with pytest.raises(UsageError, match="cannot be read: permission denied"):
        list(messages([path]))


def test_one_message_of_an_archive_is_read_by_the_name_that_it_has_in_reports(
    tmp_path: Path,
) -> None:
    write_zip(tmp_path / "a.zip", {"x/1.eml": A, "2:3.eml": B})
    (tmp_path / "m.mbox").write_bytes(b"From a\n" + A + b"\nFrom b\n" + B)
    names = [f"{tmp_path}/a.zip:2:3.eml", f"{tmp_path}/a.zip:x/1.eml", f"{tmp_path}/m.mbox#2"]
    read = list(messages(names))
    assert [name for name, _ in read] == names
    assert [content for _, content in read] == [B, A, b"From b\n" + B]


@pytest.mark.parametrize(("inside", "said"), [("3.eml", "has no message `3.eml`"), ("", "``")])
def test_a_message_that_an_archive_does_not_hold_is_said(
    tmp_path: Path, inside: str, said: str
) -> None:
    write_zip(tmp_path / "a.zip", {"1.eml": A})
    with pytest.raises(UsageError, match=re.escape(said)):
        list(messages([f"{tmp_path}/a.zip:{inside}"]))


@given(st.data())
def test_a_damaged_archive_gives_messages_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / data.draw(st.sampled_from(["a.tar", "a.tar.gz", "a.zip"]))
    if path.suffix == ".zip":
        write_zip(path, {"a": A, "b": B * 100})
    else:
        write_tar(path, "w:gz" if path.suffix == ".gz" else "w", {"a": A, "b": B * 100})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    read: list[tuple[str, bytes]] = []
    said = ""
    try:
        read += messages([path], skip=lambda _: None)
    except UsageError as error:
        said = error.message
    assert str(path) in said if said else all(type(message) is bytes for _, message in read)


@pytest.mark.parametrize("packed", ["w", "w:gz"])
@pytest.mark.parametrize("place", [512 * 2 + 150, 512 * 2 + 127])
@pytest.mark.parametrize("kept", [None, 512 * 2 + 100])
def test_a_tar_that_breaks_behind_its_first_file_is_named(
    tmp_path: Path, packed: str, place: int, kept: int | None
) -> None:
    write_tar(tmp_path / "a.tar", "w", {"1.eml": A, "2.eml": B, "3.eml": A})
    content = bytearray((tmp_path / "a.tar").read_bytes())
    content[place] = ord("x")
    path = tmp_path / "broken"
    path.write_bytes(gzip.compress(content[:kept]) if packed == "w:gz" else content[:kept])
    read: list[str] = []
    with pytest.raises(UsageError, match="not a readable archive"):
        read.extend(name for name, _ in messages([path]))
    assert read == [f"{path}:1.eml"]


@pytest.mark.parametrize("suffix", ["gz", "xz", "bz2"])
def test_a_packed_message_is_one_message_and_a_packed_mbox_is_many(
    tmp_path: Path, suffix: str
) -> None:
    packs: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "xz": lzma.compress,
        "bz2": bz2.compress,
    }
    pack = packs[suffix]
    message, mbox = tmp_path / f"a.eml.{suffix}", tmp_path / f"b.mbox.{suffix}"
    message.write_bytes(pack(A))
    mbox.write_bytes(pack(b"From a\n" + A + b"\nFrom b\n" + B))
    assert list(messages([message])) == [(str(message), A)]
    assert [content for _, content in messages([mbox])] == [
        b"From a\n" + A,
        b"From b\n" + B,
    ]


def test_a_packed_message_that_unpacks_to_too_much_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_MESSAGE", 1000)
    path = tmp_path / "bomb.eml.gz"
    path.write_bytes(gzip.compress(b"x" * 10_000_000))
    skipped: list[str] = []
    assert list(messages([path], skip=lambda left: skipped.append(left.name))) == []
    assert skipped == [str(path)]


def test_a_packed_file_that_is_cut_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.eml.gz"
    path.write_bytes(gzip.compress(A * 50)[:-12])
    with pytest.raises(UsageError, match=r"a\.eml\.gz"):
        list(messages([path]))
