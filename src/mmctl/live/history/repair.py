"""Set damaged texts of a store aside and rewrite what can be rebuilt.

Nothing is deleted: a damaged text gets another name and stays next to its replacement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.history.entries import APPLIED, ENTRY
from mmctl.live.history.passwords import BOOK, book_of
from mmctl.live.history.rebuilding import rebuilt_pins
from mmctl.live.history.store import Damaged

if TYPE_CHECKING:
    from mmctl.live.history.history import History


def set_aside_damaged(history: History) -> None:
    """Keep what is damaged under other names, rewrite what can be rebuilt, and report both.

    Raises:
        CouldNot: the store cannot be written.
    """
    told = history.entries()
    names = set(history.store.names(""))
    entries = {name for name in names if name.endswith(ENTRY)}
    sound = {name for name in entries if history.entry(name) is not None}
    for name in sorted(entries - sound):
        history.set_aside(name)
    for entry in told:
        if entry.rebuilt and entry.id + ENTRY not in sound:
            history.put(entry)
    try:
        history.kept_pins()
    except Damaged:
        history.keep_pins(rebuilt_pins(history, history.entries()))
    if APPLIED in names and history.applied() is None:
        history.set_aside(APPLIED)
    if BOOK in names and book_of(history.store) is None:
        history.set_aside(BOOK)
    unended = history.unended()
    if unended is not None:
        history.mend_journal(unended.id)
