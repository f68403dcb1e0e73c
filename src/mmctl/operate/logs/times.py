"""Times as people say them: `2h`, `yesterday`, `14:30`, `2026-11-28`, a whole ISO time; in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from mmctl.errors import UsageError
from mmctl.patterns import Pattern

_AGO: Final = Pattern(r"([0-9]{1,6})\s*([smhdw])(?:\s*ago)?")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_CLOCK: Final = Pattern(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
FORMS: Final = "such as `2h`, `yesterday`, `14:30`, `2026-11-28`, `2026-11-28T14:30Z`; in UTC"


def moment(text: str, now: datetime, *, option: str, end: bool = False) -> datetime:
    """The time that a text means; with `end`, a day means its end.

    Raises:
        UsageError: it is no time.
    """
    said = text.strip().lower()
    day = _day(said, now)
    try:
        if day is not None:
            found = datetime.combine(day, time(), UTC)
            return found + timedelta(days=1) if end else found
        if said == "now":
            return now
        if ago := _AGO.fullmatch(said):
            return now - int(ago[1]) * _UNITS[ago[2]]
        if clock := _CLOCK.fullmatch(said):
            hour, minute, second = (int(each or 0) for each in clock.groups())
            return now.replace(hour=hour, minute=minute, second=second, microsecond=0)
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UsageError(f"got `{option} {text}`", help=f"expected a time {FORMS}") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _day(said: str, now: datetime) -> date | None:
    """The day that a word or a date means; None: it is something else."""
    today = now.date()
    if said in {"today", "yesterday"}:
        return today if said == "today" else today - timedelta(days=1)
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
