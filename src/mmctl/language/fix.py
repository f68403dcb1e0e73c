"""Changes of a file's text by the places of its values; comments and layout stay as they are.

A change is made only where the value is still what it was when it was found, and where nothing but
that value changes: the new text is read again and compared. What cannot be done so is left alone.
No check lives here, and nothing opens files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.nodes import Mapping as MappingNode
from mmctl.language.nodes import Node, Scalar, compose
from mmctl.language.nodes import Sequence as SequenceNode
from mmctl.language.quoting import quoted, scalar
from mmctl.language.spans import Item, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.problem import Path, Position

    Key = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Write another value."""

    at: Position
    old: str
    new: str

    @property
    def file(self) -> str:
        """The file that it changes."""
        return self.at.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take a value out of its list."""

    at: Position
    old: str

    @property
    def file(self) -> str:
        """The file that it changes."""
        return self.at.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Put the values of a list into another order."""

    at: tuple[Position, ...]
    """The places of all its values."""
    values: tuple[str, ...]
    order: tuple[int, ...]
    """By new place: the index of the value that goes there."""

    @property
    def file(self) -> str:
        """The file that it changes."""
        return self.at[0].file


@dataclass(frozen=True, slots=True, kw_only=True)
class Unignore:
    """Take the id of a check out of an ignore comment, and the comment with its last id."""

    at: Position
    check: str

    @property
    def file(self) -> str:
        """The file that it changes."""
        return self.at.file


Fix = Replace | Remove | Sort | Unignore

_IDS: Final = re.compile(r"(?P<before>\s*#\s*mmctl:\s*ignore\[)(?P<ids>[^\]]*)(?P<after>\].*)", re.S)
_BETWEEN: Final = re.compile(r"[\s,-]*")
_OWN_LINE: Final = re.compile(r"\s*-[ ]+")


def fixed(text: str, fixes: Iterable[Fix], *, file: str) -> str:
    """The text after all fixes for a file that can be made; the same text where none can.

    Fixes in one list may get in each other's way; the one that is left out can be made next time.
    """
    wanted = [fix for fix in fixes if fix.file == file]
    values = _with_values(text, [fix for fix in wanted if not isinstance(fix, Unignore)], file)
    return _without_ids(values, text, [fix for fix in wanted if isinstance(fix, Unignore)])


# -- values


@dataclass(slots=True)
class _Plan:
    """What is to be done in one text."""

    splices: list[tuple[int, int, str]] = field(default_factory=list)
    new: dict[Path, str] = field(default_factory=dict)
    gone: defaultdict[Path, set[int]] = field(default_factory=lambda: defaultdict(set))
    orders: dict[Path, tuple[int, ...]] = field(default_factory=dict)
    touched: set[Path] = field(default_factory=set)
    """Lists in which something is done."""


def _with_values(text: str, fixes: list[Fix], file: str) -> str:
    before, problems = compose(text, file=file)
    if not fixes or before is None or problems:
        return text
    items = items_of(text)
    plan = _Plan()
    for fix in fixes:
        _put(plan, fix, items)
    _remove(plan, items, text)
    for path, order in plan.orders.items():
        _reorder(plan, path, order, items, text)
    after = text
    for start, end, new in sorted(plan.splices, reverse=True):
        after = after[:start] + new + after[end:]
    read, problems = compose(after, file=file)
    if read is None or problems or _plain(read) != _expected(_plain(before), plan, ()):
        return text
    return after


def _put(plan: _Plan, fix: Fix, items: Mapping[Key, Item]) -> None:
    match fix:
        case Replace():
            item = _found(fix.at, fix.old, items)
            if item is not None and item.path not in plan.new:
                plan.new[item.path] = fix.new
                plan.touched.add(item.path[:-1])
                plan.splices.append((item.start, item.end, _written(item, fix.new)))
        case Remove():
            item = _found(fix.at, fix.old, items)
            if item is not None and item.siblings and item.path not in plan.new:
                plan.gone[item.path[:-1]].add(int(item.path[-1]))
                plan.touched.add(item.path[:-1])
        case Sort():
            pairs = zip(fix.at, fix.values, strict=True)
            found = [_found(at, value, items) for at, value in pairs]
            paths = {item.path[:-1] for item in found if item is not None}
            if None not in found and len(paths) == 1:
                plan.orders[paths.pop()] = fix.order
        case Unignore():
            pass
        case _:
            assert_never(fix)


def _found(at: Position, old: str, items: Mapping[Key, Item]) -> Item | None:
    item = items.get((at.line, at.column))
    return item if item is not None and item.text == old else None


def _written(item: Item, text: str) -> str:
    """The text in the quotes that the value had, where that can be."""
    if item.quote == "'" and text.isprintable() and "'" not in text:
        return f"'{text}'"
    return scalar(text, flow=item.flow) if item.quote is None else quoted(text)


