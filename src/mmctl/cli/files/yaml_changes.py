"""Write live things into the texts of rule files: add, remove and move rules, values and objects.

Texts in, texts out; comments and layout of everything else stay. The result is not verified here:
the caller reads the project again. What has no place in a text raises `CannotTake`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.files.splicing import csv_with, csv_without, with_value, without_value
from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.language.text.quoting import scalar
from mmctl.language.text.spans import items_of
from mmctl.language.writing.write import to_yaml
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node
    from mmctl.problem import Position

_VARIABLE: Final = "${"
_WHOLE: Final = "its text has comments or variables"


class CannotTake(Exception):
    """The change has no place in the files, or what is there is not its own; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of a text: an item of a list or a key, with the comments above it."""

    lead: int
    """The first line of the comments, counted from 0."""
    start: int
    end: int
    """The line after the last."""
    indent: int


def with_rule(text: str, rule: dict[str, Any], beside: Position, *, after: bool) -> str:
    """The text with another rule, before or after the one at a place."""
    lines = text.splitlines(keepends=True)
    block = item_block(lines, beside)
    new = _indented(to_yaml({"rules": [rule]}).splitlines()[1:], block.indent)
    return _inserted(lines, block, new, after=after)


def without_rule(text: str, place: Position) -> tuple[str, list[str]]:
    """The text without the rule at a place, and its lines with the comments above it."""
    lines = text.splitlines(keepends=True)
    block = item_block(lines, place)
    taken = lines[block.lead : block.end]
    rest = lines[: block.lead] + lines[block.end :]
    at = block.lead
    while 0 < at < len(rest) and not rest[at].strip() and not rest[at - 1].strip():
        del rest[at]
    return "".join(rest).rstrip("\n") + "\n", taken


def with_lines(text: str, new: list[str], beside: Position, *, after: bool) -> str:
    """The text with lines of another rule before or after the one at a place."""
    lines = text.splitlines(keepends=True)
    block = item_block(lines, beside)
    own = min((len(line) - len(line.lstrip()) for line in new if line.strip()), default=0)
    shifted = [" " * block.indent + line[own:] if line.strip() else line for line in new]
    return _inserted(lines, block, shifted, after=after)


def item_block(lines: list[str], place: Position) -> Block:
    """The lines of the list item at a place.

    Raises:
        CannotTake: no item begins on that line.
    """
    start = place.line - 1
    while start >= 0 and not lines[start].lstrip().startswith("- "):
        start -= 1
    if start < 0 or not lines[start].lstrip().startswith("- "):
        raise CannotTake("it shares a line with something else")
    return _block(lines, start)


def _block(lines: list[str], start: int) -> Block:
    indent = _indent(lines[start])
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    lead = start
    while lead and lines[lead - 1].lstrip().startswith("#") and _indent(lines[lead - 1]) == indent:
        lead -= 1
    return Block(lead=lead, start=start, end=end, indent=indent)


def _inserted(lines: list[str], block: Block, new: list[str], *, after: bool) -> str:
    """Lines with new ones before or after a block, with the same gap as between its neighbors."""
    if lines and not lines[-1].endswith("\n"):
        lines = [*lines[:-1], lines[-1] + "\n"]
    if after:
        return "".join([*lines[: block.end], "\n", *new, *lines[block.end :]])
    return "".join([*lines[: block.lead], *new, "\n", *lines[block.lead :]])


def with_object(text: str, section: str, name: str, data: dict[str, Any]) -> str:
    """The text with another object, at the end of its section; a new section comes last."""
    written = to_yaml({section: {name: data}}).splitlines()[1:]
    lines = text.rstrip("\n").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    key = next((at for at, line in enumerate(lines) if line.startswith(f"{section}:")), None)
    if key is None:
        return "".join([*lines, "\n", f"{section}:\n", *(f"{line}\n" for line in written)])
    if lines[key].partition(":")[2].split("#")[0].strip():
        raise CannotTake(f"`{section}` shares a line with something else")
    block = _block(lines, key)
    return "".join([*lines[: block.end], *(f"{line}\n" for line in written), *lines[block.end :]])


def with_member(text: str, name: str, address: str) -> str:
    """The text with another address on a list."""
    found = with_value(text, ("address_lists", name, "members"), address)
    if found is None:
        raise CannotTake("its members are not a list in the file")
    return found


def without_member(text: str, place: Position, address: str) -> str:
    """The text without an address of a list."""
    found = without_value(text, place, address)
    if found is None:
        raise CannotTake("something else is written in the same place")
    return found


def with_row(text: str, address: str) -> str:
    """The text of a file of members with another address."""
    return csv_with(text, address)


def without_row(text: str, address: str) -> str:
    """The text of a file of members without an address."""
    return csv_without(text, address)


def changed(text: str, node: Node, old: dict[str, Any], new: dict[str, Any]) -> str:
    """The text with a mapping changed; `old` and `new` are as the file would write them.

    Values are changed one by one; a part that has other keys or another length is rewritten.

    Raises:
        CannotTake: a part to rewrite has comments or variables.
    """
    if not isinstance(node, Mapping):
        raise CannotTake("it is not a mapping in the file")
    for key in [*old, *(key for key in new if key not in old)]:
        if old.get(key) != new.get(key):
            text = _member(text, node, key, old.get(key), new.get(key))
            again = _found_again(text, node)
            node = again if again is not None else node
    return text


def _member(text: str, node: Mapping, key: str, old: Any, new: Any) -> str:
    value = node.get(key)
    if value is None:
        return _with_key(text, node, key, new)
    if new is not None:
        try:
            return _value(text, value, old, new)
        except _Unfit:
            pass
    return _anew(text, node, key, new)


class _Unfit(Exception):
    """The two differ in more than values."""


def _value(text: str, node: Node, old: Any, new: Any) -> str:
    if old == new:
        return text
    if _are_texts(old) and _are_texts(new) and (isinstance(old, list) or isinstance(new, list)):
        return _texts(text, node, _listed(old), _listed(new))
    if isinstance(node, Scalar) and not isinstance(new, (dict, list)):
        return _scalar(text, node, new)
    if isinstance(node, Mapping) and isinstance(old, dict) and isinstance(new, dict):
        if list(old) != list(new):
            raise _Unfit
        pairs = [(node.get(key), old[key], new[key]) for key in old]
    elif isinstance(node, Sequence) and isinstance(old, list) and isinstance(new, list):
        if not len(old) == len(new) == len(node.items):
            raise _Unfit
        pairs = list(zip(node.items, old, new, strict=True))
    else:
        raise _Unfit
    differing = [(each, one, other) for each, one, other in pairs if one != other]
    # Start at the end, so that earlier positions stay valid.
    for each, one, other in reversed(differing):
        if each is None:
            raise _Unfit
        text = _value(text, each, one, other)
    return text


def _texts(text: str, node: Node, old: list[str], new: list[str]) -> str:
    """A value or a list of values, changed one by one."""
    came, went = (
        [each for each in new if each not in old],
        [each for each in old if each not in new],
    )
    if isinstance(node, Scalar):
        if _VARIABLE in node.text:
            raise CannotTake(f"it is written as `{node.text}`")
        shown = ", ".join(scalar(each, flow=True) for each in new)
        return _spliced(text, node.position, f"[{shown}]" if len(new) > 1 else shown)
    if not isinstance(node, Sequence) or not node.items:
        raise _Unfit
    written = [item for item in node.items if isinstance(item, Scalar)]
    if len(written) < len(node.items):
        raise _Unfit
    if came:
        text = _beside(text, written[-1], came)
    for each in went:
        item = next((item for item in written if item.text == each), None)
        if item is None:
            raise CannotTake(f"`{each}` comes from a variable")
        found = without_value(text, item.position, each)
        if found is None:
            raise _Unfit
        text = found
    return text


def _beside(text: str, last: Scalar, new: list[str]) -> str:
    """Values added after the last one of a list: in its brackets, or each on its own line."""
    item = items_of(text).get((last.position.line, last.position.column))
    if item is None:
        raise _Unfit
    if item.flow:
        more = "".join(f", {scalar(each, flow=True)}" for each in new)
        return text[: item.end] + more + text[item.end :]
    line = text.rfind("\n", 0, item.start) + 1
    lead = text[line : item.start]
    if lead.strip() != "-":
        raise _Unfit
    end = text.find("\n", item.end)
    end = len(text) if end < 0 else end
    more = "".join(f"\n{lead}{scalar(each, flow=False)}" for each in new)
    return text[:end] + more + text[end:]


def _scalar(text: str, node: Scalar, new: Any) -> str:
    if _VARIABLE in node.text:
        raise CannotTake(f"it is written as `{node.text}`")
    shown = scalar(new, flow=True) if isinstance(new, str) else _plain(new)
    return _spliced(text, node.position, shown)


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _spliced(text: str, place: Position, shown: str) -> str:
    item = items_of(text).get((place.line, place.column))
    if item is None or item.quote in {"|", ">"}:
        raise _Unfit
    return text[: item.start] + shown + text[item.end :]


def _with_key(text: str, node: Mapping, key: str, new: Any) -> str:
    """Another key: below the first one of a block, or at the end of a mapping in braces."""
    first = node.entries[0][0]
    lines = text.splitlines(keepends=True)
    flow = lines[node.position.line - 1][node.position.column - 1 : node.position.column] == "{"
    if flow:
        shown = "".join(to_yaml({"top": {"inner": {key: new}}}).splitlines()[-1:]).strip()
        inside = shown.removeprefix("inner:").strip().removeprefix("{").removesuffix("}")
        at = _index(text, node.position) + 1
        return f"{text[:at]}{inside}, {text[at:]}"
    column = first.position.column - 1
    block = _key_block(lines, first.position.line - 1, column)
    written = _indented(to_yaml({key: new}).splitlines(), column)
    return "".join([*lines[: block.end], *written, *lines[block.end :]])


def _anew(text: str, node: Mapping, key: str, new: Any) -> str:
    """A key of a block, rewritten or removed."""
    name = next(name for name, _value in node.entries if name.text == key)
    lines = text.splitlines(keepends=True)
    column = name.position.column - 1
    if lines[name.position.line - 1][:column].strip():
        raise CannotTake(f"`{key}` shares a line with something else")
    block = _key_block(lines, name.position.line - 1, column)
    body = "".join(lines[block.start : block.end])
    if _VARIABLE in body or re.search(r"(^|\s)#", body):
        raise CannotTake(f"`{key}` would be rewritten, and {_WHOLE}")
    written = [] if new is None else _indented(to_yaml({key: new}).splitlines(), column)
    return "".join([*lines[: block.start], *written, *lines[block.end :]])


def _key_block(lines: list[str], start: int, column: int) -> Block:
    """The lines of a key that starts in a column."""
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > column):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return Block(lead=start, start=start, end=end, indent=column)


def _found_again(text: str, node: Mapping) -> Mapping | None:
    """The mapping that starts where one started."""
    return _at(compose(text, file="")[0], node.position)


def _at(node: Node | None, place: Position) -> Mapping | None:
    if isinstance(node, Sequence):
        return next(filter(None, (_at(item, place) for item in node.items)), None)
    if not isinstance(node, Mapping):
        return None
    if (node.position.line, node.position.column) == (place.line, place.column):
        return node
    return next(filter(None, (_at(value, place) for _, value in node.entries)), None)


def rule_node(text: str, place: Position) -> Mapping:
    """The mapping of the rule at a place.

    Raises:
        CannotTake: there is none.
    """
    found = _innermost(compose(text, file="")[0], place)
    if found is None:
        raise CannotTake("it is not in the file")
    return found


def _innermost(node: Node | None, place: Position) -> Mapping | None:
    children: list[Node] = []
    if isinstance(node, Sequence):
        children = list(node.items)
    elif isinstance(node, Mapping):
        children = [value for _, value in node.entries]
    below = next(filter(None, (_innermost(each, place) for each in children)), None)
    if below is not None or not isinstance(node, Mapping):
        return below
    spots = {(node.position.line, node.position.column)}
    spots |= {(key.position.line, key.position.column) for key, _ in node.entries}
    spots |= {(v.position.line, v.position.column) for _, v in node.entries}
    named = node.get("name") is not None
    return node if named and (place.line, place.column) in spots else None


def _are_texts(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _indented(lines: list[str], indent: int) -> list[str]:
    own = min((_indent(line) for line in lines if line.strip()), default=0)
    return [" " * indent + line[own:] + "\n" if line.strip() else "\n" for line in lines]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _index(text: str, place: Position) -> int:
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    return start + place.column - 1
