"""What stands at a place is what the reader of YAML finds there, also where nothing is finished."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mmctl.editor.lines import TextLines
from mmctl.editor.standing import WordRole, standing
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "mmctl.yaml", *sorted(ROOT.glob("rules/**/*.yaml")), *sorted(ROOT.glob("cases/*"))]
EVERY = 47
"""Only so many words of the reference gateway are looked at."""

Keys = tuple[str | None, ...]


def _words(node: Node, keys: Keys) -> Iterator[tuple[Scalar, Keys, WordRole]]:
    """Each word of a file, with the keys and items around it."""
    match node:
        case Scalar():
            yield node, keys, WordRole.VALUE
        case Sequence():
            for item in node.items:
                yield from _words(item, (*keys, None))
        case Mapping():
            for key, value in node.entries:
                yield key, keys, WordRole.KEY
                yield from _words(value, (*keys, key.text))


def test_the_keys_around_a_word_are_those_that_yaml_has() -> None:
    looked_at = 0
    for path in FILES:
        if path.suffix != ".yaml":
            continue
        text = path.read_text(encoding="utf-8")
        node, _ = compose(text, file=path.name)
        lines = TextLines(text)
        assert node is not None
        for number, (word, keys, part) in enumerate(_words(node, ())):
            if any('"' in key for key in (*keys, word.text) if key is not None):
                continue  # written with escapes: a word is shown as it is written
            start = lines.offset(word.position)
            if number % EVERY or text[start : start + 1] in {"|", ">", ""}:
                continue
            looked_at += 1
            found = standing(text, start + (0 if word.plain and len(word.text) < 2 else 1))
            there = (path.name, word.position.line, tuple(step.key for step in found.steps))
            assert there == (path.name, word.position.line, keys)
            assert (found.part, found.word) == (part, word.text), there
    assert looked_at > 200


START = """\
version: 1
rule_sets:
  inbound:
    rules:
      - name: block
"""


RULE = ("rule_sets", "inbound", "rules", None)
LIST = "        conditions:\n          - from: {"
ACTION = (*RULE, "actions", None)
FROM = (*RULE, "conditions", None, "from")
EQUALS = (*FROM, "equals", None)


@pytest.mark.parametrize(
    ("rest", "part", "keys", "word"),
    [
        ("        ow|", WordRole.KEY, RULE, "ow"),
        ("        |\n        actions: [drop]", WordRole.KEY, RULE, ""),
        ("        owner: |", WordRole.VALUE, (*RULE, "owner"), ""),
        ("        conditions:\n          |", WordRole.VALUE, (*RULE, "conditions"), ""),
        ("        conditions:\n          - |", WordRole.VALUE, (*RULE, "conditions", None), ""),
        ("        actions: [drop, |", WordRole.VALUE, ACTION, ""),
        ("        actions: [{relay: {to: e|", WordRole.VALUE, (*ACTION, "relay", "to"), "e"),
        (f"{LIST}|", WordRole.KEY, FROM, ""),
        (f"{LIST}equals: [a,\n              'b|", WordRole.VALUE, EQUALS, "b"),
        ("        owner: x # what |", WordRole.COMMENT, (*RULE, "owner"), ""),
        ("        description: >\n          some te|xt", WordRole.TEXT, (*RULE, "description"), ""),
        ("rel|", WordRole.KEY, (), "rel"),
    ],
)
def test_an_unfinished_line_has_its_place(rest: str, part: WordRole, keys: Keys, word: str) -> None:
    text = START + rest
    offset = text.index("|")
    found = standing(text[:offset] + text[offset + 1 :], offset)
    assert (found.part, tuple(step.key for step in found.steps), found.word) == (part, keys, word)


def test_keys_beside_a_place_are_known_above_and_below_it() -> None:
    text = START + "        |\n        actions: [drop]\n      - name: other\n        owner: x\n"
    offset = text.index("|")
    found = standing(text.replace("|", ""), offset)
    assert found.keys == {"name", "actions"}


@pytest.mark.parametrize(
    "text", ["", "\n", ": :", "- - -", "{[", "]}", "'", '"\\', "a: b: c", "\t\t", "\ufeff"]
)
def test_any_text_has_an_answer_everywhere(text: str) -> None:
    for offset in range(len(text) + 1):
        found = standing(text, offset)
        assert 0 <= found.start <= found.end <= len(text)
