"""The mail log of Postfix: what became of each recipient, and by which reply or table.

A line names the queue file; the lines of one queue file are joined. Mail that was refused before it
had one (`NOQUEUE`) is known by its sender and recipient alone. Times without a zone are UTC.
Source: the forms of log lines in the manuals smtpd(8), cleanup(8), qmgr(8), smtp(8) of Postfix.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.language.project import Outcome
from mmctl.operate.comparing.other_words import NO_RULE, Decided
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_LINE: Final = Pattern(
    r"(?:<\d{1,3}>)?(?P<at>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S{8,32})"
    r" (?:\S{1,255} )?postfix[\w.-]{0,64}(?:/[\w-]{1,64})*/(?P<program>[\w-]{1,64})\[\d+\]: "
    r"(?P<queue>NOQUEUE|[0-9A-Za-z]{5,32}): (?P<said>.*)"
)
_LOOKED_AT: Final = 64 * 1024
_MESSAGE_ID: Final = Pattern(r"message-id=<?(?P<id>[^>\s]*)>?$")
_SENDER: Final = Pattern(r"from=<(?P<sender>[^>]*)>, size=")
_ENDED: Final = Pattern(
    r"to=<(?P<to>[^>]*)>,(?: orig_to=<(?P<original>[^>]*)>,)?.* status=(?P<status>\w+)"
)
_DECIDED: Final = Pattern(
    r"(?:milter-)?(?P<word>reject|discard|hold): (?P<what>.*?); from=<(?P<sender>[^>]*)>"
    r" to=<(?P<to>[^>]*)>(?:[^:]*: (?P<text>.*))?"
)
_REPLY: Final = Pattern(r"(?:: )?\d{3} \d\.\d{1,3}\.\d{1,3} (?:<[^>]*>: )?(?P<text>.*)$")
_OUTCOMES: Final = {
    "reject": Outcome.REFUSED,
    "discard": Outcome.DROPPED,
    "hold": Outcome.STORED,
    "sent": Outcome.DELIVERED,
    "bounced": Outcome.BOUNCED,
    "expired": Outcome.BOUNCED,
}
_DISCARDS: Final = "discard"
"""The program that takes mail and throws it away: its `status=sent` is no delivery."""
_MOST: Final = 2_000_000
"""How many queue files are joined at once; older ones are forgotten."""


class PostfixEntry(NamedTuple):
    """What became of one recipient."""

    id: str
    """The `Message-ID` without `<` and `>`; empty: the mail was refused before it was known."""
    sender: str | None
    recipient: str
    at: datetime
    decided: Decided


@dataclass(slots=True, kw_only=True)
class _Queued:
    """What lines before said of a queue file."""

    id: str = ""
    sender: str | None = None


def is_postfix_log(text: str) -> bool:
    """Whether a text begins with lines of Postfix."""
    return any(map(_LINE.match, text[:_LOOKED_AT].splitlines()))


def postfix_entries(text: str, now: datetime) -> Iterator[PostfixEntry]:
    """What became of each recipient; `now`: the last year in which the log can end."""
    queued: dict[str, _Queued] = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        if found["queue"] == "NOQUEUE" or found["queue"] not in queued:
            known = _Queued()
            if found["queue"] != "NOQUEUE" and len(queued) < _MOST:
                queued[found["queue"]] = known
        else:
            known = queued[found["queue"]]
        yield from _entry(found, known, now)


def _entry(line: re.Match[str], known: _Queued, now: datetime) -> Iterator[PostfixEntry]:
    said = line["said"]
    at = _time(line["at"], now)
    if (found := _MESSAGE_ID.match(said)) is not None:
        known.id = found["id"]
    elif (found := _SENDER.match(said)) is not None:
        known.sender = found["sender"]
    elif (found := _DECIDED.match(said)) is not None:
        decided = Decided(_OUTCOMES[found["word"]].value, _why(found))
        yield PostfixEntry(known.id, found["sender"], found["to"], at, decided)
    elif (found := _ENDED.match(said)) is not None and found["status"] in _OUTCOMES:
        sent = found["status"] == "sent" and line["program"] == _DISCARDS
        outcome = Outcome.DROPPED if sent else _OUTCOMES[found["status"]]
        to = found["original"] or found["to"]
        yield PostfixEntry(known.id, known.sender, to, at, Decided(outcome.value, NO_RULE))


def _why(found: re.Match[str]) -> str:
    """The reply, or the text of the rule, that names why."""
    reply = _REPLY.search(found["what"])
    text = found["text"] if reply is None and found["text"] else None
    return (reply["text"] if reply is not None else text or found["what"]).strip() or NO_RULE


def _time(text: str, now: datetime) -> datetime:
    """A time of a line; those without a year are in the last twelve months."""
    if text[0].isdigit():
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return now
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    # The clock of the log may be ahead of ours, and not each year has a 29 February.
    latest = now + timedelta(days=1)
    for year in (latest.year, latest.year - 1):
        with suppress(ValueError):
            found = datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
            if found <= latest:
                return found
    return now
