"""How calls that are in flight together slow down together when the service asks for it.

botocore waits and tries again for each call by itself: sixteen calls would go on knocking sixteen
times as often as one. Here the first call that is throttled leads: it alone tries again, with
botocore's waits, and the others begin nothing until it is answered. From then on all calls keep a
distance, which shrinks with each answer and grows when the service throttles again. If the leading
call gives up, so do the others. botocore's own adaptive mode has no such lead, and starts at one
call in two seconds where it is throttled before it has measured a rate.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.state.service import ErrorCode, ServiceAnswer
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_THROTTL: Final = "Throttl"
"""In the codes by which services ask for fewer calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """Seconds between the beginnings of two calls, once the service has throttled one."""

    first: float = 0.05
    most: float = 1.0
    grows: float = 2.0
    shrinks: float = 0.97
    """What each answer makes of it; below half of the first one there is none."""


class Pace:
    """The pace of all calls of one client, from all threads."""

    def __init__(self, distances: Distances | None = None) -> None:
        self._distances = distances or Distances()
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._leader: int | None = None
        """The thread whose call tries again for all."""
        self._distance = 0.0
        self._flights = 0
        self._over: str | None = None
        """Why no try of these calls begins anymore."""

    def follow(self, client: Any) -> None:
        """Let the calls of a boto3 client keep this pace, each try of them."""
        events = client.meta.events
        service = client.meta.service_model.service_id.hyphenize()
        events.register_first(f"before-send.{service}", self._before)
        events.register(f"response-received.{service}", self._after)

    @contextmanager
    def flight(self) -> Iterator[None]:
        """Calls that are in flight together; if somebody stops them, none tries again."""
        with self._changed:
            self._flights += 1
            self._over = None
        try:
            yield
        except BaseException as error:
            if not isinstance(error, Exception):
                self._end_all("interrupted")
            raise
        finally:
            with self._changed:
                self._flights -= 1

    @contextmanager
    def call(self) -> Iterator[None]:
        """One call with all of its tries."""
        with self._changed:
            if self._flights == 0:
                self._over = None
        try:
            yield
        except Exception as error:
            if self._leader == threading.get_ident():
                self._end_all(_message_of(error))
            raise
        finally:
            with self._changed:
                if self._leader == threading.get_ident():
                    self._leader = None
                    self._changed.notify_all()

    def _end_all(self, why: str) -> None:
        with self._changed:
            self._over = why
            self._changed.notify_all()

    def _before(self, event_name: str, **_: Any) -> None:
        """Wait for the turn of one try.

        Raises:
            ServiceAnswer: the call that tried again for all has failed.
        """
        me = threading.get_ident()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._leader in {None, me} or self._over)
                if self._over is not None:
                    operation = event_name.rpartition(".")[2]
                    raise ServiceAnswer(operation, ErrorCode.THROTTLED, self._over)
                distance = self._distance
                if not distance or self._leader == me:
                    return
            with self._turn, self._changed:
                self._changed.wait_for(lambda: self._leader or self._over, timeout=distance)
                if self._leader is None and self._over is None:
                    return

    def _after(self, parsed_response: Mapping[str, Any] | None, **_: Any) -> None:
        """Note how one try was answered; the network may have answered nothing."""
        me = threading.get_ident()
        with self._changed:
            if parsed_response is None or self._leader not in {None, me}:
                return
            if _asks_for_fewer(parsed_response):
                self._leader = me
                grown = max(self._distance * self._distances.grows, self._distances.first)
                self._distance = min(grown, self._distances.most)
                return
            self._leader = None
            self._distance *= self._distances.shrinks
            if self._distance < self._distances.first / 2:
                self._distance = 0.0
            self._changed.notify_all()


def _message_of(error: Exception) -> str:
    """What the service said, without what botocore adds."""
    answer: Mapping[str, Any] = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Message") or error)


def _asks_for_fewer(answer: Mapping[str, Any]) -> bool:
    """Whether an answer says that the service has too much to do."""
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = answer.get("Error", {}).get("Code", "")
    return status == _TOO_MANY or status >= _SERVER_FAULT or _THROTTL in code
