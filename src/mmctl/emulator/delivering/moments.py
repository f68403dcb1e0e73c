"""Times as the files of the data folder hold them."""

from __future__ import annotations

from datetime import datetime, timedelta


def moment(text: str) -> datetime:
    """The time that a text says.

    Raises:
        ValueError: it says none.
    """
    return datetime.fromisoformat(text)


def is_over(since: str, seconds: float, now: datetime) -> bool:
    """Whether so many seconds have passed since a time."""
    return now - moment(since) >= timedelta(seconds=seconds)
