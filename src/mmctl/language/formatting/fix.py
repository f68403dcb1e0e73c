"""Changes of a file's text at the places of its values; comments and layout are kept.

A change is made only if the value is still what it was when it was found, and if nothing but
that value changes: the new text is read again and compared. A change that fails this is not made.
No check lives here, and nothing opens files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.text.compose import compose
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node, Scalar
from mmctl.language.text.nodes import Sequence as SequenceNode
from mmctl.language.text.quoting import quoted, scalar
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mmctl.language.text.spans import SpanItem
    from mmctl.problem import Path, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Write another value."""

    at: Position
    old: str
    new: str

    @property
    def file(self) -> str:
        """The file to change."""
        return self.at.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take a value out of its list."""

    at: Position
    old: str

    @property
    def file(self) -> str:
        """The file to change."""
        return self.at.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Put the values of a list into another order."""

    at: tuple[Position, ...]
    """The places of all of its values."""
    values: tuple[str, ...]
    order: tuple[int, ...]
    """By new place: the index of the value that goes there."""

    @property
    def file(self) -> str:
        """The file to change."""
        return self.at[0].file


@dataclass(frozen=True, slots=True, kw_only=True)
class Unignore:
    """Take the id of a check out of an ignore comment, and the comment with its last id."""

    at: Position
    check: str

    @property
    def file(self) -> str:
        """The file to change."""
        return self.at.file


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFile:
    """Write the whole file in mmctl's layout."""

    at: Position

    @property
    def file(self) -> str:
        """The file to change."""
        return self.at.file


Fix = Replace | Remove | Sort | Unignore | FormatFile

_IDS: Final = Pattern(r"(\s*#\s*mmctl:\s*ignore\[)([^\]]*)(\].*)", re.DOTALL)
_BETWEEN: Final = Pattern(r"[\s,-]*")
_BEFORE_VALUE: Final = Pattern(r"\s*-[ ]+")

