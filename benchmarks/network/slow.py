"""The embedded Mail Manager on loopback, with a delay for each call and a note of each."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.database import IN_MEMORY
from mmctl.emulator.http import HttpFace
from mmctl.emulator.operations import MAIL_MANAGER, READING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.emulator.core import MailManagerApi


class Noted(NamedTuple):
    """One call: when it arrived, and what it was."""

    at: float
    operation: str

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return not self.operation.startswith(READING)


class Slow:
    """A Mail Manager that waits before it answers."""

    def __init__(self, behind: MailManagerApi) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self._open = 0
        self._since = 0.0
        self.seconds = 0.0
        self.noted: list[Noted] = []
        self.most_open = 0
        """The most calls that were in flight at once."""
        self.waited = 0.0
        """Seconds in which at least one call was in flight."""

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = MAIL_MANAGER,
    ) -> dict[str, Any]:
        """Wait, then answer."""
        with self._lock:
            now = time.perf_counter()
            self.noted.append(Noted(now, operation))
            self._since = now if self._open == 0 else self._since
            self._open += 1
            self.most_open = max(self.most_open, self._open)
        try:
            time.sleep(self.seconds)
            return self._behind.call(
                operation, parameters, account=account, region=region, service=service
            )
        finally:
            with self._lock:
                self._open -= 1
                if self._open == 0:
                    self.waited += time.perf_counter() - self._since

    def forget(self) -> None:
        """Begin to count again."""
        self.noted.clear()
        self.most_open, self.waited = 0, 0.0


@contextmanager
def serving() -> Iterator[tuple[Slow, str]]:
    """A slow Mail Manager while the block runs, and its URL."""

    def now() -> datetime:
        return datetime.now(UTC)

    with EmbeddedMailManager(IN_MEMORY, clock=now) as embedded:
        slow = Slow(embedded)
        with HttpFace(slow, clock=now, port=0) as face:
            yield slow, face.url
