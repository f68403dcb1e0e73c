"""Progress of long commands: one line on a terminal, after the first second."""

from __future__ import annotations

import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Self

from mmctl.cli import world
from mmctl.cli.printing import behind
from mmctl.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.cli.run import Run

_EVERY: Final = 0.2
_AFTER: Final = 1.0
_AT_ONCE: Final = 20
"""Files that are looked at for each thing that is counted."""
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Counts things and shows the count on stderr if that is a terminal."""

    def __init__(self, run: Run, noun: str) -> None:
        self.shown = world.is_terminal(sys.stderr) and not run.quiet
        """Whether anybody sees it."""
        self._noun = noun
        self._began = self._said = world.elapsed()
        self._number = 0
        self._work = self._done = 0
        self._expected: Iterator[int] = iter(())
        self._known = True
        self._on_screen = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Erase the line before something else is written to the terminal."""
        if self._on_screen:
            behind(sys.stderr).write(_CLEAR)
            sys.stderr.flush()
            self._on_screen = False

    def expect(self, work: Iterable[int]) -> None:
        """Add to the work to do, in the unit that `did` counts, such as bytes.

        It is looked through little by little with each `count`, and the time that is left is only
        shown once all of it is known.
        """
        self._expected, self._known = chain(self._expected, work), False

    def did(self, work: int) -> None:
        """Add to the work that is done."""
        self._done += work

    def leave_out(self, work: int) -> None:
        """Take from the work to do what nobody does in this run: it takes no time."""
        self._work -= work

    def count(self, more: int, *, of: int | None = None) -> None:
        """Add to what is done; `of` is the total, if it is known."""
        self._number += more
        if self.shown and not self._known:
            at_once = _AT_ONCE * max(1, more)
            more_work = list(islice(self._expected, at_once))
            self._work += sum(more_work)
            self._known = len(more_work) < at_once
        now = world.elapsed()
        if self.shown and now - self._began > _AFTER and now - self._said > _EVERY:
            behind(sys.stderr).write(f"{_CLEAR}{self._line(now - self._began, of)}")
            sys.stderr.flush()
            self._said = now
            self._on_screen = True

    def _line(self, seconds: float, total: int | None) -> str:
        what = (
            counted(self._number, self._noun)
            if total is None
            else f"{self._number:,} of {counted(total, self._noun)}"
        )
        parts = [what, f"{self._number / seconds:,.0f} a second"]
        done, work = (self._done, self._work) if total is None else (self._number, total)
        if done and work and (self._known or total is not None):
            parts.append(f"{duration(seconds * max(0, work - done) / done)} left")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """How long something takes, in words no more exact than a guess can be."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"
