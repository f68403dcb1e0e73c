"""Reading messages: any bytes, the right size, linear work, and agreement with the stdlib."""

from __future__ import annotations

import pickle
import re
import sys
from bisect import bisect_left
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail import addresses, encoded_words, headers, lexical, marked, reader
from mmctl.mail.email import Size
from mmctl.mail.facts_in_headers import found_facts
from mmctl.mail.reader import read_email

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from mmctl.mail.email import Email

NAMES: Final = ("From", "Sender", "To", "Cc", "Subject", "X-Spam", "Received", "Return-Path")
NASTY: Final = Path(__file__).parent / "nasty"
PIECES: Final = [
    *(f"{name}: ".encode() for name in (*NAMES, "Authentication-Results", "Received-SPF")),
    *(b"\r\n", b"\n", b"\r", b"\r\n ", b"\n\t", b"\r\n\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"),
    *(b"=?utf-8?q?", b"=?iso-2022-jp?b?", b"?=", b"=?", b"=41", b"=\n", b"_", b"gA==", b"\x1b$B"),
    *(b"<", b">", b"(", b")", b'"', b"\\", b"@", b",", b";", b":", b".", b"[", b"]", b" ", b"="),
    *(b"a@example.com", b"From a ", b"\xc3\xa9", b"\xe9", b"from", b"by", b"[192.0.2.1]"),
    *(b"spf=pass", b"dkim=fail", b"dmarc=none", b"header.d=example.com", b"(p=reject)"),
]
messages_of_pieces: Final = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
any_bytes: Final = st.one_of(st.binary(max_size=300), messages_of_pieces)


def everything(email: Email) -> list[object]:
    """Ask an email for all that it can tell."""
    names = (*NAMES, *email.headers)
    return [
        [email.header_values(name, decoded=True) for name in names],
        [email.header_values(name, decoded=False) for name in names],
        [email.addresses(name) for name in names],
        email.read_receipt_requested,
        email.notes,
        found_facts(email),
    ]


@given(any_bytes)
def test_any_bytes_are_an_email_whose_texts_can_be_printed(message: bytes) -> None:
    email = read_email(message)
    assert repr(everything(email)).encode()
    assert all(note.isprintable() and len(note) < 200 for note in email.notes)


@given(
    st.sampled_from(sorted(NASTY.iterdir())),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 20), st.sampled_from(PIECES)), max_size=8
    ),
)
def test_nasty_messages_with_random_edits_are_emails_too(
    path: Path, edits: list[tuple[int, int, bytes]]
) -> None:
    message = bytearray(path.read_bytes()[:2000])
    for start, length, piece in edits:
        message[start : start + length] = piece
    email = read_email(bytes(message))
    assert repr(everything(email)).encode()
    assert all(note.isprintable() and len(note) < 200 for note in email.notes)


@given(any_bytes)
def test_the_size_counts_every_line_end_as_crlf(message: bytes) -> None:
    carried = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    email = read_email(message)
    if message.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert "the message is decoded as UTF-16" in email.notes
    elif re.match(rb"(\xef\xbb\xbf)?\s*From ", message):
        assert email.size <= len(carried)
    else:
        assert email.size == len(carried)


@given(any_bytes, st.sampled_from([b"\n", b"\r"]))
def test_the_kind_of_line_end_makes_no_difference_to_what_is_read(
    message: bytes, line_end: bytes
) -> None:
    message = re.sub(rb"\A(?:\xff\xfe|\xfe\xff)++", b"", message)
    unix = re.sub(rb"\r\n|\r|\n", b"\n", message)
    other = unix.replace(b"\n", line_end)
    crlf = unix.replace(b"\n", b"\r\n")
    assert read_email(crlf).headers == read_email(other).headers
    assert read_email(crlf).size == read_email(other).size


field_names: Final = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
field_words: Final = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)
field_values: Final = st.lists(field_words, min_size=1, max_size=6)
folds: Final = st.sampled_from([" ", "\r\n ", "\r\n\t", "  "])


@st.composite
def well_formed(draw: st.DrawFn) -> bytes:
    """A message of ASCII headers, folded here and there, with a body."""
    lines = []
    for name, words in draw(st.lists(st.tuples(field_names, field_values), min_size=1)):
        gaps = [draw(folds) for _ in words[1:]]
        value = "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True))
        lines.append(f"{name}: {value}\r\n")
    return ("".join(lines) + "\r\nX-Body: no\r\n\r\n").encode()


