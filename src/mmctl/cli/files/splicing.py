"""Small edits of YAML and CSV texts: add or remove one value and keep everything else.

Texts in, texts out; the caller reads the project again to see that the result is right.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from mmctl.language.formatting.fix import Remove, fixed, plain
from mmctl.language.parsing.list_files import cells_of, columns_of
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.quoting import scalar
from mmctl.language.text.spans import items_of

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node
    from mmctl.language.text.spans import SpanItem
    from mmctl.problem import Path, Position

_REST_OF_LINE: Final = re.compile(r"[ \t]*,?[ \t]*(#[^\n]*)?\r?\n?")
_SHADOW_LINE: Final = re.compile(r"[ \t]*shadow:[ \t]*\S+[ \t]*")


def with_value(text: str, path: tuple[str, ...], value: str) -> str | None:
    """The text with a value added to the list at a path, sorted if the list is; None: impossible.

    A list over several lines gets another line, a list in brackets stays in brackets.
    """
    node = _at(compose(text, file="")[0], path)
    if not isinstance(node, Sequence):
        return None
    found = items_of(text)
    items = [found.get((item.position.line, item.position.column)) for item in node.items]
    if not items:
        at = _index(text, node.position)
        return _spliced(text, at + 1, scalar(value, flow=True)) if text[at] == "[" else None
    if None in items:
        return None
    inside = [item for item in items if item is not None]
    place = _place([item.text for item in inside], value)
    if inside[0].flow:
        return _in_brackets(text, inside, place, scalar(value, flow=True))
    return _on_its_line(text, inside, place, scalar(value, flow=False))


def without_value(text: str, place: Position, value: str) -> str | None:
    """The text without the value at a place in a list; None: it cannot be removed by itself."""
    written = next(
        (item for at, item in items_of(text).items() if at == (place.line, place.column)), None
    )
    if written is None or written.text.lower() != value.lower():
        return None
    fix = Remove(at=place, old=written.text)
    result = fixed(text, [fix], file=place.file)
    if fix in result.done:
        return result.text
    tries = (_without_line(text, written), _emptied(text, written))
    return next((each for each in tries if each and _lacks(text, each, written.path)), None)


def _without_line(text: str, item: SpanItem) -> str | None:
    """The text without the line that holds only a value, and a comment at most."""
    line = text.rfind("\n", 0, item.start) + 1
    end = text.find("\n", item.end)
    end = len(text) if end < 0 else end + 1
    before, after = text[line : item.start], text[item.end : end]
    if before.strip() not in {"", "-"} or not _REST_OF_LINE.fullmatch(after):
        return None
    rest = text[:line] + text[end:]
    if item.siblings > 1 or item.flow:
        return rest
    key = _key_at(compose(text, file="")[0], item.path[:-1])
    colon = text.find(":", _index(text, key.position) + len(key.text)) if key is not None else -1
    return None if colon < 0 else rest[: colon + 1] + " []" + rest[colon + 1 :]


def _emptied(text: str, item: SpanItem) -> str | None:
    """The text with the brackets around one value emptied."""
    start = max(0, text.rfind("[", 0, item.start))
    alone = re.compile(r"\[\s*" + re.escape(text[item.start : item.end]) + r"\s*,?\s*\]")
    found = alone.match(text, start)
    return text[: found.start()] + "[]" + text[found.end() :] if found else None


def _lacks(before: str, after: str, path: Path) -> bool:
    """Whether two texts say the same except for one value of a list."""
    was, now = (compose(text, file="") for text in (before, after))
    if was[0] is None or now[0] is None or now[1]:
        return False
    expected = plain(was[0])
    values = expected
    for part in path[:-1]:
        values = values[part]
    del values[path[-1]]
    return bool(plain(now[0]) == expected)


def _key_at(node: Node | None, path: Path) -> Scalar | None:
    """The key of what is at a path of keys and indices."""
    for part in path[:-1]:
        if isinstance(node, Mapping):
            node = node.get(str(part))
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
    if not isinstance(node, Mapping):
        return None
    return next((key for key, _ in node.entries if key.text == path[-1]), None)


def node_at(text: str, path: tuple[str, ...]) -> Node | None:
    """What is at a path in a text."""
    return _at(compose(text, file="")[0], path)


def without_shadow(text: str, place: Position) -> str | None:
    """The text in which the rule at a place is not a shadow anymore; None: no `shadow` is there.

    `shadow: true` is removed if it has its own line; elsewhere it becomes `false`.
    """
    rule = _mapping_at(compose(text, file="")[0], place)
    value = rule.get("shadow") if rule else None
    if rule is None or not isinstance(value, Scalar):
        return None
    start = _index(text, value.position)
    line = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if _SHADOW_LINE.fullmatch(text[line:end]):
        return text[:line] + text[end + 1 :]
    return text[:start] + "false" + text[start + len(value.text) :]


def csv_with(text: str, value: str) -> str:
    """The text of a list file with another line."""
    newline = "\r\n" if "\r\n" in text else "\n"
    header = _columns(text)
    row = ",".join(value if column == "address" else "" for column in header) if header else value
    return text + ("" if not text or text.endswith("\n") else newline) + row + newline


def csv_without(text: str, value: str) -> str:
    """The text of a list file without the lines of a value."""
    header = _columns(text)
    place = header.index("address") if header else 0

    def is_it(line: str) -> bool:
        cells = cells_of(line) if header else [line]
        return place < len(cells) and cells[place].strip().lower() == value.lower()

    return "".join(line for line in text.splitlines(keepends=True) if not is_it(line))


def _columns(text: str) -> list[str] | None:
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return columns_of(first)


def _at(node: Node | None, path: tuple[str, ...]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _mapping_at(node: Node | None, place: Position) -> Mapping | None:
    """The innermost mapping that begins on the line of a place, or has a key there."""
    if isinstance(node, Sequence):
        return next(filter(None, (_mapping_at(item, place) for item in node.items)), None)
    if not isinstance(node, Mapping):
        return None
    below = next(filter(None, (_mapping_at(value, place) for _, value in node.entries)), None)
    lines = {node.position.line, *(key.position.line for key, _ in node.entries)}
    own = place.line in lines and node.get("shadow") is not None
    return below or (node if own else None)


def _place(texts: list[str], value: str) -> int:
    lower = [text.lower() for text in texts]
    return bisect_left(lower, value.lower()) if lower == sorted(lower) else len(texts)


def _in_brackets(text: str, inside: list[SpanItem], place: int, value: str) -> str:
    if place < len(inside):
        return _spliced(text, inside[place].start, f"{value}, ")
    return _spliced(text, inside[-1].end, f", {value}")


def _on_its_line(text: str, inside: list[SpanItem], place: int, value: str) -> str | None:
    beside = inside[max(0, place - 1)]
    line = text.rfind("\n", 0, beside.start) + 1
    lead = text[line : beside.start]
    if lead.strip() != "-" or beside.quote in {"|", ">"}:
        return None
    if place == 0:
        return _spliced(text, line, f"{lead}{value}\n")
    end = text.find("\n", beside.end)
    if end < 0:
        return _spliced(text, len(text), f"\n{lead}{value}")
    return _spliced(text, end, f"\n{lead}{value}")


def _spliced(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at:]


def _index(text: str, place: Position) -> int:
    """The character of a line and column, both from 1."""
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    return start + place.column - 1
