"""Places of an editor (UTF-16, LF, CR LF and CR) and places of ours are the same characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from mmctl.editor.lines import TextLines
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar
from mmctl.problem import Position

TEXTS = st.text(st.sampled_from("aé\n\r\t\u2028\x85🏢中\ufeff "), max_size=30)


def in_utf_16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(TEXTS, st.data())
def test_a_place_leads_back_to_its_character(text: str, data: st.DataObject) -> None:
    lines = TextLines(text)
    offset = data.draw(st.integers(0, len(text)))
    place = lines.place(offset)
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # no place of an editor is between these two
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    assert place.line == before.count("\n")
    assert place.character == in_utf_16(before.rpartition("\n")[2])
    assert lines.offset_of(place) == offset


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_no_place_is_outside_of_the_text(text: str, line: int, character: int) -> None:
    lines = TextLines(text)
    assert 0 <= lines.offset_of(types.Position(line, character)) <= len(text)
    at = Position("file", line, character, 5)
    assert 0 <= lines.offset(at) <= len(text)
    marked = lines.marked(at)
    assert marked.start <= marked.end


@given(TEXTS, st.data())
def test_our_place_leads_back_to_its_character(text: str, data: st.DataObject) -> None:
    lines = TextLines(text)
    offset = data.draw(st.integers(1 if text.startswith("\ufeff") else 0, len(text)))
    if text[offset - 1 : offset + 1] != "\r\n":
        assert lines.offset(lines.position(offset, "file")) == offset


def test_what_the_reader_of_yaml_names_is_what_the_editor_marks() -> None:
    text = '# \U0001f3e2 中\u2028# more\r\n"🏢 key": value\r\nnext: 中文\r\n'
    node, problems = compose(text, file="file")
    assert isinstance(node, Mapping)
    assert problems == ()
    lines = TextLines(text)
    words = [each for pair in node.entries for each in pair if isinstance(each, Scalar)]
    for word in words:
        written = f'"{word.text}"' if "🏢" in word.text else word.text
        start = lines.offset(word.position)
        assert text[start : start + len(written)] == written
        # As an editor counts: the line up to the word, in UTF-16.
        row = text.replace("\r\n", "\n").split("\n")[lines.place(start).line]
        assert lines.place(start).character == in_utf_16(row[: row.index(written)])
