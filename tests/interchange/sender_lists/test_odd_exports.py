"""Exports with what programs and countries do to them: nothing is taken that is not meant."""

from __future__ import annotations

import pytest

from interchange.sender_lists.test_reading_lists import faults, read, refused
from mmctl.interchange.sender_lists.dates import is_over

CHINESE = "发件人,动作\r\nbad@spam.example,阻止\r\nok@partner.example,允许\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_chinese_export_is_read_in_its_encoding(encoding: str) -> None:
    found = read(CHINESE.encode(encoding), only=("动作", "阻止"))
    assert list(found.members) == ["bad@spam.example"]


@pytest.mark.parametrize(("name", "encoding"), [("寄件者", "big5"), ("差出人", "cp932")])
def test_exports_of_taiwan_and_japan_are_read(name: str, encoding: str) -> None:
    found = read(f"{name},X\nbad@spam.example,説明\n".encode(encoding, "replace"))
    assert list(found.members) == ["bad@spam.example"]
    assert found.notes == [f"f.csv is not UTF-8 and was read as {encoding.upper()}"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (CHINESE, "--only 动作=允许"),
        ("From,To,Kind\na@b.example,c@d.example,Block\ne@f.example,c@d.example,Auto Allow\n"
         "g@h.example,c@d.example,Permit\ni@j.example,c@d.example,Unknown\n",
         "--only 'Kind=Auto Allow'"),
        ("Sender,Blocked,Allowed\na@b.example,Yes,No\nc@d.example,No,Yes\n",
         "--only Blocked=No"),
        ("Sender,Blocked\na@b.example,TRUE\nc@d.example,FALSE\n", "--only Blocked=FALSE"),
    ],
)  # fmt: skip
def test_allowed_and_blocked_are_told_apart_in_many_words(text: str, first: str) -> None:
    columns = ("From",) if text.startswith("From") else ()
    [problem] = refused(text, columns=columns)
    assert problem.startswith(f"the file has allowed and blocked senders; {first} or --only ")


def test_a_list_that_the_export_cut_off_is_named() -> None:
    found = read('Name;BlockedSenders\nDefault;"{Sender: a@b.example, c@d.example...}"\n')
    assert list(found.members) == ["a@b.example", "c@d.example"]
    assert faults(found) == [
        (2, 10, "`c@d.example...` is cut off: the export left out what comes after it")
    ]


@pytest.mark.parametrize("entry", ['"ann"@b.example', "ann @ b.example"])
def test_an_address_with_quotes_or_space_is_never_its_whole_domain(entry: str) -> None:
    assert "*@b.example" not in read(f"Sender,Why\n{entry},x\nc@d.example,y\n").members


def test_rows_of_many_lengths_are_rows() -> None:
    found = read("Sender,Action,Why\na@b.example,Block\nc@d.example,Block,x,y\ne@f.example\n")
    assert list(found.members) == ["a@b.example", "c@d.example", "e@f.example"]


@pytest.mark.parametrize(
    ("day", "over"),
    [
        ("2026-11-28T00:00:00Z", True),
        ("2026-11-29", False),
        ("12/31/2020 12:00:00 AM", True),
        ("31/12/2099 00:00", False),
        ("31.12.2020 00:00:00", True),
        ("05.12.2026", False),
        ("05/12/2026", None),
        ("2026年1月5日", True),
        ("never", False),
        ("", False),
        ("in 90 days", None),
        ("13/13/2020", None),
    ],
)
def test_the_last_day_of_an_entry(day: str, over: bool | None) -> None:
    assert is_over(day, "2026-11-29") is over


def test_a_row_of_which_nobody_can_tell_whether_it_is_over_is_named() -> None:
    found = read("Value,ExpirationDate\na@b.example,05/12/2026\n", today="2026-11-29")
    assert not found.members
    assert faults(found) == [(2, 13, "nobody can tell whether `05/12/2026` is over")]


def test_cells_beyond_the_header_are_columns_by_number() -> None:
    text = "Sender,X\na@b.example,x,block\nc@d.example,y,allow\n,\n"
    [problem] = refused(text)
    assert problem == "the file has allowed and blocked senders; --only 3=allow or --only 3=block"
    assert list(read(text, only=("3", "block")).members) == ["a@b.example"]


def test_a_file_without_header_can_have_empty_cells() -> None:
    assert refused("some,words\n,more\n,\n") == [
        "no column holds addresses or domains; name it with --column: count the columns from 1"
    ]