Splice = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A text after its fixes, and the fixes that were made."""

    text: str
    done: tuple[Fix, ...] = ()


def fixed(text: str, fixes: Iterable[Fix], *, file: str) -> Fixed:
    """The text after all possible fixes for a file; the same text if there are none."""
    before, problems = compose(text, file=file)
    if before is None or problems:
        return Fixed(text=text)
    from mmctl.language.text.spans import items_of  # noqa: PLC0415 - the library is for fixes alone

    plan = _Plan(text, items_of(text))
    for fix in fixes:
        if fix.file == file and fix not in plan.done and plan.takes(fix):
            plan.done.append(fix)
    after = text
    for start, end, new in sorted(plan.splices(), reverse=True):
        after = after[:start] + new + after[end:]
    read, problems = compose(after, file=file)
    if read is None or problems or plain(read) != plan.expected(plain(before)):
        return Fixed(text=text)
    if any(isinstance(fix, FormatFile) for fix in plan.done):
        from mmctl.language.formatting.format import formatted  # noqa: PLC0415 - few fixes need it

        after = formatted(after, file=file).text
    return Fixed(text=after, done=tuple(plan.done))


def plain(node: Node) -> Any:
    """The content of a node, as lists, dictionaries and texts."""
    match node:
        case Scalar():
            return node.text
        case SequenceNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key.text: plain(value) for key, value in node.entries}
        case _:
            assert_never(node)


@dataclass(slots=True)
class _Plan:
    """The changes to one text, in its characters and in its content."""

    text: str
    items: Mapping[tuple[int, int], SpanItem]
    lists: dict[Path, list[SpanItem]] = field(init=False)
    new: dict[Path, str] = field(default_factory=dict)
    gone: defaultdict[Path, set[int]] = field(default_factory=lambda: defaultdict(set))
    orders: dict[Path, tuple[int, ...]] = field(default_factory=dict)
    unignored: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    done: list[Fix] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lists = defaultdict(list)
        for item in self.items.values():
            if item.siblings:
                self.lists[item.path[:-1]].append(item)

    def takes(self, fix: Fix) -> bool:
        """Add a fix; False if it cannot be made without changing more."""
        match fix:
            case Replace():
                item = self.found(fix.at, fix.old)
                if item is None or item.path in self.new or item.quote in {"|", ">"}:
                    return False
                self.new[item.path] = fix.new
            case Remove():
                item = self.found(fix.at, fix.old)
                if item is None or not self.can_lose(item):
                    return False
                self.gone[item.path[:-1]].add(int(item.path[-1]))
            case Sort():
                path = self.list_of(fix)
                if path is None:
                    return False
                self.orders[path] = fix.order
            case Unignore():
                self.unignored[fix.at.line].add(fix.check)
            case FormatFile():
                pass  # it comes last, and keeps the content
            case _:
                assert_never(fix)
        return True

    def found(self, at: Position, old: str) -> SpanItem | None:
        """The value at a place, if it is unchanged."""
        item = self.items.get((at.line, at.column))
        return item if item is not None and item.text == old else None

    def can_lose(self, item: SpanItem) -> bool:
        """Whether a value's list keeps others, and no comment would be lost with the value."""
        path, index = item.path[:-1], int(item.path[-1])
        inside = self.lists[path]
        left = len(inside) - len(self.gone.get(path, ()))
        if not item.siblings or len(inside) != item.siblings or left < 2:  # noqa: PLR2004 - one stays
            return False
        if item.flow:
            around = inside[max(index - 1, 0) : index + 2]
            return self.only_signs_between(around)
        start, end = self.line_of(item)
        above = self.text[self.text.rfind("\n", 0, max(start - 1, 0)) + 1 : start]
        alone = _BEFORE_VALUE.fullmatch(self.text[start : item.start])
        # A comment above is about the value: only a person may remove both.
        commented = above.lstrip().startswith("#") or self.text[item.end : end].strip()
        return bool(alone) and not commented

    def list_of(self, fix: Sort) -> Path | None:
        """The list that a fix sorts, if its values are unchanged."""
        found = [self.found(at, value) for at, value in zip(fix.at, fix.values, strict=True)]
        paths = {item.path[:-1] for item in found if item is not None}
        if None in found or len(paths) != 1:
            return None
        (path,) = paths
        inside = self.lists[path]
        whole = len(inside) == len(fix.order) == inside[0].siblings
        return path if whole and self.only_signs_between(inside) else None

    def only_signs_between(self, inside: list[SpanItem]) -> bool:
        """Whether only commas, dashes and space are between values: no comments."""
        return all(_BETWEEN.fullmatch(self.text[a.end : b.start]) for a, b in pairwise(inside))

    def line_of(self, item: SpanItem) -> tuple[int, int]:
        """Where the line of a value begins and ends, in characters; its line feed included."""
        end = self.text.find("\n", item.end)
        return self.text.rfind("\n", 0, item.start) + 1, len(self.text) if end < 0 else end + 1

    # -- in characters

    def splices(self) -> Iterator[Splice]:
        """The replacements: start, end and new text."""
        changed = {path[:-1] for path in self.new} | self.gone.keys() | self.orders.keys()
        for item in self.items.values():
            if item.path in self.new and not item.siblings:
                yield item.start, item.end, self.written(item)
        for path in changed & self.lists.keys():
            yield from self.in_list(path)
        yield from self.in_comments()

    def in_list(self, path: Path) -> Iterator[Splice]:
        """Put the values into the places that stay, in their order; remove the other places."""
        inside = self.lists[path]
        gone = self.gone.get(path, set())
        order = self.orders.get(path, range(len(inside)))
        texts = [self.written(inside[index]) for index in order if index not in gone]
        kept = [item for index, item in enumerate(inside) if index not in gone]
        for item, text in zip(kept, texts, strict=True):
            yield item.start, item.end, text
        if gone:
            yield from self.cuts(inside, gone)

    def cuts(self, inside: list[SpanItem], gone: set[int]) -> Iterator[Splice]:
        """The places to remove: whole lines, or up to the neighbor between brackets."""
        if not inside[0].flow:
            yield from ((*self.line_of(inside[index]), "") for index in gone)
            return
        last = max(set(range(len(inside))) - gone)
        for index in sorted(gone):
            if index < last:
                yield inside[index].start, inside[index + 1].start, ""
        if last + 1 < len(inside):
            yield inside[last].end, inside[-1].end, ""

    def written(self, item: SpanItem) -> str:
        """A value as that place writes it, in its former quotes if possible."""
        text = self.new.get(item.path)
        if text is None:
            return self.text[item.start : item.end]
        if item.quote == "'" and text.isprintable() and "'" not in text:
            return f"'{text}'"
        return scalar(text, flow=item.flow) if item.quote is None else quoted(text)

    def in_comments(self) -> Iterator[Splice]:
        """Remove ids from ignore comments, and comments that are left empty."""
        start = 0
        for number, line in enumerate(self.text.splitlines(keepends=True), 1):
            found = _IDS.fullmatch(line) if number in self.unignored else None
            if found is not None:
                ids = map(str.strip, found[2].split(","))
                left = [each for each in ids if each not in self.unignored[number]]
                yield start, start + len(line), f"{found[1]}{', '.join(left)}{found[3]}" * any(left)
            start += len(line)

    # -- in content

    def expected(self, value: Any, path: Path = ()) -> Any:
        """The content that the text must have afterwards."""
        if isinstance(value, dict):
            return {key: self.expected(member, (*path, key)) for key, member in value.items()}
        if isinstance(value, list):
            listed = [self.expected(item, (*path, index)) for index, item in enumerate(value)]
            order = self.orders.get(path, range(len(listed)))
            return [listed[index] for index in order if index not in self.gone.get(path, ())]
        return self.new.get(path, value)
