"""The text of a YAML file → a tree that keeps its comments and empty lines.

libyaml tells where each text is; a `#` outside of them starts a comment. A comment on a separate
line belongs to what follows it, unless it is indented like what comes before; a comment
at the end of a line belongs to that line. Nothing here knows a key of the language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from mmctl.language.text.layout import Branch, Entry, Leaf, Tree
from mmctl.language.text.yaml_events import over_events
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMENT: Final = Pattern(r"(?:(?<=\s)|^)#[^\n]*", re.MULTILINE)
_EMPTY: Final = Pattern(r"^[ \t]*\n", re.MULTILINE)
_NOT_YET: Final = Leaf(text="")
_HEADER: Final = Pattern(r"([|>])([-+]?)([0-9]?)([-+]?)[ \t]*(#[^\n]*)?\n?")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, or an empty line if `text` is empty."""

    start: int
    column: int
    text: str
    alone: bool
    """Only spaces come before it on its line."""


@dataclass(slots=True)
class _Placed:
    """An entry, where it starts, and the branch that it is in."""

    entry: Entry
    start: int
    column: int
    chain: tuple[_Holder, ...]
    """The branches around it, the outermost first."""


@dataclass(slots=True)
class _Holder:
    """A branch, and where it is."""

    branch: Branch
    start: int
    column: int
    around: _Holder | None = None
    end: int = 0
    starts: list[int] = field(default_factory=list)
    """Where each of its entries starts."""


@dataclass(slots=True)
class Source:
    """A file taken apart: its tree and all of its comments."""

    tree: Branch
    comments: tuple[Comment, ...]


def parsed(text: str) -> Source | None:
    """Take apart a file that is readable as YAML; None if it is not a list or mapping."""
    walk, tree = over_events(text, partial(_walked, text))
    if not isinstance(tree, Branch):
        return None
    comments = tuple(_comments(text, walk.spans))
    _attach(comments, walk, tree)
    return Source(tree, comments)


def _walked(text: str, next_event: Callable[[], Any]) -> tuple[_EventWalk, Tree | None]:
    walk = _EventWalk(text, next_event)
    return walk, walk.document()


