"""A file in mmctl's layout: what `mmctl fmt` writes.

Two spaces a level; quotes where they are needed, or where other tools would not read a text; words
of AWS spelled as in the manual; keys in the order of the manual, comments moving with them; a
condition or an action on one line if it fits. Lists and mappings over several lines stay so. The
output has the same content as the input, or there is no output.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.language.dialect import FILE, PROJECT
from mmctl.language.dialect.grammar import (
    Anything,
    Bytes,
    Choice,
    Count,
    Day,
    Deferred,
    Either,
    Flag,
    Forms,
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.values import Reader
from mmctl.language.parsing.variables import VariableScope
from mmctl.language.text.compose import compose
from mmctl.language.text.layout import Branch, Entry, Leaf, Tree, laid_out
from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node, Scalar
from mmctl.language.text.nodes import Sequence as SequenceNode
from mmctl.language.text.source import parsed
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.language.text.source import Comment

Composed = tuple[Node | None, tuple[Problem, ...]]

_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_SIZE: Final = Pattern(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)")
_UNITS: Final = {unit.lower(): unit for unit in ("KB", "MB", "GB", "KiB", "MiB", "GiB")}
_ODD_LINES: Final = Pattern("[\x85\u2028\u2029]")
_FIRST: Final = {"case": ("name", "message"), "row": ("message",)}
"""What readers want to see first, regardless of the dialect's order."""
_LAST: Final = {"rule set": ("rules",), "traffic policy": ("statements",)}
"""Long lists: readers overlook what is below them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """A file in mmctl's layout, or why it was left unchanged."""

    text: str
    problems: tuple[Problem, ...] = ()


def formatted(text: str, *, file: str, composed: Composed | None = None) -> Formatted:
    """The text in mmctl's layout; if that is not possible, the same text with the problems.

    `composed` is what `compose` made of the same text already.
    """
    node, problems = compose(text, file=file) if composed is None else composed
    if problems or not isinstance(node, MappingNode):
        return Formatted(text=text, problems=problems)
    if _ODD_LINES.search(text):
        return _left(text, file, "a line separator other than a line feed is not changed")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    source = parsed(plain)
    if source is None:
        return Formatted(text=text)
    type_ = type_of(node, file)
    _canonical(source.tree, type_)
    result = laid_out(source.tree)
    if result == text:
        return Formatted(text=text)
    lost = _difference(node, source.comments, plain, result, type_)
    return Formatted(text=result) if lost is None else _left(text, file, lost)


def laid_out_as(tree: Branch, type_: Record) -> str:
    """The text of a tree that was read and then changed, in mmctl's layout."""
    _canonical(tree, type_)
    return laid_out(tree)


def type_of(node: MappingNode, file: str) -> Record:
    """Which type a file has: that of the project file, or that of files with rules and cases."""
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return PROJECT if name == PROJECT_FILE or node.get("project") is not None else FILE


def _left(text: str, file: str, why: str) -> Formatted:
    problem = Problem(
        check="left-as-it-is",
        severity=Severity.ERROR,
        position=Position(file=file),
        message=f"not formatted: {why}",
    )
    return Formatted(text=text, problems=(problem,))


# -- canonical spelling and order


def _canonical(tree: Tree, type_: Type | None) -> None:
    """Spell and order a tree as its type says; what has no type is unchanged."""
    if isinstance(tree, Leaf):
        _spell(tree, type_)
        return
    for entry in tree.entries:
        if entry.key is not None:
            entry.key.verbatim = False
    match type_:
        case Record() if tree.mapping:
            _record(tree, type_)
        case Named() if tree.mapping:
            _each(tree, type_.value)
        case Forms() if tree.mapping:
            forms = (record for key, record in type_.forms if tree.get(key) is not None)
            _record(tree, next(forms, type_.forms[-1][1]))
        case OneKey() if tree.mapping:
            _one_key(tree, type_)
        case Several() if not tree.mapping:
            _several(tree, type_)
        case Several() if type_.single:
            _canonical(tree, type_.item)
        case Either():
            _canonical(tree, type_.other)
        case Deferred():
            _canonical(tree, type_.type)
        case Anything():
            _each(tree, type_)
        case Record() | Named() | Forms() | OneKey() | Several():
            _each(tree, None)  # a list where a mapping belongs, or the other way around
        case Word() | Flag() | Count() | Bytes() | Day() | Choice() | None:
            _each(tree, None)
        case _:
            assert_never(type_)


