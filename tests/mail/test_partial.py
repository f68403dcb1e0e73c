"""No more of a message is fetched than is needed, and what is judged is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail.partial import FIRST_BYTES, Needs, fetched, in_whole_lines
from mmctl.mail.reader import holds_header, read_email

PIECES = (b"\r\n", b"\n", b"\r", b"From: a\n", b"X: y\r\n", b" folded", b"From x\n", b"text", b":")
NOTHING = Needs(body=False)


def parts(message: bytes, needs: Needs, first: int) -> tuple[bytes, list[tuple[int, int]]]:
    """What is fetched of a message, and in which pieces."""
    asked: list[tuple[int, int]] = []

    def fetch(start: int, end: int) -> bytes:
        assert start == (asked[-1][1] if asked else min(first, len(message)))
        assert start < end <= len(message)
        asked.append((start, end))
        return message[start:end]

    part = fetched(len(message), needs, fetch, message[:first])
    return in_whole_lines(part.content, len(message)), asked


def mail(header: int, body: bytes) -> bytes:
    return b"X-Long: " + b"x" * header + b"\r\n\r\n" + body


def test_a_header_in_the_first_bytes_is_all_that_is_fetched() -> None:
    content, asked = parts(mail(100, b"b" * 10**6), NOTHING, FIRST_BYTES)
    assert (len(content), asked) == (FIRST_BYTES, [])


def test_what_is_fetched_grows_until_the_header_is_complete() -> None:
    message = mail(100_000, b"b" * 10**6)
    content, asked = parts(message, NOTHING, FIRST_BYTES)
    assert asked == [(16_384, 65_536), (65_536, 262_144)]
    assert content == message[:262_144]


def test_the_body_is_fetched_where_its_line_ends_decide_about_the_size() -> None:
    message = mail(100, b"\n" * 50_000)
    for far in (1_000, 200_000):
        assert parts(message, Needs(body=False, sizes=frozenset({far})), FIRST_BYTES)[1] == []
    near = Needs(body=False, sizes=frozenset({80_000}))
    content, asked = parts(message, near, FIRST_BYTES)
    assert content == message
    assert asked[-1][1] == len(message)


def test_so_much_of_the_body_is_fetched_as_shows_that_the_size_is_below_a_number() -> None:
    message = mail(100, b"a line of text, with its end\n" * 3_000)
    near = Needs(body=False, sizes=frozenset({120_000}))
    content, asked = parts(message, near, FIRST_BYTES)
    assert len(content) < 0.8 * len(message)
    assert len(asked) == 1


@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join),
    st.sets(st.integers(0, 200), max_size=3),
    st.integers(1, 60),
)
def test_a_part_compares_with_numbers_as_the_whole_does(
    message: bytes, numbers: set[int], first: int
) -> None:
    """Also if the message begins with a `From ` line, which is no part of it."""
    for kept in (message, b"From x\n" + message, b"From x\nX: y\n\n" + message):
        part = fetched(
            len(kept),
            Needs(body=False, sizes=frozenset(numbers)),
            lambda start, end, kept=kept: kept[start:end],  # type: ignore[misc]
            kept[:first],
        )
        content = in_whole_lines(part.content, len(kept))
        unread = len(kept) - len(content)
        whole, ascending = read_email(kept).length, sorted(numbers)
        seen = read_email(content, unread=unread, at_most=part.at_most).length
        assert seen.place_among(ascending) == whole.place_among(ascending)
        for number in numbers:
            again = read_email(content, unread=unread, at_most=part.at_most).length
            assert again.is_more_than(number) == whole.is_more_than(number)
        assert not part.at_most or whole.bytes <= part.at_most


@pytest.mark.parametrize("first", [31, 32])
def test_the_body_is_fetched_whole_where_a_part_of_it_ends_within_a_line_end(first: int) -> None:
    message = b"Subject: x\r\n\r\n" + b"a\r\n" * 10
    assert message[30:32] == b"\r\n"
    near = Needs(body=False, sizes=frozenset({len(message)}))
    assert parts(message, near, first)[0] == message


def test_who_wants_the_bytes_gets_all_of_them() -> None:
    message = mail(100, b"b" * 50_000)
    assert parts(message, Needs(), FIRST_BYTES)[0] == message


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), st.integers(1, 40))
def test_a_part_that_holds_the_header_reads_like_the_whole(message: bytes, first: int) -> None:
    content, _ = parts(message, NOTHING, first)
    whole = read_email(message)
    part = read_email(content, unread=len(message) - len(content))
    assert (part.headers, part.notes) == (whole.headers, whole.notes)
    assert part.size <= whole.size <= part.size_at_most


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join), st.integers(0, 40))
def test_more_of_a_message_never_takes_its_header_away(message: bytes, first: int) -> None:
    assert not holds_header(message[:first]) or holds_header(message)
