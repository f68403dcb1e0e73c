"""Long lists that are read in one pass, against the reader of any list."""

from __future__ import annotations

from random import Random
from typing import Final

from mmctl.mail.addresses import addresses, addresses_by_value, of_any
from mmctl.mail.plain_lists import specs_of_plain

PIECES: Final = (
    *"a@,<>.=\t\r\n;:\\\u00e9\udc80\ud800\x0b\u03a3",
    *("b.c", "a@b", ", ", " ", "  ", "<a@b>", "<x@y>", '"q"', '"q"@b', '<"q"@b>', '"B, A" <a@b>'),
    *(". ", "=?u?q?x?=", "=?", "(c)", "[1]", "N <n@o>, ", "<a b@c>", "<,", "<w,", "w>,", "<root>"),
    *("a@b c@d,", "@r", "<@r:a@b>", "><", '""', '<""@b>', "Name"),
)


def test_plain_lists_mean_what_any_list_means() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    read = []
    for _ in range(30_000):
        some = dice.sample(PIECES, dice.choice((2, 3, 5, 8)))
        text = "".join(dice.choices(some, k=dice.randint(1, 12))) * dice.choice((1, 1, 20))
        found = specs_of_plain(text)
        if found is not None:
            read.append((text, tuple(found)))
    assert [text for text, found in read if found != of_any(text)] == []
    assert len(read) > 3_000


def test_many_headers_of_one_name_have_the_addresses_that_each_of_them_has() -> None:
    dice = Random(12)  # noqa: S311 - the same ones each time
    wrong = []
    for _ in range(1_500):
        some = dice.sample(PIECES, dice.choice((1, 2, 3)))
        values = [
            "".join(dice.choices(some, k=dice.choice((1, 1, 1, 2)))).replace("\n", "").strip(" \t")
            for _ in range(101)
        ]
        if addresses_by_value(values) != tuple([addresses(value) for value in values]):
            wrong.append(values)
    assert wrong == []


def test_usual_hostile_lists_are_read_in_one_pass() -> None:
    usual = (
        '"B, A" <a@b>, ', "<a@b><c@d>, ", "<a b@c>, ", '<"a"@b>,', "a@b,", "a@b c@d,", "a@b>,",
        "<a,", "=?c?q?x?= ",
    )  # fmt: skip
    for unit in usual:
        found = specs_of_plain(unit * 20)
        assert found is not None, unit
        assert tuple(found) == of_any(unit * 20)
