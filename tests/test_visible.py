"""The gate for printed text: nothing unseen, no forged line, no command for a CI server."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmctl.visible import visible, visible_json, visible_lines, without_commands

UNSEEN = {
    "escape": "\x1b[2K",
    "operating system command": "\x1b]8;;http://example.org\x07",
    "null": "\x00",
    "delete": "\x7f",
    "control sequence of C1": "\x9b31m",
    "next line": "\x85",
    "carriage return": "\r",
    "line feed": "\n",
    "vertical tab": "\v",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "arabic letter mark": "\u061c",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "no-break space": "\xa0",
    "hangul filler": "\u3164",
    "braille blank": "\u2800",
    "tag": "\U000e0041",
    "variation selector": "\U000e0100",
    "half of a pair": "\udc80",
    "private use": "\ue000",
}
ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_an_escape_that_can_be_read(text: str) -> None:
    shown = visible(f"a{text}b")
    assert shown.startswith("a\\")
    assert shown.endswith("b")
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize(
    "text", ["", "plain", "日本語", "héllo", "a ❤️ b", "e\u0301", "١٢٣", "शक्ति", "\\u202e"]
)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(ANY)
def test_one_value_is_one_line_without_anything_unseen(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert {unicodedata.category(each) for each in shown}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    assert visible(shown) == shown


@given(ANY)
def test_an_output_keeps_its_line_breaks_and_tabs_and_nothing_else_unseen(text: str) -> None:
    lines = visible_lines(text).split("\n")
    assert [part for line in lines for part in line.split("\t")] == [
        visible(part) for line in text.split("\n") for part in line.split("\t")
    ]


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_holds_the_same_values_without_anything_unseen(value: object) -> None:
    shown = visible_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == json.loads(json.dumps(value))
    assert visible_lines(shown) == shown
    assert "##[" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "  ::set-output name=a::b",
        "fine\n\t::add-mask::a",
        "a ##[error]b",
        "###[group]",
        "##vso[task.setvariable variable=a]b",
        "##TEAMCITY[testFailed]",
    ],
)
def test_nothing_is_a_command_for_a_ci_server(text: str) -> None:
    shown = without_commands(text)
    assert len(shown) == len(text) + len("u003a")
    for line in shown.splitlines():
        assert not line.lstrip().startswith("::")
        assert not {"##[", "##vso[", "##teamcity["} & {
            line.lower()[at : at + length] for at in range(len(line)) for length in (3, 6, 11)
        }


@pytest.mark.parametrize("text", ["::1", "2001:db8::25", "a ::b:: c", "## title", "#[a]"])
def test_what_is_no_command_stays_as_it_is(text: str) -> None:
    assert without_commands(text) == text
