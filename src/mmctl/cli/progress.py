"""Progress of long commands: one line on a terminal, from the first second on."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mmctl.cli.run import Run

_EVERY: Final = 0.2
_AFTER: Final = 1.0
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Counts things and says so on stderr, where that is a terminal."""

    def __init__(self, run: Run, noun: str) -> None:
        self._shown = sys.stderr.isatty() and not run.quiet
        self._noun = noun
        self._began = self._said = time.monotonic()
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._said > self._began:
            sys.stderr.write(_CLEAR)

    def count(self, more: int) -> None:
        """Some more are done."""
        self._number += more
        now = time.monotonic()
        if self._shown and now - self._began > _AFTER and now - self._said > _EVERY:
            rate = self._number / (now - self._began)
            sys.stderr.write(f"{_CLEAR}{self._number:,} {self._noun}s, {rate:,.0f} a second")
            sys.stderr.flush()
            self._said = now
