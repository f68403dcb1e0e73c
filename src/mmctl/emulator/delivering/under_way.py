"""The messages under way: in memory as long as somebody works on them, otherwise on disk alone."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.delivering.journey import Journey
from mmctl.emulator.delivering.judging import Prepared
from mmctl.emulator.delivering.progress import DoneSoFar
from mmctl.emulator.delivering.queue_folder import STATE, DamagedEntry
from mmctl.emulator.journal import Accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mmctl.emulator.delivering.means import DeliveryMeans
    from mmctl.emulator.delivering.queue_folder import QueueFolder
    from mmctl.emulator.gateways import Configured
    from mmctl.judge.submission import Submission

_CONFIGURATIONS: Final = 32
"""So many configurations are kept in memory."""


class JourneysUnderWay:
    """The journeys by the ids of their messages; any number of threads may ask.

    `on_trouble` hears of damaged entries, `on_unreadable` gets the id of a message whose entry
    cannot be read now.
    """

    def __init__(
        self,
        queue: QueueFolder,
        means: DeliveryMeans,
        *,
        on_trouble: Callable[[str], None],
        on_unreadable: Callable[[str, OSError], None],
    ) -> None:
        self.configured_of: Callable[[str], Configured | None] = _nobody
        """Finds a configuration by its digest."""
        self._queue, self._means = queue, means
        self._on_trouble, self._on_unreadable = on_trouble, on_unreadable
        self._lock = threading.Lock()
        self._live: dict[str, Journey] = {}
        self._prepared: dict[str, Prepared] = {}
        self._closed = False

    def __len__(self) -> int:
        """How many are in memory."""
        with self._lock:
            return len(self._live)

    def begin(
        self,
        accepted: Accepted,
        configured: Configured,
        submission: Submission | None,
        members: Mapping[str, Any] | None,
    ) -> None:
        """Add a message that was accepted just now."""
        prepared = self._prepared_for(accepted, configured)
        journey = Journey(accepted, prepared, self._means, submission=submission, members=members)
        with self._lock:
            self._live[accepted.id] = journey

    @contextmanager
    def using(self, message_id: str) -> Iterator[Journey | None]:
        """The journey of a message, which stays in memory as long as somebody needs it."""
        with self._lock:
            journey = self._live.get(message_id) or self._loaded(message_id)
            if journey is not None:
                journey.users += 1
        try:
            yield journey
        finally:
            if journey is not None:
                with self._lock:
                    journey.users -= 1
                    if not journey.users and (journey.over or journey.saved):
                        self._live.pop(message_id, None)

    def end(self, journey: Journey) -> None:
        """Take a message out of the queue: nothing is left to do for it."""
        self._queue.remove(journey.accepted.id)
        journey.over = True
        with self._lock:
            if not journey.users:
                self._live.pop(journey.accepted.id, None)

    def save(self, journey: Journey) -> None:
        """Write what was done so far; if the disk is full, it is done again after a crash."""
        with journey.lock, suppress(OSError):
            if not (journey.over or self._closed):
                self._queue.save(journey.accepted.id, journey.entry())
                journey.saved = True

    def save_all(self) -> None:
        """Write what was done so far for all of them."""
        with self._lock:
            left = [each for each in self._live.values() if not (each.over or each.saved)]
        for journey in left:
            self.save(journey)

    def close(self) -> None:
        """Write nothing anymore."""
        self._closed = True

    def _loaded(self, message_id: str) -> Journey | None:
        """A message that waits on disk; None: it is finished, or its entry is damaged."""
        try:
            entry = self._queue.entry(message_id)
            if entry is None:
                return None
            try:
                accepted = Accepted.of_json(entry)
                progress = DoneSoFar.of_json(entry[STATE]) if STATE in entry else None
            except (KeyError, TypeError, ValueError, AttributeError):
                raise self._queue.set_aside(message_id, "is no whole entry") from None
            prepared = self._prepared.get(accepted.gateway)
            if prepared is None:
                configured = self.configured_of(accepted.gateway)
                if configured is None:
                    raise self._queue.set_aside(message_id, "is of a configuration that is gone")
                prepared = self._prepared_for(accepted, configured)
        except DamagedEntry as damage:
            self._on_trouble(str(damage))
            return None
        except OSError as error:
            self._on_unreadable(message_id, error)
            return None
        journey = Journey(accepted, prepared, self._means, progress=progress, again=True)
        journey.resumed = True
        self._live[message_id] = journey
        return journey

    def _prepared_for(self, accepted: Accepted, configured: Configured) -> Prepared:
        prepared = self._prepared.get(accepted.gateway)
        if prepared is None:
            prepared = Prepared.of(configured)
            while len(self._prepared) >= _CONFIGURATIONS:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[accepted.gateway] = prepared
        return prepared


def _nobody(_: str) -> None:
    """No configuration is known."""
