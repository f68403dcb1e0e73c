"""Edits of files by `list` and `promote`: one value comes or goes, all else stays as it was."""

from __future__ import annotations

import pytest

from mmctl.cli.files.splicing import (
    csv_with,
    csv_without,
    with_value,
    without_shadow,
    without_value,
)
from mmctl.problem import Position

PATH = ("address_lists", "blocked", "members")
HEAD = "address_lists:\n  blocked:\n    members:"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" []\n", ' ["*@new.example"]\n'),
        (' ["*@a.example"]  # why\n', ' ["*@a.example", "*@new.example"]  # why\n'),
        (' ["*@z.example"]\n', ' ["*@new.example", "*@z.example"]\n'),
        (
            '\n      - "*@a.example"  # first\n      # the last\n      - "*@z.example"\n',
            '\n      - "*@a.example"  # first\n      - "*@new.example"\n'
            '      # the last\n      - "*@z.example"\n',
        ),
        ('\n      - "*@z.example"', '\n      - "*@new.example"\n      - "*@z.example"'),
        (
            '\n      - "*@z.example"\n      - "*@a.example"',
            '\n      - "*@z.example"\n      - "*@a.example"\n      - "*@new.example"',
        ),
    ],
)
def test_an_address_joins_a_list_where_its_order_wants_it(before: str, after: str) -> None:
    assert with_value(HEAD + before, PATH, "*@new.example") == HEAD + after


def test_a_list_that_is_not_there_is_not_made_up() -> None:
    assert (
        with_value("address_lists:\n  blocked: {members: external}\n", PATH, "a@b.example") is None
    )


def test_the_only_address_goes_and_an_empty_list_stays() -> None:
    text = HEAD + ' ["*@a.example"]  # why\n'
    place = Position(file="rules.yaml", line=3, column=15)
    assert without_value(text, place, "*@A.example") == HEAD + " []  # why\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('\n      - "*@a.example"\n', " []\n"),
        ("\n      - a@a.example\n", " []\n"),
        ('\n      - "*@a.example"', " []\n"),
        ('  # ours\n      - "*@a.example"  # why\n', " []  # ours\n"),
        ('\n      # of May\n      - "*@a.example"\n', " []\n      # of May\n"),
        ('\n    - "*@a.example"\n    tags: {a: b}\n', " []\n    tags: {a: b}\n"),
        ('\r\n      - "*@a.example"\r\n', " []\r\n"),
        (' [ "*@a.example" , ]\n', " []\n"),
        (' [\n      "*@a.example",\n    ]\n', " [\n    ]\n"),
        (' [\n      "*@a.example",  # why\n    ]\n', " [\n    ]\n"),
        (
            '\n      - "*@a.example"  # why\n      - b@z.example\n',
            "\n      - b@z.example\n",
        ),
        (
            '\n      # the first\n      - "*@a.example"\n      - b@z.example\n',
            "\n      # the first\n      - b@z.example\n",
        ),
        (
            ' [\n      "*@a.example",  # why\n      b@z.example\n    ]\n',
            " [\n      b@z.example\n    ]\n",
        ),
    ],
)
def test_an_address_goes_from_a_list_of_every_style(before: str, after: str) -> None:
    text = HEAD + before
    value = "*@a.example" if "*@a.example" in text else "a@a.example"
    line, column = place_of(text, value)
    place = Position(file="rules.yaml", line=line, column=column)
    assert without_value(text, place, value) == HEAD + after


@pytest.mark.parametrize(
    "before",
    [
        '\n      - &x "*@a.example"\n      - *x\n',
        '\n      - "*@a.\n        example"\n',
        "\n      - >-\n        *@a.example\n",
    ],
)
def test_what_cannot_go_by_itself_is_left_to_a_person(before: str) -> None:
    text = HEAD + before
    line, column = place_of(text, "*@a.")
    assert without_value(text, Position(file="", line=line, column=column), "*@a.example") is None


def place_of(text: str, value: str) -> tuple[int, int]:
    """The line and column of a value, from 1, its quotation mark included."""
    at = text.index(value)
    at -= text[at - 1] == '"'
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "  - name: one\n    shadow: true\n    actions: [drop]\n",
            "  - name: one\n    actions: [drop]\n",
        ),
        (
            "  - name: one\n    shadow: true  # till May\n    actions: [drop]\n",
            "  - name: one\n    shadow: false  # till May\n    actions: [drop]\n",
        ),
        (
            "  - {name: one, shadow: true, actions: [drop]}\n",
            "  - {name: one, shadow: false, actions: [drop]}\n",
        ),
    ],
)
def test_a_shadow_rule_acts_and_its_comments_stay(before: str, after: str) -> None:
    place = Position(file="rules.yaml", line=2, column=5)
    assert without_shadow("rules:\n" + before, place) == "rules:\n" + after


def test_a_file_of_members_keeps_its_header_and_its_line_ends() -> None:
    text = "address,why\r\na@b.example,spam\r\n"
    assert csv_with(text, "*@c.example") == text + "*@c.example,\r\n"
    assert (
        csv_without(csv_with(text, "*@c.example"), "A@B.example")
        == "address,why\r\n*@c.example,\r\n"
    )


def test_an_address_goes_into_its_column_and_out_of_it() -> None:
    text = '# ours\nname,address\n"Ann, the first",a@b.example\n'
    assert csv_with(text, "*@c.example") == text + ",*@c.example\n"
    assert csv_without(text, "a@b.example") == "# ours\nname,address\n"
    assert csv_without(text, "Ann") == text


def test_a_line_without_columns_is_the_entry() -> None:
    text = "# one, two\na@b.example\n"
    assert csv_without(csv_with(text, "*@c.example"), "a@b.example") == "# one, two\n*@c.example\n"
