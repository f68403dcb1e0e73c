"""Writes asked of CloudTrail itself: LookupEvents, by the name of each write, paced.

It keeps 90 days, answers for one region, and takes two calls a second (LookupEvents, AWS CloudTrail
API reference). It takes one attribute a call, so each name is asked for by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from mmctl.inputs import parse_json
from mmctl.operate.trail.events import LOG_WRITES, TAGGING, WRITES
from mmctl.operate.trail.reading import MOST, Trail, take_record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mmctl.operate.trail.reading import WantedEvents

KEPT: Final = timedelta(days=90)
"""For how long CloudTrail answers lookups."""
BETWEEN: Final = 0.5
"""Seconds between two calls."""
NAMES: Final = (*(name for name in WRITES if name not in TAGGING), *LOG_WRITES)
"""What is asked for. Tagging has names that all of Amazon SES shares: it is not."""
SOURCE: Final = "CloudTrail"


class EventLookup(Protocol):
    """CloudTrail."""

    def page(
        self, name: str, since: datetime, until: datetime, token: str | None
    ) -> tuple[Sequence[str], str | None]:
        """A page of events of a name, each as JSON, and what asks for the next one.

        Raises:
            CouldNot: it cannot be asked.
        """


def trail_of_lookups(
    lookup: EventLookup,
    wanted: WantedEvents,
    *,
    now: datetime,
    sleep: Callable[[float], None],
    watch: Callable[[int], None] | None = None,
) -> Trail:
    """The writes that CloudTrail knows of a time, of 90 days at most; `watch` hears of each call.

    Raises:
        CouldNot: it cannot be asked.
    """
    since = max(wanted.since or now - KEPT, now - KEPT)
    until = min(wanted.until or now, now)
    trail = Trail(source=SOURCE)
    trail.first, trail.last = since, until
    asked = False
    for name in NAMES if since < until else ():
        token: str | None = None
        while True:
            if asked:
                sleep(BETWEEN)
            asked = True
            found, following = lookup.page(name, since, until, token)
            if watch is not None:
                watch(1)
            for text in found:
                take_record(trail, SOURCE, _parsed(text), wanted)
            if following is None or following == token or len(trail.events) >= MOST:
                break
            token = following
    trail.first, trail.last = since, until
    return trail.end()


def _parsed(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return None
