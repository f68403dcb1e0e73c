"""The two journals of a data folder, written: safe from any thread, in batches.

A line that was added is in the file some milliseconds later, or after `flush`.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mmctl.emulator.data_folder import Lines
from mmctl.emulator.journal import Event, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.journal import Happening

BATCH_SECONDS: Final = 0.02
"""How long a line waits for others at most."""


class Journal:
    """Appends to `messages.jsonl` and `events.jsonl`.

    Raises:
        OSError: they cannot be opened.
    """

    def __init__(self, folder: DataFolder, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._messages = Lines(folder.messages)
        self._events = Lines(folder.events)
        self._added = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._flush_often, name="journal", daemon=True)
        self._thread.start()

    def messages(self, lines: Sequence[str]) -> None:
        """Write the lines of accepted messages, their JSON forms as text: all, or none.

        Raises:
            OSError: the disk is full.
        """
        self._messages.write(lines)

    def event(self, id_: str | None, what: Happening, *, at: str | None = None) -> None:
        """Add the line of an event; `at` is now without it."""
        moment = instant(self._clock()) if at is None else at
        self._events.add(Event(at=moment, id=id_, what=what).to_json())
        self._added.set()

    def flush(self) -> None:
        """Write the events that were added until now; they survive the end of this process.

        Raises:
            OSError: the disk takes nothing; what was added waits.
        """
        self._events.flush()

    def close(self) -> None:
        """Write what was added, and close the files."""
        self._ending.set()
        self._added.set()
        self._thread.join()
        for lines in (self._messages, self._events):
            with suppress(OSError):
                lines.close()

    def _flush_often(self) -> None:
        while not self._ending.is_set():
            self._added.wait()
            self._ending.wait(BATCH_SECONDS)
            self._added.clear()
            with suppress(OSError):  # what could not be written waits, and is tried again
                self.flush()
