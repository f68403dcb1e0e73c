"""Times on the command line: a day, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from mmctl.errors import UsageError

_AGO: Final = re.compile(r"([0-9]{1,6})([mhdw])")
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def time_of(option: str, text: str, now: datetime, *, end_of_day: bool = False) -> datetime:
    """A time in UTC: `2026-11-28`, `2026-11-28T09:00:00Z`, or `7d` for seven days ago.

    Raises:
        UsageError: it is none of these.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            return now - int(ago[1]) * _UNITS[ago[2]]
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        if end_of_day and len(text) == len("2026-11-28"):
            found += timedelta(days=1, seconds=-1)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"got `{option} {text}`",
            help="a day as 2026-11-28, a time as 2026-11-28T09:00:00Z, or how long ago: 7d, 12h",
        ) from None
