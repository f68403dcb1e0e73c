"""Answers that are kept because somebody may ask again: the last used, up to a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections import OrderedDict

_K = TypeVar("_K")
_V = TypeVar("_V")


def keep(kept: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    """Keep a value as the last used, and forget the first of more than `most`."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