def _each(branch: Branch, type_: Type | None) -> None:
    for entry in branch.entries:
        _canonical(entry.value, type_)


def _record(branch: Branch, type_: Record) -> None:
    for entry in branch.entries:
        _canonical(entry.value, _inner(type_, entry.key.text if entry.key else ""))
    order = _order(type_)
    head = _head(branch) if type_ in (FILE, PROJECT) else []
    branch.entries.sort(key=lambda entry: order(entry.key.text if entry.key else ""))
    if head:
        branch.entries[0].before[:0] = head


def _head(branch: Branch) -> list[str]:
    """Remove the comments at the top that an empty line separates: they belong to the file."""
    before = branch.entries[0].before if branch.entries else []
    if "" not in before:
        return []
    end = len(before) - before[::-1].index("")
    head, before[:end] = before[:end], []
    return head


def _order(type_: Record) -> Callable[[str], int]:
    """The place of a key in its record; unknown keys come last."""
    if type_ is FILE:
        # Sections are in the order that is easiest to read; the version is first.
        return lambda key: 0 if key == "version" else 1
    first, last = _FIRST.get(type_.title, ()), _LAST.get(type_.title, ())
    middle = [key for key in type_.members if key not in {*first, *last}]
    order = {key: number for number, key in enumerate([*first, *middle, *last])}
    return lambda key: order.get(key, len(order))


def _several(branch: Branch, type_: Several) -> None:
    for entry in branch.entries:
        _canonical(entry.value, type_.item)
        if isinstance(type_.item, OneKey):
            _word_alone(entry, type_.item)
            if isinstance(entry.value, Branch):
                entry.value.flow = False


def _word_alone(entry: Entry, type_: OneKey) -> None:
    """`- drop:` and `- drop: {}` are `- drop`."""
    value = entry.value
    if not isinstance(value, Branch) or not value.mapping or len(value.entries) != 1:
        return
    inner = value.entries[0]
    if inner.key is None or inner.key.text not in type_.words or value.after:
        return
    what = inner.value
    empty = not what.entries and not what.after if isinstance(what, Branch) else _is_nothing(what)
    if empty and (isinstance(what, Leaf) or isinstance(type_.options[inner.key.text], Record)):
        entry.before += inner.before
        if inner.beside is not None:
            entry.put_beside(inner.beside)
        entry.value = Leaf(text=inner.key.text)


def _one_key(branch: Branch, type_: OneKey) -> None:
    for entry in branch.entries:
        _canonical(entry.value, _inner(type_, entry.key.text if entry.key else ""))
        value = entry.value
        if isinstance(value, Branch) and value.mapping and value.entries and _joinable(value):
            value.flow = True


def _joinable(branch: Branch) -> bool:
    """Whether nothing in a condition or action needs a separate line."""
    if branch.commented:
        return False
    return not any(
        entry.value.block
        if isinstance(entry.value, Leaf)
        else not entry.value.flow and not (entry.value.mapping and _joinable(entry.value))
        for entry in branch.entries
    )


def _spell(leaf: Leaf, type_: Type | None) -> None:
    text = leaf.text
    if _is_nothing(leaf) or type_ is None:
        leaf.verbatim = leaf.plain
        return
    match type_:
        case Either():
            _spell(leaf, type_.word)
        case Several():
            _spell(leaf, type_.item)
        case Deferred():
            _spell(leaf, type_.type)
        case OneKey():
            pass
        case Flag() if leaf.plain and text.lower() in {"true", "false"}:
            leaf.text, leaf.verbatim = text.lower(), True
        case Anything():
            # A variable may be used as a flag or as a text.
            leaf.verbatim = leaf.plain and text.lower() in {"true", "false"}
        case Count() if re.fullmatch(r"[0-9]+", text, re.ASCII):
            leaf.verbatim = True
        case Day() if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            leaf.verbatim = True
        case Bytes() if (found := _SIZE.fullmatch(text)) is not None:
            leaf.text = found[1] + _UNITS.get(found[2].lower(), found[2])
            leaf.verbatim = True
        case Choice():
            known = (value for value in type_.values if value.lower() == text.lower())
            leaf.text = next(known, text)
            leaf.verbatim = leaf.text in type_.values and leaf.text.isdigit()
        case Word() | Flag() | Count() | Day() | Bytes():
            pass
        case Named() | Record() | Forms():
            pass  # a text where a mapping belongs
        case _:
            assert_never(type_)


