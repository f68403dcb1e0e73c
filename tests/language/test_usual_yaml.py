"""The quick reader of YAML says what libyaml says, place by place, or it says nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.text.composing import composed
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.usual_yaml import usual

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node

ROOT: Final = Path(__file__).parents[2]
TEXTS: Final = [
    path.read_text(encoding="utf-8")
    for folder in ("rules", "cases", "examples", "tests/checks")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
]
CHANGES: Final = 6_000
PIECES: Final = (
    *" -:#\"'[]{},\n\\*&!|>%@`?~=<.a1_$é\t\r\u00a0",
    *("- ", ": ", " #", "\n  ", "\n- ", "key: ", '"a"', "'b'", "[a, b]", "{a: b}", "[a: b]"),
    *("  ", "---\n", "...\n", '"x": ', "[]", "{}", '["a", "b"]', "''", '""', ", ", "# c", "? "),
)
PLACES: Final = """\
a: [x, "y", 'z', {b: c}, d: e]  # comment
b:
- plain text, with:colons inside
- "quoted"   # comment
-   c: 'single'
    d:
      # a comment of its own
      e: {f: [g h, ["i", "j"]], k: 1}
  # another

    l: "no # comment"
m@example.com: x#y
"""


def told(node: Node | None) -> object:
    """All of a node; positions are compared with their lengths."""
    match node:
        case None:
            return None
        case Scalar():
            return tuple(node.position), node.text, node.plain, node.commented
        case Sequence():
            return "list", tuple(node.position), [told(each) for each in node.items]
        case Mapping():
            return tuple(node.position), [(told(key), told(value)) for key, value in node.entries]
        case never:
            assert_never(never)


def differs(text: str) -> bool | None:
    """Whether the two readers differ on a text; None: the quick one leaves it."""
    found = usual(text, "f.yaml")
    if found is None:
        return None
    whole, problems = composed(text, "f.yaml")
    return bool(problems) or told(whole) != told(found)


def test_all_forms_of_the_usual_have_the_places_that_libyaml_gives_them() -> None:
    assert differs(PLACES) is False
    assert differs(PLACES.removesuffix("\n")) is False


def test_files_and_what_becomes_of_them_by_changes_are_read_alike() -> None:
    random = Random(20)  # noqa: S311 - examples, not secrets
    known = [text for text in TEXTS if usual(text, "f.yaml") is not None]
    known.append(PLACES)
    read, wrong = 0, []
    for number in range(CHANGES):
        text = random.choice(known)
        lines = text.split("\n")
        first = random.randrange(len(lines))
        text = "\n".join(lines[first : first + random.randrange(2, 20)])
        if number % 4 == 0:
            text = "".join(random.choice(PIECES) for _ in range(random.randrange(1, 14)))
        for _ in range(random.choice((0, 1, 1, 2, 4))):
            at = random.randrange(len(text) + 1)
            text = text[:at] + random.choice(PIECES) + text[at + random.choice((0, 0, 1, 3)) :]
        different = differs(text)
        read += different is not None
        if different:
            wrong.append(text)
    assert not wrong
    assert read > CHANGES / 10


def test_nearly_all_files_of_rules_are_read_quickly() -> None:
    own = [path for folder in ("rules", "examples") for path in (ROOT / folder).rglob("*.yaml")]
    texts = {path: path.read_text(encoding="utf-8") for path in own}
    left = [str(path) for path, text in texts.items() if usual(text, "f.yaml") is None]
    assert len(left) < 0.1 * len(own), left


def test_what_is_wrong_or_unusual_is_left_to_libyaml() -> None:
    texts = (
        *("", "# nothing\n", "a: b: c\n", "a: 1\na: 2\n", "a:\nb: 1\n", "a: &x b\n", "a: *x\n"),
        *("a: !t b\n", "a: |\n  b\n", "a: b\n  c\n", 'a: "b\\n"\n', "a: [b\n  ]\n", "- \n", "?\n"),
        *(
            "a: [b,]\n",
            "a: {b: }\n",
            "a: {b, c}\n",
            "---\na: b\n",
            "a: b\n...\n",
            "\ta: b\n",
            "a\n",
        ),
        *(" a: 1\nb: 2\n", "a:\n    b: 1\n  c: 2\n", "a: 'it''s'\n", "a: [[b]\n", "a: %b\n"),
        *("a: b\r\n", "\ufeffa: b\n", "a: \u2028b\n", "a:\n" + "- " * 60 + "b\n"),
        *("a: " + "[" * 30 + "]" * 30 + "\n", "{" + "k" * 2000 + ": v}\n"),
    )
    assert [text for text in texts if usual(text, "f.yaml") is not None] == []
