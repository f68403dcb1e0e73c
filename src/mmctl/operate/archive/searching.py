"""Searches an archive: as many searches of the service as it takes, one after the other.

The service runs one search at a time, over 30 days at most, and gives no more than 1,000 rows. A
longer time is searched in pieces, the newest first; a piece that is full is searched in two halves.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.live.state.service import ErrorCode, OutcomeUnknown, ServiceAnswer
from mmctl.operate.archive.service import (
    COMPLETED,
    MOST_DAYS,
    MOST_ROWS,
    OVER,
    ArchivedMail,
    ArchiveSearch,
    mail_of,
)
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from mmctl.operate.archive.service import ArchiveService

_SHORTEST: Final = timedelta(seconds=1)
"""A piece of this length is not halved again."""
BUSY: Final = frozenset({ErrorCode.QUOTA, ErrorCode.CONFLICT, ErrorCode.THROTTLED})
"""Answers to a start while another search or export runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How to wait: between looks, and for how long at most."""

    sleep: Callable[[float], object]
    say: Callable[[str], object]
    poll_seconds: float
    most_seconds: float = 600.0

    def looks(self) -> Iterator[None]:
        """One item for each look, with a pause before each but the first.

        Pauses become longer, so that a long search is not asked about all the time.
        """
        waited, pause = 0.0, self.poll_seconds
        yield
        while waited < self.most_seconds:
            self.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, 15.0)
            yield


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMail:
    """What was found, newest first."""

    mail: tuple[ArchivedMail, ...]
    searches: tuple[str, ...]
    """Their ids, in the order in which they ran."""
    complete: bool
    """Whether it is all: neither the limit nor a full second cut it off."""


def search(
    service: ArchiveService, asked: ArchiveSearch, limit: int, patience: Patience
) -> FoundMail:
    """The newest messages that are asked for, at most `limit`.

    Raises:
        CouldNot: a search failed, or took too long; ours is stopped.
    """
    found: dict[str, ArchivedMail] = {}
    searches: list[str] = []
    complete = True
    pieces = list(reversed(list(_pieces(asked))))  # the newest at the end
    while pieces and len(found) < limit:
        piece = pieces.pop()
        most = min(MOST_ROWS, limit - len(found))
        id_ = begin(partial(service.start_search, piece, most), patience)
        searches.append(id_)
        rows = _rows(service, id_, patience)
        whole = len(rows) < most
        if not whole and most == MOST_ROWS and piece.until - piece.since > _SHORTEST:
            middle = piece.since + (piece.until - piece.since) / 2
            pieces += [replace(piece, until=middle), replace(piece, since=middle)]
            patience.say(f"{most} messages and more in {_days(piece)}: searching it in two halves")
            continue
        complete = complete and whole
        found |= {mail.id: mail for mail in map(mail_of, rows)}
        if pieces and len(found) < limit:
            patience.say(f"{len(found)} found, searching further back")
    newest = sorted(found.values(), key=lambda mail: (mail.at is not None, mail.at), reverse=True)
    return FoundMail(
        mail=tuple(newest[:limit]),
        searches=tuple(searches),
        complete=complete and not pieces and len(newest) <= limit,
    )


def begin(start: Callable[[], str], patience: Patience) -> str:
    """Start a search or an export; wait while another one runs.

    Raises:
        CouldNot: another one does not end.
    """
    told = False
    for _ in patience.looks():
        try:
            return start()
        except ServiceAnswer as answered:
            if answered.answer not in BUSY:
                raise CouldNot(str(answered)) from answered
            if not told:
                patience.say(f"waiting: {answered.message}")
                told = True
        except OutcomeUnknown as unknown:
            raise CouldNot(
                f"{unknown}", help="it may be under way, and ends by itself: try again then"
            ) from unknown
    raise CouldNot(
        "another search or export of this account is still under way",
        help="the service runs one at a time: try again later",
    )


def finished(
    look: Callable[[], Mapping[str, Any]],
    stop: Callable[[], None],
    what: str,
    patience: Patience,
) -> Mapping[str, Any]:
    """Wait for the end of a search or export; when interrupted, it is stopped.

    Raises:
        CouldNot: it failed, was stopped by somebody else, or took too long.
    """
    said = ""
    try:
        for _ in patience.looks():
            job = look()
            status = job.get("Status") or {}
            state = str(status.get("State"))
            if state == COMPLETED:
                return job
            if state in OVER:
                reason = status.get("ErrorMessage") or "it was stopped"
                raise CouldNot(f"{what} is {state}: {reason}")
            if state != said:
                patience.say(f"{what} is {state}")
                said = state
    except KeyboardInterrupt as stopped:
        stop()
        stopped.add_note(f"{what} was stopped")
        raise
    stop()
    raise CouldNot(f"{what} took longer than {patience.most_seconds:.0f} seconds and was stopped")


def _rows(service: ArchiveService, id_: str, patience: Patience) -> list[Mapping[str, Any]]:
    finished(
        lambda: service.search(id_), lambda: service.stop_search(id_), f"search {id_}", patience
    )
    try:
        return service.rows(id_)
    except ServiceAnswer as answered:
        raise CouldNot(str(answered)) from answered


def earlier(service: ArchiveService, id_: str) -> tuple[Mapping[str, Any], FoundMail | None]:
    """An earlier search, and what it found; None: its results have expired.

    Raises:
        CouldNot: there is no such search, or it is not completed.
    """
    try:
        job = service.search(id_)
        state = (job.get("Status") or {}).get("State")
        if state != COMPLETED:
            raise CouldNot(f"search {id_} is {state}", help="only a completed one has results")
    except ServiceAnswer as answered:
        raise CouldNot(str(answered), help="`mmctl archive search` begins a new one") from answered
    try:
        rows = service.rows(id_)
    except ServiceAnswer as answered:
        if answered.answer in {ErrorCode.DENIED, ErrorCode.THROTTLED}:
            raise CouldNot(str(answered)) from answered
        return job, None
    mail = tuple(map(mail_of, rows))
    return job, FoundMail(
        mail=mail, searches=(id_,), complete=len(mail) < (job.get("MaxResults") or MOST_ROWS)
    )


def _pieces(asked: ArchiveSearch) -> Iterator[ArchiveSearch]:
    """The time in pieces that the service takes, newest first."""
    until: datetime = asked.until
    while True:
        since = max(asked.since, until - timedelta(days=MOST_DAYS))
        yield replace(asked, since=since, until=until)
        if since <= asked.since:
            return
        until = since


def _days(piece: ArchiveSearch) -> str:
    return f"{piece.since:%Y-%m-%d %H:%M} to {piece.until:%Y-%m-%d %H:%M}"
