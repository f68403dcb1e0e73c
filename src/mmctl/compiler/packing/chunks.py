"""Values in chunks that one condition holds, so that one value more or less changes few of them.

A value goes where its hash leads, if there is room; the number of chunks is the least that there
can be. Nothing is remembered: the chunks follow from the values.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from mmctl.model.quotas import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable


def chunks(values: Iterable[str], most: int = VALUES.most) -> tuple[tuple[str, ...], ...]:
    """The values in as few chunks as hold them, each in order."""
    left = sorted(set(values))
    count = -(-len(left) // most)
    if count <= 1:
        return (tuple(left),)
    held: list[list[str]] = [[] for _ in range(count)]
    for value in sorted(left, key=_hashed):
        wanted = sorted(range(count), key=lambda at: _hashed(f"{at} {value}"))
        next(held[at] for at in wanted if len(held[at]) < most).append(value)
    return tuple(tuple(sorted(each)) for each in held if each)


def _hashed(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
