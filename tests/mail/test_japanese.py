"""ISO-2022-JP with the characters of vendors, and without them as Python reads it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.mail.encoded_words import decode_words
from mmctl.mail.japanese import decode_japanese

KNOWN = [
    chr(code)
    for code in range(0xA0, 0xFFFF)
    if chr(code).encode("iso2022_jp", "ignore") and not 0xD800 <= code < 0xE000
]


def word(content: bytes) -> str:
    return f"=?ISO-2022-JP?B?{base64.b64encode(content).decode()}?="


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\x1b$B-b\x1b(B 12", "№ 12"),
        (b"\x1b$B-j\x1b(B", "㈱"),
        (b"\x1b$B-!\x1b(B", "①"),
        (b"\x1b$B%F%9%H-b\x1b(B1", "テスト№1"),
        (b"\x1b(IF+\x1b(B", "ﾆｫ"),
        (b"\x1b(J\\100 \x1b$B-b\x1b(B", "¥100 №"),
        (b"plain", "plain"),
    ],
)
def test_characters_of_vendors_are_read(content: bytes, text: str) -> None:
    assert decode_words(word(content)) == (text, ())


@given(st.text(st.sampled_from([*KNOWN, "a", " ", "9"]), max_size=20))
def test_other_texts_are_what_python_reads(text: str) -> None:
    content = text.encode("iso2022_jp")
    assert decode_words(word(content)).text == content.decode("iso2022_jp")


@given(st.binary(max_size=30))
def test_what_is_no_japanese_is_left_to_python(content: bytes) -> None:
    if decode_japanese(content) is None:
        expected = content.decode("iso2022_jp", "replace")
        assert decode_words(word(content)).text == expected


@pytest.mark.parametrize("content", [b"\x1b$B-", b"\x1b$B\xff\xff", b"\xe3"])
def test_broken_texts_say_so(content: bytes) -> None:
    assert decode_japanese(content) is None
    assert decode_words(word(content)).defects == (
        "an encoded word has bytes that are not `iso2022_jp`",
    )
