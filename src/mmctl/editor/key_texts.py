"""What is written after a key, and what a key takes in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

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
    Leaf,
    Named,
    OneKey,
    Record,
    Several,
    Type,
    Word,
)
from mmctl.language.dialect.nouns import FileNoun, is_managed

if TYPE_CHECKING:
    from mmctl.language.dialect.nouns import Named as Called

_ON_ONE_LINE: Final = 6
"""A record with more keys is written on several lines."""
_SHOWN: Final = 6


def after_key(type_: Type, *, flow: bool) -> str:
    """What follows a key, as a snippet: a colon, and what its value begins with."""
    if isinstance(type_, Leaf):
        return ": "
    match type_:
        case Deferred():
            return after_key(type_.type, flow=flow)
        case Either() | Anything():
            return ": "
        case Record() if _is_short(type_):
            return f": {_braces(type_)}"
        case Several() if type_.single:
            return ": "
        case Several() if flow or isinstance(type_.item, Word | Choice):
            return ": [$1]"
        case Several():
            return ":\n  - $1"
        case Record() | Named() | Forms() | OneKey():
            return ": {$1}" if flow else ":\n  $1"
        case _:
            assert_never(type_)


def _is_short(record: Record) -> bool:
    return record.key or len(record.members) <= _ON_ONE_LINE


def _braces(record: Record) -> str:
    """A record on one line, with the keys that it must have."""
    keys = [name for name, member in record.members.items() if member.required]
    if not keys:
        return "{$1}"
    shown = [f"{key}: ${number}" for number, key in enumerate(keys, 1)]
    if record.one_of:
        shown.append(f"${len(keys) + 1}")
    return "{" + ", ".join(shown) + "}"


def summary_of(type_: Type) -> str:
    """What a key takes, in a few words."""
    match type_:
        case Word():
            return _named(type_) or "text"
        case Flag():
            return "true or false"
        case Count():
            return "a whole number"
        case Bytes():
            return "a size: 25MB, 10MiB"
        case Day():
            return "a date: 2027-01-31"
        case Choice():
            more = ", …" if len(type_.values) > _SHOWN else ""
            return ", ".join(type_.values[:_SHOWN]) + more
        case Several():
            inner = summary_of(type_.item)
            return f"{inner}, or a list" if type_.single else f"a list: {inner}"
        case Either():
            return f"{summary_of(type_.word)}, or {summary_of(type_.other)}"
        case Deferred():
            return summary_of(type_.type)
        case Record():
            return "keys and values"
        case Named():
            return "names with values"
        case OneKey() | Forms():
            return type_.title
        case Anything():
            return "any value"
        case _:
            assert_never(type_)


def _named(type_: Word) -> str:
    if not type_.names or type_.defines or not any(map(is_managed, type_.names)):
        return ""
    return "the name of " + " or ".join(map(a_noun, type_.names))


def noun_of(named: Called) -> str:
    """What something with a name is called."""
    return str(named) if isinstance(named, FileNoun) else named.noun


def a_noun(named: Called) -> str:
    """What something with a name is called, with its article."""
    noun = noun_of(named)
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


def doc_of(type_: Type) -> str:
    """What a key is for, in a sentence or two."""
    if isinstance(type_, Leaf):
        return type_.doc
    match type_:
        case Deferred():
            return doc_of(type_.type)
        case Either():
            return type_.doc or type_.word.doc or type_.other.doc
        case Several():
            return type_.doc or doc_of(type_.item)
        case Named() | Record() | OneKey() | Forms() | Anything():
            return type_.doc
        case _:
            assert_never(type_)
