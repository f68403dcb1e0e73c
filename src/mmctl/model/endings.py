"""When services that actions take mail to end, or close: one row each. Nothing else may live here.

A row is dated: lint compares it with the day that it is given, so that a result can be repeated.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from mmctl.model.things import APPLICATION, MAILBOX, Thing
from mmctl.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEnding:
    """What AWS announced about a service."""

    service: str
    thing: Thing
    """What actions name of it."""
    ends: date | None = None
    """The last day on which it works."""
    closes: date | None = None
    """The first day on which it takes no new customers."""
    source: str


ENDINGS: Final = (
    ServiceEnding(
        service="Amazon WorkMail",
        thing=MAILBOX,
        ends=date(2027, 3, 31),
        source="https://docs.aws.amazon.com/workmail/latest/adminguide/workmail-end-of-support.html",
    ),
    ServiceEnding(
        service="Amazon Q Business",
        thing=APPLICATION,
        closes=date(2026, 7, 31),
        source="https://docs.aws.amazon.com/amazonq/latest/qbusiness-ug/"
        "qbusiness-availability-change.html",
    ),
)
"""As announced, read 2026-11."""
