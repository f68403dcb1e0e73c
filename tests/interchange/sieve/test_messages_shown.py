"""Messages of the report: those that show a difference of the rule, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from interchange.sieve.imported import ImportedScripts

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Example


def shown(script: str, code: str, **options: str) -> Example | None:
    """The message beside a difference of the first rule."""
    rule = ImportedScripts({"ann.sieve": script}, **options).lowered.rules[0]
    return next(each.example for each in rule.differences if each.code == code)


@pytest.mark.parametrize(
    "test",
    [
        'header :matches "from" "*@social.example>"',
        'header :matches "from" "<news@*"',
        'header :is "from" "<news@social.example>"',
        'header :regex "from" "news@(a|b)[.]example"',
    ],
)
def test_a_name_is_shown_only_where_the_script_finds_it(test: str) -> None:
    script = f'require "regex"; if {test} {{ discard; }}'
    assert shown(script, "display-names") is None


def test_a_name_with_the_value_in_it_is_shown() -> None:
    found = shown('if header :contains "from" "news@" { discard; }', "display-names")
    assert found is not None
    assert found.mail["message"]["from"] == '"news@" <somebody@other.example>'


def test_the_name_beside_an_address_does_not_start_as_the_value_does() -> None:
    found = shown('if header :matches "from" "some*" { discard; }', "whole-header")
    assert found is not None
    assert found.mail["message"]["from"] == "Another <some@example.com>"


def test_messages_of_patterns_are_for_the_person() -> None:
    found = shown(
        'if header :matches "subject" "*[Ticket #*]*" { discard; }',
        "pattern-by-literals",
        recipient="ann@example.com",
    )
    assert found is not None
    assert found.mail["envelope"]["recipients"] == ["ann@example.com"]


def test_no_message_is_for_somebody_else() -> None:
    script = 'require "envelope"; if envelope :localpart :contains "to" "bob" { discard; }'
    assert shown(script, "part-of-address", recipient="ann@example.com") is None
