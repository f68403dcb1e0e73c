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
_DAY: Final = timedelta(days=1)
_CLOCK: Final = Pattern(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
FORMS: Final = "such as `2h`, `yesterday`, `14:30`, `2026-11-28`, `2026-11-28T14:30Z`; in UTC"


def moment(text: str, now: datetime, *, option: str, end: bool = False) -> datetime:
    """The time that a text means; with `end`, a day means its end.

    A clock time is the last such time; as an end, that of today.

    Raises:
        UsageError: it is no time.
    """
    said = text.strip().lower()
    day = _day(said, now)
    try:
        if day is not None:
            found = datetime.combine(day, time(), UTC)
            return found + _DAY if end else found
        if said == "now":
            return now
        if ago := _AGO.fullmatch(said):
            return now - int(ago[1]) * _UNITS[ago[2]]
        if clock := _CLOCK.fullmatch(said):
            hour, minute, second = (int(each or 0) for each in clock.groups())
            found = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
            # At 00:05, `23:50` is 15 minutes ago.
            return found - _DAY if found > now and not end else found
        found = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UsageError(f"got `{option} {text}`", help=f"expected a time {FORMS}") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def period(
    since: str | None, until: str | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The times that `--since` and `--until` mean.

    After a clock time of yesterday, a clock time is the next such time: at 00:05, `23:40` to
    `23:50` are ten minutes.

    Raises:
        UsageError: one of them is no time.
    """
    begins = None if since is None else moment(since, now, option="--since")
    ends = None if until is None else moment(until, now, option="--until", end=True)
    clocks = all(each is not None and _CLOCK.fullmatch(each.strip()) for each in (since, until))
    if clocks and begins is not None and ends is not None and ends - _DAY > begins:
        ends -= _DAY
    return begins, ends


def _day(said: str, now: datetime) -> date | None:
    """The day that a word or a date means; None: it is something else."""
    today = now.date()
    if said in {"today", "yesterday"}:
        return today if said == "today" else today - _DAY
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
