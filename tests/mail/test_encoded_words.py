"""Encoded words: the examples of RFC 2047, what real senders make of it, and round trips."""

from __future__ import annotations

from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail.encoded_words import decode_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain = ? =? ?= text", "plain = ? =? ?= text"),
        ("=?US-ASCII?Q?Keith_Moore?= <a@example.com>", "Keith Moore <a@example.com>"),
        # the table of RFC 2047 §8
        ("(=?ISO-8859-1?Q?a?=)", "(a)"),
        ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        # RFC 2231 §5
        ("=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"),
        # a character cut in two
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?utf-8?b?5pel5g==?= =?utf-8?b?nKw=?=", "日本"),
        # what senders forget: spaces, question marks, padding, the space between words
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?q?why??=", "why?"),
        ("=?utf-8?b?YQ?=", "a"),
        ("x=?utf-8?q?a?==?utf-8?q?b?=y", "xaby"),
        ("=?utf-8?q?cut off =?utf-8?q?b?=", "=?utf-8?q?cut off b"),
        ("=?utf-8?q??=", ""),
        ('"=?utf-8?q?quoted?=" <a@example.com>', '"quoted" <a@example.com>'),
        # character sets
        ("=?gb2312?b?yta7+g==?=", "手机"),
        ("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?windows-1252?q?=80?=", "€"),
    ],
)
def test_words_are_decoded(text: str, expected: str) -> None:
    assert decode_words(text) == (expected, ())


@pytest.mark.parametrize(
    ("text", "expected", "defect"),
    [
        ("=?x-none?q?a?=", "=?x-none?q?a?=", "unknown character set `x-none` of an encoded word"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?=", "an encoded word is not base64"),
        ("=?utf-8?q?=FF?=", "\ufffd", "an encoded word has bytes that are not `utf-8`"),
        ("=?utf-8?q?a=0Ab?=", "a\nb", "an encoded word has a line break"),
        ("=?hex?q?00?=", "=?hex?q?00?=", "unknown character set `hex` of an encoded word"),
    ],
)
def test_what_cannot_be_decoded_is_said(text: str, expected: str, defect: str) -> None:
    assert decode_words(text) == (expected, (defect,))


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100),
    st.sampled_from(["utf-8", "iso-8859-1", "koi8-r", "iso-2022-jp", "big5"]),
)
def test_what_the_standard_library_encodes_is_decoded(text: str, charset: str) -> None:
    text = text.encode(charset, "ignore").decode(charset)
    encoded = Header(text, charset, maxlinelen=75).encode(linesep="\n").replace("\n ", " ")
    if encoded.isascii() and "=?" not in text:
        assert decode_words(encoded).text.strip() == text.strip()


def test_a_text_of_thousands_of_faults_tells_few_of_them_and_counts_the_rest() -> None:
    """Each was a line of the report: a message of a megabyte took seconds to tell about."""
    found = decode_words("".join(f"=?x-{each}?q?a?= " for each in range(1_000)))
    assert len(found.defects) == 21
    assert found.defects[-1] == "980 more faults of encoded words"
