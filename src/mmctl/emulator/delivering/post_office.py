"""The post office: takes accepted mail, and sees to it that what the rules say happens.

A message is in the queue on disk until nothing is left to do for it. After a crash the queue is
taken up again: actions are done at least once, and after an orderly stop no action twice.
"""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.emulator.delivering.carrier import carry
from mmctl.emulator.delivering.journey import DISK, InLane, Later, Walked
from mmctl.emulator.delivering.lanes import Lanes
from mmctl.emulator.delivering.means import DeliveryMeans
from mmctl.emulator.delivering.moments import moment
from mmctl.emulator.delivering.outcomes import happened_to, records_of
from mmctl.emulator.delivering.queue_folder import DamagedEntry, QueueFolder
from mmctl.emulator.delivering.reporting import report
from mmctl.emulator.delivering.services import Services
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.emulator.delivering.under_way import JourneysUnderWay
from mmctl.emulator.journal import Finished
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.delivering.carrier import HandedOn
    from mmctl.emulator.delivering.journey import Journey
    from mmctl.emulator.delivering.lanes import Lane
    from mmctl.emulator.delivering.letters import Letter
    from mmctl.emulator.gateways import Configured
    from mmctl.emulator.journal import Accepted, Happening
    from mmctl.emulator.journal_file import Journal
    from mmctl.emulator.records.records import LogRecords
    from mmctl.judge.submission import Submission

WAITING_AT_MOST: Final = 2_000
"""So many messages wait for the office in memory; then whoever brings one waits."""
_BATCH: Final = 64
_BEHIND: Final = 200
"""With so many letters before it in its lane, a message waits on disk alone."""
_STOPS_WITHIN: Final = 4.0


