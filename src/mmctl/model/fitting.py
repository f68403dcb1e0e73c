"""Members of the API → a shape, where they fit beyond doubt, as nearly all do.

What is refused here may still fit: `validation`, which is exact and says what is wrong, has the
last word. Tests compare the two. Written for speed: all rules of a project pass here.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

from mmctl.model.members import (
    ItemCount,
    Limits,
    OneMember,
    Structure,
    UnionText,
    inexact,
)
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    Fit = Callable[[Any, bool], Any]
    """A value and whether lists may be long → the value as the shape holds it, or `UNSURE`."""

UNSURE: Final = object()
"""Instead of a value that may not fit."""
_NO_TEXT: Final = Pattern("[\ud800-\udfff]")
"""Characters that no text of the service has."""


def fitted(shape: type, members: object, *, logical: bool) -> Any:
    """The shape with these members; `UNSURE` if one of them may not fit."""
    return _structure(shape)(members, logical)


@cache
def _structure(shape: type[Structure]) -> Fit:
    known = {
        member.alias: (name, _fit(member.rebuild_annotation()))
        for name, member in shape.model_fields.items()
    }
    defaults = {
        name: None if member.required else member.default
        for name, member in shape.model_fields.items()
    }
    names = frozenset(member.alias for member in shape.model_fields.values() if member.required)
    one = issubclass(shape, OneMember)
    new, put = object.__new__, object.__setattr__

    def fit(value: Any, logical: bool) -> Any:
        if isinstance(value, shape):
            return value
        if not isinstance(value, dict) or not names <= value.keys():
            return UNSURE
        held = dict(defaults)
        found = None
        for alias, given in value.items():
            member = known.get(alias)
            if member is None:
                return UNSURE
            found = member[1](given, logical)
            if found is UNSURE:
                return UNSURE
            held[member[0]] = found
        if one and (len(value) != 1 or found is None):
            return UNSURE
        made = new(shape)
        put(made, "__dict__", held)
        if one:
            # What everybody asks a union for, said once: see `OneOf`.
            put(made, "kind", alias)
            put(made, "value", found)
        return made

    return fit


def _fit(annotation: Any) -> Fit:
    """How a value of a type is taken."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        if get_origin(inner) is tuple:
            (count,) = metadata
            return _several(get_args(inner)[0], count)
        (limits,) = metadata
        return _whole(limits) if inner is int else _text(limits)
    if origin is tuple:
        return _several(get_args(annotation)[0], ItemCount(0, None))
    if type(None) in get_args(annotation):
        (inner,) = (each for each in get_args(annotation) if each is not type(None))
        return _optional(_fit(inner))
    if issubclass(annotation, Structure):
        return _structure(annotation)
    if issubclass(annotation, Enum):
        return _word(annotation)
    if issubclass(annotation, UnionText):
        return _union_text(annotation)
    return _number if annotation is float else _text(Limits())


def _optional(inner: Fit) -> Fit:
    return lambda value, logical: None if value is None else inner(value, logical)


def _several(item: Any, count: ItemCount) -> Fit:
    inner = _fit(item)
    limits = _limits_of(item)
    if limits is not None and limits.pattern is None:
        return _texts(limits, count)

    def fit(value: Any, logical: bool) -> Any:
        if not isinstance(value, list | tuple) or not count.allows(len(value), logical=logical):
            return UNSURE
        found = []
        for each in value:
            item_found = inner(each, logical)
            if item_found is UNSURE:
                return UNSURE
            found.append(item_found)
        return tuple(found)

    return fit


def _limits_of(annotation: Any) -> Limits | None:
    """The limits of a plain text; None for anything else."""
    if annotation is str:
        return Limits()
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        if inner is str and len(metadata) == 1 and isinstance(metadata[0], Limits):
            return metadata[0]
    return None


def _texts(limits: Limits, count: ItemCount) -> Fit:
    """As `_several` of `_text`, for all of them at once: most of a project is lists of texts."""
    least, most = limits.min_length or 0, limits.max_length or _LARGE

    def fit(value: Any, logical: bool) -> Any:
        if not isinstance(value, list | tuple) or not count.allows(len(value), logical=logical):
            return UNSURE
        if not all(issubclass(each, str) for each in set(map(type, value))):
            return UNSURE
        lengths = set(map(len, value))
        if lengths and not (least <= min(lengths) and max(lengths) <= most):
            return UNSURE
        found = tuple(map(str, value))
        text = "".join(found)
        return UNSURE if not text.isascii() and _NO_TEXT.search(text) else found

    return fit


def _word(words: type[Enum]) -> Fit:
    by_value = {member.value: member for member in words}

    def fit(value: Any, _: bool) -> Any:
        if isinstance(value, words):
            return value
        known = isinstance(value, str) and not isinstance(value, Enum)
        return by_value.get(value, UNSURE) if known else UNSURE

    return fit


def _whole(limits: Limits) -> Fit:
    least = 0 if limits.ge is None else limits.ge

    def fit(value: Any, _: bool) -> Any:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            return UNSURE
        return UNSURE if limits.le is not None and value > limits.le else int(value)

    return fit


def _number(value: Any, _: bool) -> Any:
    return float(value) if isinstance(value, int | float) and value < _LARGE else UNSURE


_LARGE: Final = 2**53


def _union_text(text: type[UnionText]) -> Fit:
    inner = _text(text.limits)

    def fit(value: Any, logical: bool) -> Any:
        found = inner(value, logical)
        return UNSURE if found is UNSURE else text(found)

    return fit


def _text(limits: Limits) -> Fit:
    least, most = limits.min_length or 0, limits.max_length or _LARGE

    def free(value: Any, _: bool) -> Any:
        if not isinstance(value, str) or not least <= len(value) <= most:
            return UNSURE
        if not value.isascii() and _NO_TEXT.search(value):
            return UNSURE
        return str(value)

    def formed(value: Any, _: bool) -> Any:
        if not isinstance(value, str) or not least <= len(value) <= most:
            return UNSURE
        # Beyond these characters, the patterns of Python and of the validator may differ.
        if not (value.isascii() and value.isprintable()):
            return UNSURE
        fits = _form(str(limits.pattern))
        return str(value) if fits is not None and fits(value) else UNSURE

    return free if limits.pattern is None else formed


@cache
def _form(form: str) -> Callable[[str], object] | None:
    try:
        return re.compile(inexact(form)).fullmatch
    except re.error:
        return None
