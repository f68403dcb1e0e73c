"""The log of another gateway: a CSV of some form, or the mail log of Postfix, by its content.

An entry says what became of one recipient of one message. Which message that is, a log says by the
id of the service, by the header `Message-ID`, or by sender, recipient and time alone.
"""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.operate.comparing.other_words import NO_RULE, Decided, first_of, outcome_of
from mmctl.operate.comparing.postfix_log import is_postfix_log, postfix_entries
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = ("message_id", "recipient", "rule", "action")
"""Those of a CSV that somebody makes; `sender` and `time` may be there too."""
_ALSO_CALLED: Final = {
    "messageid": "message_id",
    "recipientaddress": "recipient",
    "senderaddress": "sender",
    "sender_address": "sender",
    "received": "time",
    "origin_timestamp_utc": "time",
    "date": "time",
    "status": "action",
}
"""What exports of Exchange call the same: Get-MessageTrace, and the report of a historical search.
"""
_BY_RECIPIENT: Final = "recipient_status"
"""The column of a historical search with all recipients: `a@example.com##Receive, Deliver;…`."""
_UNDECIDED: Final = frozenset(
    {"expanded", "pending", "gettingstatus", "none", "receive", "resolved"}
)
"""What says nothing about how it ends."""
_TRANSPORT_RULE: Final = Pattern(r"Transport rule: '(?P<rule>[^']*)'", re.IGNORECASE)
_MARK: Final = "\ufeff"
"""What spreadsheets write before a text in UTF-8."""
_DELIMITERS: Final = (",", ";", "\t")
LONGEST_FIELD: Final = 64 * 1024
_TIMES: Final = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKey:
    """Sender and recipient of a message, in lower case, and when it came: UTC."""

    sender: str
    recipient: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class OtherLog:
    """What another gateway decided."""

    name: str
    by_id: dict[tuple[str, str], Decided] = field(default_factory=dict)
    """By message id, of the service or of the header without `<` and `>`, and recipient."""
    by_envelope: list[tuple[MailKey, Decided, str]] = field(default_factory=list)
    """What can be known by sender, recipient and time, with the message id, which may be empty."""
    count: int = 0
    """Recipients of messages."""

    def add(
        self, id: str, sender: str | None, recipient: str, at: datetime | None, decided: Decided
    ) -> None:
        """Note what became of a recipient."""
        key = (id.strip("<>"), recipient.lower())
        if key[0]:
            self.count += key not in self.by_id
            self.by_id[key] = first_of(self.by_id.get(key), decided)
        else:
            self.count += 1
        if sender is not None and at is not None:
            envelope = MailKey(sender=sender.strip("<>").lower(), recipient=key[1], at=at)
            self.by_envelope.append((envelope, decided, key[0]))


def read_other(text: str, name: str, now: datetime) -> OtherLog:
    """What another gateway decided; `now`: the lines of a mail log may not say the year.

    Values of a CSV are separated by commas, semicolons or tabs, as the header line says.

    Raises:
        UsageError: it is no log of a known form.
    """
    found = OtherLog(name=name)
    if is_postfix_log(text):
        for entry in postfix_entries(text, now):
            found.add(entry.id, entry.sender, entry.recipient, entry.at, entry.decided)
        return found
    csv.field_size_limit(LONGEST_FIELD)
    lines = text.removeprefix(_MARK).splitlines(keepends=True)
    if lines and lines[0].startswith("#TYPE"):
        del lines[0]
    header = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        _read(csv.DictReader(lines, delimiter=delimiter), found)
    except csv.Error as error:
        raise UsageError(f"`{name}` is not a CSV: {error}", help=_help()) from None
    return found


def _read(reader: csv.DictReader[str], found: OtherLog) -> None:
    named = [_called(name) for name in reader.fieldnames or ()]
    traced = _BY_RECIPIENT in named or ("sender" in named and "time" in named)
    wanted = ("message_id",) if _BY_RECIPIENT in named else COLUMNS
    missing = [
        column for column in wanted if column not in named and not (traced and column == "rule")
    ]
    if missing:
        listed = ", ".join(f"`{column}`" for column in missing)
        raise UsageError(f"`{found.name}` has no column {listed}", help=_help())
    for number, row in enumerate(_rows(reader), 2):
        if not row["message_id"] or not (row["recipient"] or row.get(_BY_RECIPIENT)):
            raise UsageError(
                f"{found.name}:{number}: `message_id` or `recipient` is empty", help=_help()
            )
        for recipient, action in _ends(row):
            decided = Decided(outcome_of(action), _rule(row))
            at = _time(row.get("time", ""))
            found.add(row["message_id"], row.get("sender"), recipient, at, decided)


def _ends(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The recipients of a row, and what became of each."""
    if row.get(_BY_RECIPIENT):
        for part in row[_BY_RECIPIENT].split(";"):
            recipient, _, events = part.partition("##")
            words = [each.strip() for each in events.split(",")]
            last = next((word for word in reversed(words) if not _is_undecided(word)), None)
            if recipient.strip() and last is not None:
                yield recipient.strip(), last
    elif not _is_undecided(row["action"]):
        yield row["recipient"], row["action"]


def _is_undecided(word: str) -> bool:
    return "".join(each for each in word.lower() if each.isalnum()) in _UNDECIDED


def _rule(row: dict[str, str]) -> str:
    """The rule that a row names: in its own column, or in the detail of an event."""
    found = _TRANSPORT_RULE.search(row.get("detail", ""))
    return row["rule"] or (found["rule"] if found else "") or NO_RULE


def _rows(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    for row in reader:
        found = dict.fromkeys(COLUMNS, "")
        for column, value in row.items():
            if isinstance(column, str) and isinstance(value, str):
                found[_called(column)] = value.strip()
        yield found


def _called(column: str) -> str:
    name = column.strip().lower()
    return _ALSO_CALLED.get(name, name)


def _time(text: str) -> datetime | None:
    """A time in UTC; None: it is in no form that is known."""
    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _in_a_form(text)
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _in_a_form(text: str) -> datetime | None:
    for form in _TIMES:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None


def _help() -> str:
    return (
        f"expected a header line with the columns {', '.join(COLUMNS)} in any order, an export of "
        "Get-MessageTrace, or a mail log of Postfix"
    )
