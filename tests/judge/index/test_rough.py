"""The rough look at headers with addresses: what it excludes is nowhere in them."""

from __future__ import annotations

from random import Random
from typing import Final

from mmctl.judge.index.rough import bare, is_simple
from mmctl.mail.addresses import addresses

PIECES: Final = (
    "a", "b", "@", ".", "a@b", "<", ">", "<a@b>", "@a", "<@", '"', "\\", "(", ")", ",", ";", ":",
    " ", "\t", "\r", "=", "?", "=?", "?=", "=?utf-8?q?x?=", "[", "]", "é", "\ud800",
)  # fmt: skip


def test_every_address_of_a_simple_header_is_in_it_without_what_may_be_left_out() -> None:
    dice = Random(5)  # noqa: S311 - the same ones each time
    texts = {"".join(dice.choices(PIECES, k=dice.randrange(1, 20))) for _ in range(60_000)}
    values = [text.strip(" \t") for text in texts if is_simple(text)]
    missed = [
        (value, each)
        for value in values
        for each in addresses(value)
        if bare(each) not in bare(value)
    ]
    assert missed == []
    apart = [value for value in values if not all(each in value for each in addresses(value))]
    assert len(apart) > 100, "some addresses are in their header only so"


def test_ordinary_headers_are_simple() -> None:
    ordinary = 'Ann <ann@example.com>,\t"Bob, X" <bob@example.org>, é <c@d.example>, e @ f.example'
    assert is_simple(ordinary)
    assert "e@f.example" in bare(ordinary)
    assert not is_simple("bob (Bob) @example.com")
