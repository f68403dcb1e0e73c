"""Which edits each tab of a browser shows: work for edits that are no longer shown ends."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from mmctl.serve.play.last_used import keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.serve.play.bench import EditsKey

MOST_TABS: Final = 32
"""Tabs that are known; the oldest is forgotten, and its work ends."""


class Overtaken(Exception):
    """Nobody waits for an answer anymore."""


class NewestEdits:
    """The newest edits of each tab; several threads may ask. `ends` says if the server stops."""

    def __init__(self, ends: Callable[[], bool]) -> None:
        self._ends = ends
        self._lock = Lock()
        self._of: OrderedDict[str, EditsKey] = OrderedDict()

    def show(self, tab: str, key: EditsKey) -> None:
        """Note what a tab shows now."""
        with self._lock:
            keep(self._of, tab, key, MOST_TABS)

    def while_shown(self, tab: str, key: EditsKey) -> Callable[[], None]:
        """What stops work as soon as the tab shows other edits.

        It raises `Overtaken`.
        """

        def between() -> None:
            if self._of.get(tab) != key or self._ends():
                raise Overtaken

        return between
