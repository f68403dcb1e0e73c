"""Independent calls in flight at the same time, with results and errors in the order of the calls.

Threads that are left behind when a person stops the command end with the process: nothing waits for
a connection that hangs.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mmctl.errors import MmctlError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_LOOK_SECONDS: Final = 0.2
"""How often to look for Ctrl-C where a wait cannot be interrupted (Windows)."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """How a call ended that returned nothing."""

    error: BaseException


def together(calls: Sequence[Callable[[], T]], most: int) -> list[T]:
    """The results of independent calls, in order, with at most `most` of them in flight.

    The first failure stops the rest: what is in flight ends, nothing else begins. The error is that
    of the first call that fails, in the order of the calls, whatever fails first in time; the next
    `most - 1` calls are made too, and the errors of those that fail are its details.
    """
    if most <= 1 or len(calls) <= 1:
        return [call() for call in calls]
    ended = _Flight(calls, most).land()
    failed = [found for found in ended if isinstance(found, _Failed)]
    if failed:
        raise _all_in_one([each.error for each in failed])
    return [found for found in ended if not isinstance(found, _Failed)]


class _Flight(Generic[T]):
    """The calls that are begun in order by several threads."""

    def __init__(self, calls: Sequence[Callable[[], T]], most: int) -> None:
        self._calls = calls
        self._most = most
        self._changed = threading.Condition()
        self._begun = 0
        self._limit = len(calls)
        """Calls from this number on are not begun."""
        self._ended: dict[int, T | _Failed] = {}

    def land(self) -> list[T | _Failed]:
        """Make the calls; how those below the limit ended, in order."""
        for _ in range(min(self._most, len(self._calls))):
            threading.Thread(target=self._work, daemon=True).start()
        try:
            with self._changed:
                while self._begun < self._limit or len(self._ended) < self._begun:
                    self._changed.wait(_LOOK_SECONDS)
        except BaseException:
            self._stop_at(0)
            raise
        return [self._ended[number] for number in range(self._limit)]

    def _work(self) -> None:
        while True:
            with self._changed:
                if self._begun >= self._limit:
                    return
                number = self._begun
                self._begun += 1
            found = _outcome(self._calls[number])
            if isinstance(found, _Failed):
                self._stop_at(number + self._most)
            with self._changed:
                self._ended[number] = found
                self._changed.notify()

    def _stop_at(self, number: int) -> None:
        with self._changed:
            self._limit = min(self._limit, number)


def _outcome(call: Callable[[], T]) -> T | _Failed:
    try:
        return call()
    except BaseException as error:  # noqa: BLE001 - it is raised again, where the calls were wanted
        return _Failed(error)


def _all_in_one(errors: Sequence[BaseException]) -> BaseException:
    """The first error, with what the others say in its details."""
    first = errors[0]
    if isinstance(first, MmctlError):
        said = [error.message for error in errors if isinstance(error, MmctlError)]
        others = (text for text in dict.fromkeys(said) if text != first.message)
        first.details = (*first.details, *(f"  {text}" for text in others))
    return first