@given(well_formed())
def test_well_formed_messages_are_read_as_the_standard_library_reads_them(message: bytes) -> None:
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(message)
    email = read_email(message)
    expected: dict[str, list[str]] = {}
    for name, value in parsed.items():
        expected.setdefault(name.lower(), []).append(re.sub(r"\r\n(?=[ \t])", "", value))
    assert {name: list(values) for name, values in email.headers.items()} == expected
    assert email.defects == ()


ROOMS: Final = (addresses, encoded_words, headers, lexical, marked, reader)


def _work(read: Callable[[], object]) -> int:
    """Lines of this room's code that a call runs."""
    rooms = {module.__file__ for module in ROOMS}
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        if frame.f_code.co_filename not in rooms:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # the stub wants a recursive type
    try:
        read()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        *(b"(", b'"\\"', b"<@a,", b"<", b"[", b"=?a?q?x", b"=?a?q?x?= ", b"(a", b"a@b ", b"a,"),
        *(b"\n b", b"\nX-A: b", b"\nno colon", b"\r", b"\xff", b"\n ", b":;", b'\\"'),
    ],
)
def test_twice_the_header_is_at_most_twice_the_work(unit: bytes) -> None:
    def read(times: int) -> Callable[[], object]:
        def run() -> None:
            email = read_email(b"To: " + unit * times)
            email.addresses("to")
            email.header_values("to", decoded=True)

        return run

    read(1)()
    once, twice = _work(read(400)), _work(read(800))
    assert twice <= 2 * once + 200


def test_a_header_line_of_a_megabyte_is_read_whole() -> None:
    email = read_email(b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\n")
    assert [len(value) for value in email.header_values("x-long", decoded=True)] == [1_000_000]


def test_headers_are_found_under_any_case_of_their_name() -> None:
    email = read_email(b"SUBJECT: a\nsubject: b\n\n")
    assert email.header_values("Subject", decoded=True) == ("a", "b")


def test_a_from_header_with_a_space_before_its_colon_is_no_line_of_an_mbox() -> None:
    assert read_email(b"From : a@example.com\n\n").addresses("From") == ("a@example.com",)


def test_encoded_words_can_be_read_as_they_were_sent() -> None:
    email = read_email(b"Subject: =?utf-8?q?a?=\n =?utf-8?q?b?=\n\n")
    assert email.header_values("Subject", decoded=True) == ("ab",)
    assert email.header_values("Subject", decoded=False) == ("=?utf-8?q?a?= =?utf-8?q?b?=",)


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        (b"Disposition-Notification-To: a@example.com", True),
        (b"Return-Receipt-To: a@example.com", True),
        (b"Disposition-Notification-To:", False),
        (b"Subject: Disposition-Notification-To", False),
    ],
)
def test_read_receipts_are_asked_for_in_a_header(headers: bytes, asked: bool) -> None:
    assert read_email(headers + b"\n\n").read_receipt_requested is asked


@given(any_bytes, st.integers(0, 400))
def test_whether_a_message_is_larger_than_a_limit_is_what_its_size_says(
    message: bytes, limit: int
) -> None:
    assert read_email(message).length.is_more_than(limit) == (read_email(message).size > limit)


def test_a_size_is_counted_once_and_survives_the_way_to_another_process() -> None:
    counted: list[int] = []

    class Counted(Size):
        def _counted(self) -> int:
            counted.append(1)
            return 7

    size = Counted(at_least=5, at_most=20)
    assert not size.is_more_than(20)
    assert size.is_more_than(4)
    assert size.place_among([4, 21, 22]) == (1, False)
    assert counted == []
    assert size.is_more_than(5)
    assert size.place_among([4, 7]) == (1, True)
    assert pickle.loads(pickle.dumps(size)) == Size(7)  # noqa: S301 - it was just written
    assert counted == [1]


@given(any_bytes, st.lists(st.integers(0, 400)), st.integers(0, 100))
def test_a_size_is_placed_among_numbers_as_if_it_was_counted(
    message: bytes, numbers: list[int], unread: int
) -> None:
    numbers.sort()
    size = read_email(message, unread=unread).size
    place = bisect_left(numbers, size)
    placed = read_email(message, unread=unread).length.place_among(numbers)
    assert placed == (place, numbers[place : place + 1] == [size])
