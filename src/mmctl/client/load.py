"""A bounded load on a server of this machine: the same messages many times, and what came back.

Every message is counted once: accepted, refused, failed, or not tried after too many failures.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.client.dialogue import Stage
from mmctl.client.sending import Sender
from mmctl.errors import Refused, UsageError
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.client.endpoint import Endpoint
    from mmctl.client.outgoing import Outgoing
    from mmctl.client.sending import Sent
    from mmctl.client.session import SmtpSession

COUNT_AT_MOST: Final = 1_000_000
CONCURRENCY_AT_MOST: Final = 100
_GIVE_UP_AFTER: Final = 20
"""Failures in a row after which a connection tries no more."""
_REASONS_AT_MOST: Final = 20
_LISTEN_EVERY: Final = 0.2
PERCENTILES: Final = (50, 90, 99, 100)


@dataclass(slots=True, kw_only=True)
class Load:
    """What a load did so far."""

    count: int
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    interrupted: bool = False
    """Whether somebody stopped it; what was not tried is counted all the same."""
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds for each message that was answered, to its last reply."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why messages were refused or failed, with how often."""

    @property
    def not_tried(self) -> int:
        """The messages that nobody tried to send."""
        return self.count - self.accepted - self.refused - self.failed

    @property
    def per_second(self) -> float:
        """Answered messages a second."""
        answered = self.accepted + self.refused
        return answered / self.seconds if self.seconds > 0 else 0.0

    def percentile(self, percent: int) -> float:
        """The seconds in which so many percent were answered; 0.0: none was."""
        ordered = sorted(self.latencies)
        place = -(-len(ordered) * percent // 100)
        return ordered[place - 1] if ordered else 0.0

    def note(self, sent: Sent) -> None:
        """Count one message."""
        if not sent.has_answer:
            self.failed += 1
            self._because(sent.failure.message if sent.failure else "")
            return
        self.latencies.append(sent.times.get(Stage.TOTAL, 0.0))
        if sent.accepted:
            self.accepted += 1
            return
        self.refused += 1
        reply = next((each.reply for each in sent.recipients if not each.accepted), None)
        words = sent.failure.message if sent.failure else reply.whole if reply else ""
        self._because(words)

    def _because(self, reason: str) -> None:
        known = reason in self.reasons or len(self.reasons) < _REASONS_AT_MOST
        self.reasons[reason if known else "other reasons"] += 1


def check_load(endpoint: Endpoint, count: int, concurrency: int) -> None:
    """Refuse a load that is too large, or on another machine.

    Raises:
        UsageError: a number makes no sense.
        Refused: the server is not on this machine.
    """
    if not 1 <= count <= COUNT_AT_MOST:
        raise UsageError(f"got `--count {count}`", help=f"expected 1 to {COUNT_AT_MOST}")
    if not 1 <= concurrency <= CONCURRENCY_AT_MOST:
        raise UsageError(
            f"got `--concurrency {concurrency}`", help=f"expected 1 to {CONCURRENCY_AT_MOST}"
        )
    if not endpoint.on_loopback:
        raise Refused(
            f"a load of {count:,} messages on {endpoint.host}",
            why="a load is for servers of this machine: elsewhere it costs money, fills mailboxes "
            "and looks like an attack",
            help="send it to a server of this machine: --to 127.0.0.1:2525, as `mmctl emulate` is",
        )


def run_load(
    messages: Sequence[Outgoing],
    count: int,
    concurrency: int,
    opened: Callable[[], SmtpSession],
    *,
    clock: Callable[[], float],
    done: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Load:
    """Send messages `count` times in all, over some connections; `done` hears of each."""
    load = Load(count=count)
    work = _Work(
        messages=messages, load=load, opened=opened, done=done, stop=stop or threading.Event()
    )
    start = clock()
    threads = [
        threading.Thread(target=work.go, daemon=True, name=f"load-{number}")
        for number in range(min(concurrency, count))
    ]
    for thread in threads:
        thread.start()
    try:
        _join(threads)
    except KeyboardInterrupt:
        load.interrupted = True
        work.stop.set()
        _join(threads)
    load.seconds = clock() - start
    return load


def _join(threads: Sequence[threading.Thread]) -> None:
    """Wait for threads, and hear of Ctrl-C meanwhile."""
    for thread in threads:
        while thread.is_alive():
            thread.join(_LISTEN_EVERY)


@dataclass(slots=True, kw_only=True)
class _Work:
    """What the threads of a load share."""

    messages: Sequence[Outgoing]
    load: Load
    opened: Callable[[], SmtpSession]
    done: Callable[[int], None] | None
    stop: threading.Event
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: int = 0

    def go(self) -> None:
        """Send what is left, over one connection as long as it lasts."""
        sender = Sender(self.opened())
        in_a_row = 0
        while not self.stop.is_set() and in_a_row < _GIVE_UP_AFTER:
            place = self._next()
            if place is None:
                break
            sent = sender.send(self.messages[place % len(self.messages)])
            in_a_row = 0 if sent.has_answer else in_a_row + 1
            with self.lock:
                self.load.note(sent)
            if self.done is not None:
                self.done(1)
        sender.close()

    def _next(self) -> int | None:
        with self.lock:
            if self.begun >= self.load.count:
                return None
            self.begun += 1
            return self.begun - 1