def _remove(plan: _Plan, items: Mapping[Key, Item], text: str) -> None:
    by_path = {item.path: item for item in items.values()}
    for path, gone in list(plan.gone.items()):
        inside = [by_path.get((*path, index)) for index in range(_size(by_path, path, gone))]
        whole = [item for item in inside if item is not None]
        cuts = (
            [] if len(whole) != len(inside) or len(gone) == len(inside) else _cuts(whole, gone, text)
        )
        if cuts:
            plan.splices += [(start, end, "") for start, end in cuts]
        else:
            del plan.gone[path]


def _size(by_path: Mapping[Path, Item], path: Path, gone: set[int]) -> int:
    return by_path[(*path, next(iter(gone)))].siblings


def _cuts(inside: list[Item], gone: set[int], text: str) -> list[tuple[int, int]]:
    """What is cut out of the text of a list; nothing where more than the values would go."""
    cuts = list((_inline if inside[0].flow else _lines)(inside, gone, text))
    return [] if None in cuts else [cut for cut in cuts if cut is not None]


def _inline(inside: list[Item], gone: set[int], text: str) -> Iterator[tuple[int, int] | None]:
    index = 0
    while index < len(inside):
        if index not in gone:
            index += 1
            continue
        first = index
        while index in gone:
            index += 1
        if index < len(inside):
            start, end = inside[first].start, inside[index].start
        else:
            start, end = inside[first - 1].end, inside[-1].end
        between = [text[a.end : b.start] for a, b in _neighbours(inside, first, index)]
        yield (start, end) if all(map(_BETWEEN.fullmatch, between)) else None


def _neighbours(inside: list[Item], first: int, after: int) -> Iterator[tuple[Item, Item]]:
    low, high = max(first - 1, 0), min(after, len(inside) - 1)
    for index in range(low, high):
        yield inside[index], inside[index + 1]


def _lines(inside: list[Item], gone: set[int], text: str) -> Iterator[tuple[int, int] | None]:
    for index in sorted(gone):
        item = inside[index]
        start = text.rfind("\n", 0, item.start) + 1
        end = text.find("\n", item.end) + 1 or len(text)
        above = text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : start]
        alone = _OWN_LINE.fullmatch(text[start : item.start]) and not text[item.end : end].strip()
        # A comment above says something about the value; who removes both is a person.
        yield (start, end) if alone and not above.lstrip().startswith("#") else None


def _reorder(
    plan: _Plan, path: Path, order: tuple[int, ...], items: Mapping[Key, Item], text: str
) -> None:
    inside = sorted(
        (item for item in items.values() if item.path[:-1] == path), key=lambda item: item.start
    )
    gaps = (text[a.end : b.start] for a, b in zip(inside, inside[1:], strict=False))
    if path in plan.touched or len(inside) != len(order) or not all(map(_BETWEEN.fullmatch, gaps)):
        plan.orders[path] = tuple(range(len(order)))
        return
    plan.splices += [
        (item.start, item.end, text[inside[index].start : inside[index].end])
        for item, index in zip(inside, order, strict=True)
    ]


# -- what the text must say afterwards


def _plain(node: Node) -> Any:
    match node:
        case Scalar():
            return node.text
        case SequenceNode():
            return [_plain(item) for item in node.items]
        case MappingNode():
            return {key.text: _plain(value) for key, value in node.entries}


def _expected(value: Any, plan: _Plan, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _expected(member, plan, (*path, key)) for key, member in value.items()}
    if isinstance(value, list):
        gone = plan.gone.get(path, set())
        listed = [_expected(item, plan, (*path, index)) for index, item in enumerate(value)]
        if path in plan.orders:
            listed = [listed[index] for index in plan.orders[path]]
        return [item for index, item in enumerate(listed) if index not in gone]
    return plan.new.get(path, value)


# -- comments


def _without_ids(text: str, before: str, fixes: list[Unignore]) -> str:
    """Take ids out of ignore comments; lines are found by their text as it was before."""
    lines, old = text.splitlines(keepends=True), before.splitlines(keepends=True)
    # Where other fixes took lines away, comments have moved: they are changed next time.
    if not fixes or len(lines) != len(old):
        return text
    gone: defaultdict[int, set[str]] = defaultdict(set)
    for fix in fixes:
        gone[fix.at.line - 1].add(fix.check)
    for number, ids in gone.items():
        found = _IDS.fullmatch(lines[number]) if number < len(lines) else None
        if found is not None:
            left = [each for each in map(str.strip, found["ids"].split(",")) if each not in ids]
            kept = f"{found['before']}{', '.join(left)}{found['after']}"
            lines[number] = kept if any(left) else ""
    return "".join(lines)
