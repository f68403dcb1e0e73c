"""Garbage in cycles, looked for seldom: what is judged leaves none, and the rules are large."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW_OBJECTS: Final = 500_000
"""So many more objects than before are looked through. Python's own 700 cost a sixth of the time
in which messages are judged."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage in cycles seldom, while many messages are judged."""
    _, *older = before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *older)
    try:
        yield
    finally:
        gc.set_threshold(*before)
