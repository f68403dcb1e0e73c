"""Headers whose addresses are seen to be parts of their text."""

from __future__ import annotations

from random import Random
from typing import Final

from mmctl.mail.addresses import addresses, are_parts

PIECES: Final = (
    "ann@example.com", "<bob@example.org>", "Bob", '"Bob, X"', "(ann)", "(", '"', "\\", " ", "\t",
    ",", ";", ":", "<", ">", "@", ".", "=?utf-8?q?a?=", "=?", "[192.0.2.1]", "é", "<@a,@b:c@d>",
)  # fmt: skip


def test_addresses_of_such_headers_are_in_them() -> None:
    dice = Random(3)  # noqa: S311 - the same ones each time
    texts = ["".join(dice.choices(PIECES, k=dice.randrange(1, 9))) for _ in range(20_000)]
    seen = [text for text in texts if are_parts(text)]
    assert [text for text in seen if not all(each in text for each in addresses(text))] == []
    assert len(set(seen)) > 100


def test_ordinary_headers_are_seen_to_be_so() -> None:
    ordinary = (
        'Ann <ann@example.com>,\t"Bob, X" <bob@example.org>, =?utf-8?q?=C3=A9?= <c@d.example>'
    )
    assert are_parts(ordinary)
    assert not are_parts("bob (Bob) @example.com")