def _is_nothing(leaf: Leaf) -> bool:
    return leaf.plain and leaf.text in _NOTHING


# -- nothing is lost


class _AsWritten(VariableScope):
    """Variables stay as written."""

    def replace(self, node: Node, report: Callable[[Problem], None]) -> Node:  # noqa: ARG002 # nothing to report
        """The node itself."""
        return node


def _difference(
    old: Node, comments: Iterable[Comment], before: str, after: str, type_: Record
) -> str | None:
    """How the two texts differ, or None if they have the same content."""
    new, problems = compose(after, file=old.position.file)
    if problems or new is None or not _alike(old, new):
        return "formatting would change its text"
    if _read(old, type_) != _read(new, type_):
        return "formatting would change its meaning"
    again = parsed(after)
    if again is None:
        return "the result would not be valid"
    if _texts(comments) != _texts(again.comments):
        return "a comment in it would be lost"
    # Counted again regardless of where comments are: no `#` may be added or lost.
    return None if before.count("#") == after.count("#") else "a `#` in it would be lost"


def _texts(comments: Iterable[Comment]) -> Counter[str]:
    return Counter(comment.text for comment in comments if comment.text)


def _read(node: Node, type_: Record) -> tuple[Any, Any]:
    """What the reader gets from a file, and its problems without their places."""
    problems: list[Problem] = []
    value = Reader(problems, _AsWritten()).read(type_, node)
    return value, Counter((problem.check, problem.message) for problem in problems)


def _alike(old: Node, new: Node) -> bool:
    """Whether two nodes have the same keys and texts, except for the order of keys and spelling."""
    match old, new:
        case Scalar(), Scalar():
            return old.text == new.text or _plain(old.text) == _plain(new.text)
        case SequenceNode(), SequenceNode():
            pairs = zip(old.items, new.items, strict=False)
            return len(old.items) == len(new.items) and all(_alike(a, b) for a, b in pairs)
        case MappingNode(), MappingNode():
            news = {key.text: value for key, value in new.entries}
            same = {key.text for key, _ in old.entries} == set(news)
            return same and all(_alike(value, news[key.text]) for key, value in old.entries)
        case MappingNode(entries=((key, _),)), Scalar():
            return key.text == new.text
        case _:
            return False


def _plain(text: str) -> str:
    return re.sub(r"(?<=[0-9]) (?=[a-z]+$)", "", text.lower())


# -- sizes


def sizes(text: str, *, file: str) -> Iterator[tuple[Position, str, int | float]]:
    """The sizes in a file that are written with a unit: place, as written, and in bytes."""
    node, problems = compose(text, file=file)
    if not problems and isinstance(node, MappingNode):
        yield from _sizes(node, type_of(node, file))


def _sizes(node: Node, type_: Type | None) -> Iterator[tuple[Position, str, int | float]]:
    match type_, node:
        case Bytes(), Scalar() if not node.text.isdigit():
            value = Reader([], _AsWritten()).read(type_, node)
            if isinstance(value, (int, float)):
                yield node.position, node.text, value
        case Named(), MappingNode():
            for _, value in node.entries:
                yield from _sizes(value, type_.value)
        case Record() | OneKey(), MappingNode():
            for key, value in node.entries:
                yield from _sizes(value, _inner(type_, key.text))
        case Forms(), MappingNode():
            forms = (record for key, record in type_.forms if node.get(key) is not None)
            yield from _sizes(node, next(forms, type_.forms[-1][1]))
        case Several(), SequenceNode():
            for item in node.items:
                yield from _sizes(item, type_.item)
        case Either(), MappingNode() | SequenceNode():
            yield from _sizes(node, type_.other)
        case _:
            return


def _inner(type_: Record | OneKey, key: str) -> Type | None:
    if isinstance(type_, OneKey):
        return type_.options.get(key)
    member = type_.members.get(key)
    return member.type if member is not None else None