@dataclass(slots=True)
class _EventWalk:
    """One walk over the events of a file."""

    text: str
    next_event: Callable[[], Any]
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Where texts are: what looks like a comment in them is not one."""
    placed: list[_Placed] = field(default_factory=list)
    brackets: list[_Holder] = field(default_factory=list)
    """The lists and mappings in brackets and braces, in the order of their starts."""

    def document(self) -> Tree | None:
        self.next_event()
        if isinstance(self.next_event(), StreamEndEvent):
            return None
        return self._node(self.next_event(), ())

    def _node(self, event: Any, chain: tuple[_Holder, ...]) -> Tree:
        if type(event) is ScalarEvent:
            return self._leaf(event)
        mapping = type(event) is MappingStartEvent
        branch = Branch(mapping=mapping, flow=bool(event.flow_style))
        around = chain[-1] if chain else None
        holder = _Holder(branch, event.start_mark.index, event.start_mark.column, around)
        if branch.flow:
            self.brackets.append(holder)
        end = MappingEndEvent if mapping else SequenceEndEvent
        inside = (*chain, holder)
        while type(item := self.next_event()) is not end:
            self._entry(item, holder, inside)
        holder.end = item.end_mark.index
        return branch

    def _entry(self, event: Any, holder: _Holder, chain: tuple[_Holder, ...]) -> None:
        branch = holder.branch
        entry = Entry(value=_NOT_YET)
        start = event.start_mark.index
        column = holder.column
        if not branch.mapping and not branch.flow:
            start = self._dash(start)
        if not branch.mapping and not branch.entries:
            # A list below a key without further indentation starts at its first dash.
            holder.column = column = self._column(start)
        holder.starts.append(start)
        if not branch.flow:
            self.placed.append(_Placed(entry, start, column, chain))
        branch.entries.append(entry)
        if branch.mapping:
            entry.key = self._leaf(event)
            entry.key.block = None
            event = self.next_event()
        entry.value = self._node(event, chain)

    def _dash(self, start: int) -> int:
        """Where the dash before an item is."""
        taken = self.spans[-1][1] if self.spans else 0
        gap = self.text[taken:start]
        if "#" in gap:
            gap = _COMMENT.sub(lambda found: " " * len(found.group()), gap)
        at = gap.rfind("-")
        return taken + at if at >= 0 else start

    def _column(self, index: int) -> int:
        return index - (self.text.rfind("\n", 0, index) + 1)

    def _leaf(self, event: Any) -> Leaf:
        start, end = event.start_mark.index, event.end_mark.index
        leaf = Leaf(text=event.value, plain=not event.style)
        if event.style in {"|", ">"}:
            raw = self.text[start:end]
            header = _HEADER.match(raw)
            if header is not None:
                leaf.block = _block(event.value, event.style, raw[header.end() :], header)
                keeps = "+" in header[2] + header[4]
                length = len(raw) if keeps else len(raw.rstrip())
                comment_at = header.start(5) if header[5] else header.end()
                self.spans.append((start, start + min(comment_at, length)))
                end = start + length
                start = min(start + header.end(), end)
        self.spans.append((start, end))
        return leaf


def _block(text: str, style: str, below: str, header: re.Match[str]) -> tuple[str, ...] | None:
    """How a text over several lines is written, or None if quotes are safer."""
    body = text.rstrip("\n")
    if header[3] or "+" in header[2] + header[4] or not body.strip() or body[0].isspace():
        return None
    if len(text) - len(body) > 1:
        return None
    chomp = "" if text.endswith("\n") else "-"
    if style == "|":
        return (f"|{chomp}", *body.split("\n"))
    lines = below.rstrip().split("\n")
    margin = min(len(line) - len(line.lstrip(" ")) for line in lines if line.strip())
    return (f">{chomp}", *(line[margin:].rstrip() for line in lines))


def _comments(text: str, spans: list[tuple[int, int]]) -> list[Comment]:
    """All comments and empty lines outside of the texts, in their order."""
    found: list[Comment] = []
    position = 0
    for start, end in [*spans, (len(text), len(text))]:
        for comment in _COMMENT.finditer(text, position, start):
            line = text.rfind("\n", 0, comment.start()) + 1
            alone = not text[line : comment.start()].strip()
            column = comment.start() - line
            found.append(Comment(comment.start(), column, comment.group().rstrip(), alone))
        position = max(position, end)
    starts = [start for start, _ in spans]
    for empty in _EMPTY.finditer(text):
        before = bisect_right(starts, empty.start()) - 1
        if before < 0 or spans[before][1] <= empty.start():
            found.append(Comment(empty.start(), 0, "", True))
    return sorted(found, key=lambda comment: comment.start)


def _attach(comments: tuple[Comment, ...], walk: _EventWalk, root: Branch) -> None:
    """Give every comment to the entry or branch that it belongs to."""
    waiting: list[str] = []
    ceiling: int | None = None
    next_entry = 0
    placed = walk.placed
    for comment in comments:
        while next_entry < len(placed) and placed[next_entry].start < comment.start:
            next_entry += 1
            waiting, ceiling = _flush(waiting, placed[next_entry - 1].entry), None
        before = placed[next_entry - 1] if next_entry else None
        after = placed[next_entry] if next_entry < len(placed) else None
        around = _brackets_around(walk, comment.start)
        if around is not None:
            if comment.text:
                _attach_inline(comment, around, before)
            continue
        if not comment.alone and before is not None:
            before.entry.put_beside(comment.text)
        elif not comment.text:
            waiting.append("")
        else:
            column = comment.column if ceiling is None else min(comment.column, ceiling)
            holder = _inner(column, before, after)
            ceiling = -1 if holder is None else holder.column
            if holder is not None:
                holder.branch.after += [*waiting, comment.text]
                waiting = []
            else:
                waiting.append(comment.text)
    if next_entry < len(placed):
        _flush(waiting, placed[next_entry].entry)
    else:
        root.after += waiting


def _flush(waiting: list[str], entry: Entry) -> list[str]:
    entry.before[:0] = waiting
    return []


def _inner(column: int, before: _Placed | None, after: _Placed | None) -> _Holder | None:
    """The branch that ends before a comment and that it is indented like, if there is one."""
    if before is None:
        return None
    others = [holder.branch for holder in after.chain] if after is not None else []
    closed = [
        holder
        for holder in before.chain
        if not any(holder.branch is other for other in others)
        and (-1 if after is None else after.column) < holder.column <= column
    ]
    return closed[-1] if closed else None


def _brackets_around(walk: _EventWalk, index: int) -> _Holder | None:
    """The innermost brackets around a place."""
    number = bisect_right(walk.brackets, index, key=lambda holder: holder.start) - 1
    holder = walk.brackets[number] if number >= 0 else None
    while holder is not None and holder.branch.flow and holder.end <= index:
        holder = holder.around
    return holder if holder is not None and holder.branch.flow else None


def _attach_inline(comment: Comment, around: _Holder, before: _Placed | None) -> None:
    """A comment inside brackets goes above its entry, once the entry is on a separate line."""
    entries = around.branch.entries
    number = bisect_right(around.starts, comment.start)
    if not comment.alone and number:
        entries[number - 1].before.append(comment.text)
    elif number < len(entries):
        entries[number].before.append(comment.text)
    elif entries or before is None:
        around.branch.after.append(comment.text)
    else:
        before.entry.put_beside(comment.text)
