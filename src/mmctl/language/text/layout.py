"""Trees of YAML with their comments → text in mmctl's layout.

Two spaces a level, list items indented below their key, lists and mappings on one line kept
there as long as they fit in `WIDTH` columns. Nothing here knows a key of the language:
`format` and `write` decide what the trees hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.text.quoting import scalar
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 100
"""What does not fit on a line of this many columns is split over several."""
STEP: Final = 2


@dataclass(slots=True, kw_only=True)
class Leaf:
    """A text, number or word."""

    text: str
    verbatim: bool = False
    """Written unchanged, regardless of how other tools read it."""
    plain: bool = False
    """It was written without quotes."""
    block: tuple[str, ...] | None = None
    """Written over several lines: the header (`|`, `>-`) and the lines below it."""

    def shown(self, *, flow: bool) -> str:
        """The text as YAML on one line."""
        return self.text if self.verbatim else scalar(self.text, flow=flow)


@dataclass(slots=True, kw_only=True)
class Entry:
    """An item of a list, or a key with its value."""

    value: Tree
    key: Leaf | None = None
    before: list[str] = field(default_factory=list)
    """Comment lines and empty lines above it."""
    beside: str | None = None
    """The comment at the end of its line."""

    def put_beside(self, comment: str) -> None:
        """Put a comment at the end of the line; one that is already there moves above it."""
        if self.beside is not None:
            self.before.append(self.beside)
        self.beside = comment


@dataclass(slots=True, kw_only=True)
class Branch:
    """A list or a mapping."""

    mapping: bool
    entries: list[Entry] = field(default_factory=list)
    flow: bool = False
    """Written on one line, in braces or brackets, if it fits."""
    after: list[str] = field(default_factory=list)
    """Comments and empty lines below its last entry."""

    def get(self, key: str) -> Entry | None:
        """The entry of a key, or None."""
        return next((e for e in self.entries if e.key is not None and e.key.text == key), None)

    @property
    def commented(self) -> bool:
        """Whether there is a comment or an empty line anywhere in it."""
        return bool(self.after) or any(
            entry.before
            or entry.beside
            or (isinstance(entry.value, Branch) and entry.value.commented)
            for entry in self.entries
        )


Tree = Leaf | Branch


def laid_out(tree: Branch) -> str:
    """The text of a whole file."""
    printer = _Printer()
    printer.branch(tree, indent=0, lead=None)
    while printer.lines and not printer.lines[0]:
        del printer.lines[0]
    while printer.lines and not printer.lines[-1]:
        del printer.lines[-1]
    return "\n".join(printer.lines) + "\n"


def on_one_line(tree: Tree) -> str | None:
    """The tree in braces or brackets, or None if a comment or a long text prevents it."""
    match tree:
        case Leaf():
            return None if tree.block else tree.shown(flow=True)
        case Branch():
            return None if tree.commented else _in_brackets(tree)
        case _:
            assert_never(tree)


def _in_brackets(branch: Branch) -> str | None:
    parts = []
    for entry in branch.entries:
        value = on_one_line(entry.value)
        if value is None:
            return None
        parts.append(value if entry.key is None else f"{entry.key.shown(flow=True)}: {value}")
    inside = ", ".join(parts)
    return f"{{{inside}}}" if branch.mapping else f"[{inside}]"


class _Printer:
    """Collects the lines of a file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def branch(self, branch: Branch, *, indent: int, lead: str | None) -> None:
        """The entries of a branch, one below the other; `lead` is already before the first."""
        for number, entry in enumerate(branch.entries):
            start = " " * indent
            if number == 0 and lead is not None:
                start = lead
            else:
                self._comments(_above(entry, indent), indent)
            self._entry(entry, start, indent)
        self._comments(branch.after, indent)

    def _entry(self, entry: Entry, start: str, indent: int) -> None:
        head = f"{start}-" if entry.key is None else f"{start}{entry.key.shown(flow=False)}:"
        value = entry.value
        nested = _nested(entry, head)
        comment = "" if entry.key is None and nested else _beside(entry.beside)
        if isinstance(value, Leaf):
            self._leaf(value, head, comment, indent)
        elif not nested:
            self.lines.append(f"{head} {on_one_line(value)}{comment}")
        elif entry.key is None:
            self.branch(value, indent=indent + STEP, lead=f"{head} ")
        else:
            self.lines.append(head + comment)
            self.branch(value, indent=indent + STEP, lead=None)

    def _leaf(self, leaf: Leaf, head: str, comment: str, indent: int) -> None:
        if leaf.block is None:
            self.lines.append(f"{head} {leaf.shown(flow=False)}".rstrip() + comment)
            return
        header, *lines = leaf.block
        self.lines.append(f"{head} {header}{comment}")
        margin = " " * (indent + STEP)
        self.lines.extend(margin + line if line else "" for line in lines)

    def _comments(self, lines: Iterable[str], indent: int) -> None:
        for line in lines:
            if line:
                self.lines.append(" " * indent + line)
            elif self.lines and self.lines[-1]:
                self.lines.append("")


def _nested(entry: Entry, head: str) -> bool:
    """Whether the value of an entry is written over several lines below its head."""
    value = entry.value
    if isinstance(value, Leaf) or not (value.entries or value.after):
        return False
    if not value.flow:
        return True
    line = on_one_line(value)
    return line is None or len(head) + 1 + len(line) > WIDTH


def _above(entry: Entry, indent: int) -> list[str]:
    """The lines above an entry, with those that belong above the first line of its value."""
    lines = list(entry.before)
    value = entry.value
    in_list = entry.key is None
    if in_list and isinstance(value, Branch) and _nested(entry, " " * indent + "-"):
        lines += [entry.beside] if entry.beside else []
        if value.entries:
            first = _above(value.entries[0], indent + STEP)
            lines += [line for line in first if line]
    return lines


def _beside(comment: str | None) -> str:
    return f"  {comment}" if comment else ""
