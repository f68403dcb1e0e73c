"""What a transport rule has besides its test and its actions: state, mode, days, comments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.differences import Deviation
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.exchange.context import RuleContext

_OFF: Final = frozenset({"disabled", "false", "0"})
_WATCHES: Final = frozenset({"audit", "auditandnotify"})
_TICKS: Final = re.compile(r"/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)/")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9:]{5,8}).*)?")
_SLASHES: Final = re.compile(
    r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?:,? +([0-9:]{4,8})(?: *([AP])\.?M\.?)?)?",
    re.IGNORECASE,
)
_MIDNIGHT: Final = re.compile(r"(?:0{1,2}|12):00(?::00)?")
_MONTHS: Final = 12


@dataclass(slots=True, kw_only=True)
class Properties:
    """Of one rule."""

    enabled: bool = True
    shadow: bool = False
    expires: str | None = None
    description: str | None = None
    differences: list[Deviation] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    day: date
    midnight: bool
    ambiguous: bool = False
    """Whether day and month could be the other way round."""


def properties_of(context: RuleContext) -> Properties:
    """State, mode, days and comments of a rule."""
    found = Properties()
    found.enabled = context.value("Enabled", "true").lower() not in _OFF
    found.shadow = context.value("Mode", "Enforce").lower() in _WATCHES
    found.description = _described(context)
    _expires(context, found)
    _begins(context, found)
    if context.value("RuleErrorAction", "Ignore").lower() == "defer":
        found.differences.append(
            Deviation(
                code="errors-not-deferred",
                says="the source holds mail back while the rule cannot be judged; here a condition "
                "that has no answer does not match, and an action that fails is left out",
                instead="`on_failure: drop` where an action must not be left out",
            )
        )
    if context.value("RuleSubType").lower() == "dlp" or context.value("DlpPolicy"):
        found.differences.append(
            Deviation(
                code="part-of-a-dlp-policy",
                says=f"the rule belongs to the DLP policy `{context.value('DlpPolicy')}`, which "
                "changes it; here it is a rule of its own",
                instead="keep DLP in Exchange, behind this gateway",
            )
        )
    return found


def _described(context: RuleContext) -> str | None:
    parts = []
    comments = " ".join(context.value("Comments").split())
    if comments:
        parts.append(comments)
    people = [
        f"{word} {' '.join(who.split())}"
        for word, name in (("created by", "CreatedBy"), ("changed by", "LastModifiedBy"))
        if (who := context.value(name))
    ]
    if people:
        parts.append(f"({', '.join(people)})")
    severity = context.value("SetAuditSeverity")
    if severity and severity.lower() != "donotaudit":
        parts.append(f"Audit severity: {severity}.")
    return " ".join(parts) or None


def _expires(context: RuleContext, found: Properties) -> None:
    text = context.value("ExpiryDate")
    if not text:
        return
    moment = _moment(text)
    if moment is None:
        found.differences.append(_unread_date("ExpiryDate", text))
        return
    last = moment.day - timedelta(days=1) if moment.midnight else moment.day
    found.expires = last.isoformat()
    if context.asked.today and found.expires < context.asked.today:
        found.enabled = False
        return
    found.differences.append(
        Deviation(
            code="expiry-by-hand",
            says=f"the source stops the rule by itself after {found.expires}; here it stays live "
            "until it is removed, and `mmctl lint` warns",
            instead="remove it on that day",
        )
    )
    _ambiguous("ExpiryDate", text, moment, found)


def _begins(context: RuleContext, found: Properties) -> None:
    text = context.value("ActivationDate")
    if not text:
        return
    moment = _moment(text)
    if moment is None:
        found.enabled = False
        found.differences.append(_unread_date("ActivationDate", text))
        return
    begins = moment.day.isoformat()
    if context.asked.today and begins <= context.asked.today:
        return
    found.enabled = False
    found.differences.append(
        Deviation(
            code="not-active-yet",
            says=f"the source starts the rule by itself on {begins}; here it is disabled until "
            "somebody enables it",
            instead=f"remove `enabled: false` on {begins}",
        )
    )
    _ambiguous("ActivationDate", text, moment, found)


def _ambiguous(name: str, text: str, moment: _Moment, found: Properties) -> None:
    if moment.ambiguous:
        found.differences.append(
            Deviation(
                code="day-or-month-first",
                says=f"`{name}` is `{text}`, read with the month first: {moment.day.isoformat()}",
                instead="export as JSON, where dates have one form",
            )
        )


def _unread_date(name: str, text: str) -> Deviation:
    return Deviation(
        code="date-not-read",
        says=f"`{name}` is `{' '.join(text.split())}`, which is no date",
        instead="write `expires` and `enabled` by hand",
        loses=True,
    )


def _moment(text: str) -> _Moment | None:
    """A date as Exchange exports it; month first where it has slashes."""
    text = text.strip()
    try:
        if found := _TICKS.fullmatch(text):
            at = datetime.fromtimestamp(int(found[1]) / 1000, tz=UTC)
            return _Moment(day=at.date(), midnight=at.hour == at.minute == at.second == 0)
        if found := _ISO.fullmatch(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            return _Moment(day=day, midnight=_is_midnight(found[4], None))
        if found := _SLASHES.fullmatch(text):
            month, number = int(found[1]), int(found[2])
            swapped = month > _MONTHS
            if swapped:
                month, number = number, month
            day = date(int(found[3]), month, number)
            either = number <= _MONTHS and month != number and not swapped
            return _Moment(day=day, midnight=_is_midnight(found[4], found[5]), ambiguous=either)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _is_midnight(time: str | None, half: str | None) -> bool:
    if time is None:
        return True
    if _MIDNIGHT.fullmatch(time) is None:
        return False
    return time.startswith("0") or (half is not None and half.lower() == "a")
