"""All names in a file: where each is defined and used, by the grammar of the language.

A name is found wherever the grammar says that a text names something (`Word.names`), and in
`${vars.NAME}`. What cannot be read is left out; nothing is reported here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, assert_never

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
from mmctl.language.dialect.nouns import FileNoun
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence
from mmctl.model.actions import WORDS
from mmctl.model.kinds import Kind
from mmctl.problem import Position
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.dialect.nouns import Named as Called

VARIABLE: Final = re.compile(r"(?<!\$)\$\{vars\.([A-Za-z_][A-Za-z0-9_]*)\}")
"""A use of a variable."""
_ACTIONS: Final = ((FileNoun.FAILING,), (FileNoun.ACTION,))
"""What names an action with what it goes to: `archive:NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where a name is written."""

    names: tuple[Called, ...]
    """What it is a name of: one of these."""
    name: str
    position: Position
    """Of the whole text, with its quotation marks; a name may be a part of it."""
    defines: bool = False
    body: Node | None = None
    """Of a definition: what is defined."""
    first: Position | None = None
    """Of a definition: where what is defined begins."""


def type_of_file(path: str) -> Record:
    """What a file of a project says."""
    return PROJECT if path == PROJECT_FILE else FILE


def sites(node: Node | None, text: str, path: str) -> Iterator[Site]:
    """The names in a file, by its nodes; variables, by its text."""
    if node is not None:
        yield from _in(type_of_file(path), node, ())
    if path != PROJECT_FILE:
        yield from variables(text, path)


def variables(text: str, path: str) -> Iterator[Site]:
    """The uses of variables in a text, also in comments: a rule may be commented out."""
    line, start = 1, 0
    for found in VARIABLE.finditer(text):
        line += text.count("\n", start, found.start())
        start = found.start()
        column = start - text.rfind("\n", 0, start)
        at = Position(path, line, column + len("${vars."), len(found[1]))
        yield Site(names=(FileNoun.VARIABLE,), name=found[1], position=at)


def _in(type_: Type, node: Node, named: tuple[Called, ...]) -> Iterator[Site]:
    match type_:
        case Word():
            yield from _word(type_.names or named, node)
        case Several():
            yield from _several(type_, node, type_.names or named)
        case Named():
            yield from _named(type_, node, named)
        case Record():
            yield from _record(type_, node, named)
        case OneKey():
            yield from _one_key(type_, node, named)
        case Forms():
            if isinstance(node, Mapping):
                yield from _record(form_of(type_, {key.text for key, _ in node.entries}), node, ())
        case Either():
            word = isinstance(node, Scalar)
            yield from _in(type_.word if word else type_.other, node, named)
        case Deferred():
            yield from _in(type_.type, node, named)
        case Anything():
            yield from _in_anything(type_, node)
        case Flag() | Count() | Bytes() | Day() | Choice():
            return
        case _:
            assert_never(type_)


def _in_anything(type_: Anything, node: Node) -> Iterator[Site]:
    like = type_.like
    if isinstance(like, Record) and not isinstance(node, Mapping):
        # The target of an action, written for the whole action: `{relay: exchange}`.
        words = (member.type for member in like.members.values())
        named = (each.names for each in words if isinstance(each, Word) and each.names)
        yield from _in(Several(item=Word(names=next(named, ())), single=True), node, ())
    elif like is not None:
        yield from _in(like, node, ())


def form_of(type_: Forms, keys: set[str]) -> Record:
    """The record that a mapping with some keys is."""
    found = (record for key, record in type_.forms if key in keys)
    return next(found, type_.forms[-1][1])


def _word(names: tuple[Called, ...], node: Node) -> Iterator[Site]:
    if not names or not isinstance(node, Scalar):
        return
    if names in _ACTIONS:
        word, found, target = (part.strip() for part in node.text.partition(":"))
        place = WORDS[word].place if word in WORDS else None
        # What an action writes to elsewhere, a case may say by the last part of an ARN or path.
        if found and (isinstance(place, Kind) or (place and names == (FileNoun.FAILING,))):
            yield Site(names=(place,), name=target, position=node.position)
    else:
        yield Site(names=names, name=node.text, position=node.position)


def _several(type_: Several, node: Node, named: tuple[Called, ...]) -> Iterator[Site]:
    items = node.items if isinstance(node, Sequence) else (node,) if type_.single else ()
    for item in items:
        yield from _in(type_.item, item, named)


def _named(type_: Named, node: Node, named: tuple[Called, ...]) -> Iterator[Site]:
    if not isinstance(node, Mapping):
        return
    for key, value in node.entries:
        if type_.names:
            yield Site(
                names=type_.names,
                name=key.text,
                position=key.position,
                defines=type_.defines,
                body=value if type_.defines else None,
                first=key.position,
            )
        yield from _in(type_.value, value, named)


def _record(type_: Record, node: Node, named: tuple[Called, ...]) -> Iterator[Site]:
    if not isinstance(node, Mapping):
        return
    for key, value in node.entries:
        member = type_.members.get(key.text)
        if member is None:
            continue
        word = member.type
        if isinstance(word, Word) and word.defines and isinstance(value, Scalar):
            yield Site(
                names=word.names,
                name=value.text,
                position=value.position,
                defines=True,
                body=node,
                first=node.position,
            )
        else:
            yield from _in(word, value, named)


def _one_key(type_: OneKey, node: Node, named: tuple[Called, ...]) -> Iterator[Site]:
    if not isinstance(node, Mapping):
        return
    for key, value in node.entries:
        option = type_.options.get(key.text)
        if option is None:
            continue
        # A test of a part of a text is no name: `{starts_with: …}`.
        part = isinstance(option, Several) and isinstance(option.item, Word) and not option.names
        yield from _in(option, value, () if part else named)
