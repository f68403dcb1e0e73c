"""What the grammar expects at a place: from the keys around it to a type."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.editor.sites import form_of, type_of_file
from mmctl.language.dialect.grammar import (
    Anything,
    Deferred,
    Either,
    Forms,
    Leaf,
    Named,
    OneKey,
    Record,
    Several,
    Word,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.editor.standing import KeyStep
    from mmctl.language.dialect.grammar import Type
    from mmctl.language.dialect.nouns import Named as Called


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What may stand at a place."""

    type: Type
    named: tuple[Called, ...] = ()
    """What texts in it are names of, if the type itself does not say."""
    required: bool = False
    """Whether the key above must be there."""


def expected_at(path: str, steps: Sequence[KeyStep]) -> Expected | None:
    """What the grammar expects below some keys and items of a file; None: nothing it knows."""
    found: Expected | None = Expected(type=type_of_file(path))
    for step in steps:
        if found is None:
            return None
        found = _below(found, step)
    return found


def _below(around: Expected, step: KeyStep) -> Expected | None:
    type_, named = unwrapped(around.type, step.beside), around.named
    if isinstance(type_, Several):
        named = type_.names or named
        if step.key is None:
            return Expected(type=type_.item, named=named)
        if not type_.single:
            return None
        type_ = unwrapped(type_.item, step.beside)
    if step.key is None or isinstance(type_, Leaf):
        return None
    match type_:
        case Record():
            member = type_.members.get(step.key)
            if member is None:
                return None
            return Expected(type=member.type, named=named, required=member.required)
        case OneKey():
            option = type_.options.get(step.key)
            part = isinstance(option, Several) and isinstance(option.item, Word)
            return None if option is None else Expected(type=option, named=() if part else named)
        case Named():
            return Expected(type=type_.value, named=named)
        case Several() | Forms() | Either() | Anything() | Deferred():
            return None
        case _:
            assert_never(type_)


def unwrapped(type_: Type, keys: frozenset[str]) -> Type:
    """The type of a value that is a mapping with some keys, or a list."""
    while not isinstance(type_, Leaf):
        match type_:
            case Deferred():
                type_ = type_.type
            case Either():
                type_ = type_.other
            case Forms():
                return form_of(type_, set(keys))
            case Anything(like=like) if like is not None:
                type_ = like
            case Several() | Named() | Record() | OneKey() | Anything():
                return type_
            case _:
                assert_never(type_)
    return type_
