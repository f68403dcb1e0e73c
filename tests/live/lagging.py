"""A Mail Manager whose reads lag behind its writes by some seconds, always or by turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from live.stopping import is_write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from live.conftest import Clock
    from mmctl.emulator.core import EmbeddedMailManager


class Lots(Protocol):
    """What draws one of several states for each read."""

    def choice(self, states: list[EmbeddedMailManager], /) -> EmbeddedMailManager:
        """One of the states, the oldest of which is the first."""


CALL_SECONDS = 0.02
"""What each call takes."""


class Lagging:
    """Writes are done at once; a read is answered as things were `lag` seconds ago.

    With `by_turns` each read draws lots how old its answer is, as where several machines answer.
    """

    def __init__(
        self, embedded: EmbeddedMailManager, clock: Clock, lag: float, by_turns: Lots | None
    ) -> None:
        self.embedded = embedded
        self.lag = lag
        self._clock = clock
        self.by_turns = by_turns
        self._past: list[tuple[datetime, EmbeddedMailManager]] = []
        """The time of each write, and all as it was before."""

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        account: str,
        region: str,
        service: str = "mailmanager",
    ) -> dict[str, Any]:
        self._clock.sleep(CALL_SECONDS)
        whom = self.embedded
        if is_write(operation):
            self._past.append((self._clock.at, self.embedded.copy()))
        else:
            whom = self._as_it_was()
        return whom.call(operation, parameters, account=account, region=region, service=service)

    def _as_it_was(self) -> EmbeddedMailManager:
        while self._past and self._age(0) >= self.lag:
            self._past.pop(0)[1].close()
        if self.by_turns is None:
            return self._past[0][1] if self._past else self.embedded
        return self.by_turns.choice([*(past for _, past in self._past), self.embedded])

    def _age(self, place: int) -> float:
        return (self._clock.at - self._past[place][0]).total_seconds()

    def catch_up(self) -> None:
        """Let the reads see every write."""
        while self._past:
            self._past.pop()[1].close()