class PostOffice:
    """Takes accepted mail; what becomes of it is done in threads of its own."""

    def __init__(
        self,
        folder: DataFolder,
        journal: Journal,
        *,
        clock: Callable[[], datetime],
        settings: DeliverySettings | None = None,
        services: Services | None = None,
        records: LogRecords | None = None,
        on_trouble: Callable[[str], None] | None = None,
    ) -> None:
        self._means = DeliveryMeans.of(
            folder.root, settings or DeliverySettings(), services or Services(), clock
        )
        self._journal = journal
        self._records = records
        self._say_trouble = on_trouble or _nothing
        self._queue = QueueFolder(folder.root)
        self._lanes = Lanes(clock)
        self._disk_is_full = False
        """Whether that was said, and nothing was finished since."""
        self._journeys = JourneysUnderWay(
            self._queue,
            self._means,
            on_trouble=self._trouble,
            on_unreadable=self._unreadable,
        )
        self._taken: queue.Queue[str | None] = queue.Queue(WAITING_AT_MOST)
        self._closing = threading.Event()
        self._closed = threading.Event()
        """Nothing is written from now on: what is still under way is done again."""
        self._resuming: threading.Thread | None = None
        self._worker = threading.Thread(target=self._work, name="post office", daemon=True)
        self._worker.start()

    def take(
        self,
        accepted: Accepted,
        configured: Configured,
        submission: Submission | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a message that is in the queue on disk.

        `submission` and `members`: the message as received, and `accepted` in JSON, if known.

        Who brings more than the office can do waits here.
        """
        self._journeys.begin(accepted, configured, submission, members)
        self._taken.put(accepted.id)

    def resume(self, configured_of: Callable[[str], Configured | None]) -> None:
        """Go on with what is in the queue; `configured_of` finds a configuration by its digest."""
        self._journeys.configured_of = configured_of
        names = self._queue.names()
        self._resuming = threading.Thread(
            target=self._resume, args=(names,), name="queue", daemon=True
        )
        self._resuming.start()

    def is_idle(self) -> bool:
        """Whether nothing is due now; what waits for a later time does not count."""
        resuming = self._resuming is not None and self._resuming.is_alive()
        return not resuming and not self._taken.unfinished_tasks and self._lanes.is_idle()

    @property
    def in_memory(self) -> int:
        """How many messages are under way; others wait on disk alone."""
        return len(self._journeys)

    def close(self) -> None:
        """Finish what is under way; what is not stays in the queue on disk, with what was done."""
        self._closing.set()
        if self._resuming is not None:
            self._resuming.join(_STOPS_WITHIN)
        self._taken.put(None)
        self._worker.join(_STOPS_WITHIN)  # the rest of a long queue is for the next start
        self._journeys.save_all()  # whoever is killed while waiting for a lane has lost nothing
        self._lanes.stop(_STOPS_WITHIN)
        self._journeys.save_all()
        self._closed.set()
        self._journeys.close()
        self._worker.join(_STOPS_WITHIN)
        self._means.keeper.close()

    # What was taken

    def _work(self) -> None:
        ending = False
        while not ending:
            batch = [self._taken.get()]
            with suppress(queue.Empty):
                while len(batch) < _BATCH:
                    batch.append(self._taken.get_nowait())
            walked: list[Journey] = []
            for message_id in batch:
                if message_id is None:
                    ending = True
                elif not self._closed.is_set():
                    self._walk(message_id, None, walked)
            self._finish(walked)
            for _ in batch:
                self._taken.task_done()

    def _resume(self, names: list[str]) -> None:
        for name in names:
            if self._closing.is_set():
                return
            try:
                entry = self._queue.load(name)
            except DamagedEntry as damage:
                self._trouble(str(damage))
                continue
            except OSError as error:
                self._trouble(f"cannot read `{name}` in the queue: {_reason(error)}")
                continue
            if entry is not None:
                self._taken.put(entry["id"])

    def _walk(self, message_id: str, lane: str | None, walked: list[Journey]) -> None:
        """Go on with the actions of a message."""
        with self._journeys.using(message_id) as journey:
            if journey is None or journey.over:
                return
            if not journey.progress.walked:
                self._go_on(journey, lane)
                journey.message.forget()
            self._post_letters(journey)
            if journey.is_done:
                walked.append(journey)

    def _go_on(self, journey: Journey, lane: str | None) -> None:
        message_id = journey.accepted.id
        journey.saved = False
        waits = journey.progress.next
        if waits is not None and journey.resumed and moment(waits) > self._means.clock():
            journey.resumed = False
            self._later(journey, DISK, moment(waits))
            return
        try:
            step = journey.go_on(partial(self._tell, message_id), lane)
        except FileNotFoundError:
            journey.over = True
            self._trouble(str(self._queue.set_aside(message_id, "is of a message that is gone")))
            return
        except OSError as error:
            self._trouble(f"message {message_id} waits: {_reason(error)}")
            self._later(journey, DISK, self._soon())
            return
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            self._trouble(f"message {message_id} waits: {type(error).__name__}: {error}")
            self._later(journey, DISK, self._soon())
            return
        match step:
            case Walked():
                self._write_records(journey, step)
            case InLane():
                self._lanes.put(step.lane, partial(self._walk_in, message_id))
            case Later():
                if step.lane == DISK and not self._disk_is_full:
                    self._disk_is_full = True
                    self._trouble(f"mail waits in the queue: {step.why}")
                self._later(journey, step.lane, step.due)
            case _:
                assert_never(step)

    def _walk_in(self, message_id: str, lane: Lane) -> None:
        walked: list[Journey] = []
        self._walk(message_id, lane.name, walked)
        self._finish(walked)

    def _later(self, journey: Journey, lane: str, due: datetime) -> None:
        self._journeys.save(journey)
        self._lanes.put(lane, partial(self._walk_in, journey.accepted.id), due)

    def _finish(self, walked: list[Journey]) -> None:
        """Take messages out of the queue, once the journal has all of their events."""
        if not walked or self._closed.is_set():
            return
        try:
            for journey in walked:
                with journey.lock:
                    if not journey.told:
                        self._tell(journey.accepted.id, Finished())
                        journey.told = True
            self._journal.flush()
        except OSError as error:
            self._trouble(f"cannot write to the journal: {_reason(error)}")
            due = self._soon()
            self._lanes.put(DISK, lambda _: self._finish(walked), due)
            return
        self._disk_is_full = False
        for journey in walked:
            self._journeys.end(journey)

    def _write_records(self, journey: Journey, walked: Walked) -> None:
        if self._records is not None and not self._closed.is_set():
            self._records.rules(
                journey.prepared.pieces,
                message_id=journey.accepted.id,
                at=self._means.clock(),
                done=walked.records,
                tried=walked.tried,
            )

    # Letters

    def _post_letters(self, journey: Journey) -> None:
        if not journey.progress.letters:
            return
        with journey.lock:
            letters = list(journey.progress.letters.values())
            new = [
                self._addressed(journey, letter)
                for letter in letters
                if letter.key not in journey.posted
            ]
            journey.posted.update(letter.key for letter in new)
        behind = max((self._post(journey, letter) for letter in new), default=0)
        if behind > _BEHIND:
            self._journeys.save(journey)

    def _addressed(self, journey: Journey, letter: Letter) -> Letter:
        """A letter to the server of today: an earlier start may have named another."""
        if letter.server is None:
            return letter
        server = self._means.settings.server_now(letter.target, letter.server)
        if server is None or server == letter.server:
            return letter
        found = replace(letter, server=server, next=None)
        journey.progress.letters[letter.key] = found
        return found

    def _post(self, journey: Journey, letter: Letter) -> int:
        """Put a letter into its lane; how many are before it."""
        due = None if letter.next is None else moment(letter.next)
        return self._lanes.put(
            letter.lane, partial(self._carry, journey.accepted.id, letter.key), due
        )

    def _carry(self, message_id: str, key: str, lane: Lane) -> None:
        """Try to hand a letter over, and see to what follows."""
        with self._journeys.using(message_id) as journey:
            letter = None if journey is None else journey.progress.letters.get(key)
            if journey is None or letter is None:
                return
            try:
                carried = carry(letter, journey, lane, self._means)
                if self._closed.is_set():
                    return
                with journey.lock:
                    self._carried(journey, letter, carried)
                journey.message.forget()
            except OSError as error:
                self._trouble(f"message {message_id} waits: {_reason(error)}")
                due = self._soon()
                self._lanes.put(lane.name, partial(self._carry, message_id, key), due)
                return
            except Exception as error:  # noqa: BLE001 - one message must not stop the others
                self._trouble(f"message {message_id} waits: {type(error).__name__}: {error}")
                due = self._soon()
                self._lanes.put(lane.name, partial(self._carry, message_id, key), due)
                return
            if journey.is_done:
                self._finish([journey])

    def _carried(self, journey: Journey, letter: Letter, carried: HandedOn) -> None:
        posted = report(letter, carried, journey, self._means)
        for happened in happened_to(letter, carried, journey):
            self._tell(journey.accepted.id, happened)
        if self._records is not None and (records := records_of(letter, carried)):
            self._records.rules(
                journey.prepared.pieces,
                message_id=journey.accepted.id,
                at=self._means.clock(),
                done=records,
                tried=0,
            )
        journey.saved = False
        letters = journey.progress.letters
        if posted is not None:
            self._tell(journey.accepted.id, posted.report)
            if posted.letter is not None:
                letters[posted.letter.key] = posted.letter
                journey.posted.add(posted.letter.key)
                self._post(journey, posted.letter)
        if carried.left is None:
            del letters[letter.key]
            if letter.file is not None:
                with suppress(OSError):
                    (self._means.folder.root / letter.file).unlink(missing_ok=True)
        else:
            letters[letter.key] = carried.left
            self._post(journey, carried.left)
        if letters or not journey.progress.walked:
            self._journeys.save(journey)

    def _unreadable(self, message_id: str, error: OSError) -> None:
        self._trouble(f"cannot read the entry of message {message_id}: {_reason(error)}")
        self._lanes.put(DISK, partial(self._walk_in, message_id), self._soon())

    def _tell(self, message_id: str, happening: Happening) -> None:
        if not self._closed.is_set():
            self._journal.event(message_id, happening)

    def _soon(self) -> datetime:
        """When to try again what the disk did not take."""
        return self._means.clock() + timedelta(seconds=self._means.settings.retries.first)

    def _trouble(self, text: str) -> None:
        self._say_trouble(visible(text))


def _nothing(_: str) -> None:
    """Nobody listens."""


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
