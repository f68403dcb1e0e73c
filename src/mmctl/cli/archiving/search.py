"""`mmctl archive search`: messages of an archive, newest first."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.archiving.archives import open_archives
from mmctl.cli.result_table import ARCHIVED, write
from mmctl.errors import CouldNot, UsageError
from mmctl.operate.logs.times import period
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rich.text import Text

    from mmctl.cli.archiving.archives import OpenArchives
    from mmctl.cli.run import Run
    from mmctl.operate.archive.filters import LookedFor
    from mmctl.operate.archive.searching import FoundMail
    from mmctl.operate.archive.service import ArchiveSearch

DEFAULT_SINCE: Final = "30d"
DEFAULT_LIMIT: Final = 100
MOST_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time that is looked at, as it was given."""

    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found, and where."""

    archives: OpenArchives
    mail: FoundMail
    since: datetime
    until: datetime


def search(
    run: Run,
    archive: str | None,
    endpoint_url: str | None,
    looked_for: LookedFor,
    span: Span,
    *,
    limit: int | None,
    earlier: str | None,
    ids_only: bool,
) -> int:
    """Search, or tell again what an earlier search found."""
    if earlier is not None:
        archives = open_archives(run, archive, endpoint_url, must=False)
        found = _again(run, archives, earlier)
    else:
        most = DEFAULT_LIMIT if limit is None else limit
        if not 1 <= most <= MOST_LIMIT:
            raise UsageError(
                f"got `--limit {most}`", help=f"expected a number from 1 to {MOST_LIMIT}"
            )
        wanted = window(run, span)
        archives = open_archives(run, archive, endpoint_url, must=True)
        found = _found(run, archives, query_of(archives, looked_for, wanted), most)
    if ids_only:
        for each in found.mail.mail:
            run.write(f"{each.id}\n")
        if not found.mail.complete:
            run.warn("warning: there are more: narrow the search, or raise --limit")
        return 0
    write(run, ARCHIVED, found)
    return 0


def window(run: Run, span: Span) -> tuple[datetime, datetime]:
    """The time that is looked at.

    Raises:
        UsageError: it makes no sense.
    """
    # The API takes whole seconds: what came in the present one is looked at, too.
    now = run.now().replace(microsecond=0) + timedelta(seconds=1)
    begins, ends = period(span.since or DEFAULT_SINCE, span.until, now)
    since, until = begins or now, ends or now
    if since >= until:
        raise UsageError(
            f"got `--since` {since:%Y-%m-%dT%H:%M:%SZ}, "
            f"which is not before `--until` {until:%Y-%m-%dT%H:%M:%SZ}"
        )
    return since, until


def query_of(
    archives: OpenArchives, looked_for: LookedFor, wanted: tuple[datetime, datetime]
) -> ArchiveSearch:
    """What the service is asked for."""
    from mmctl.operate.archive.filters import filters_of
    from mmctl.operate.archive.service import ArchiveSearch

    since, until = wanted
    return ArchiveSearch(
        archive_id=archives.id, since=since, until=until, filters=filters_of(looked_for)
    )


def _found(run: Run, archives: OpenArchives, query: ArchiveSearch, most: int) -> SearchResult:
    from mmctl.operate.archive.searching import search as search_in

    mail = search_in(archives.service.archives, query, most, archives.patience(run))
    return SearchResult(archives=archives, mail=mail, since=query.since, until=query.until)


def _again(run: Run, archives: OpenArchives, id_: str) -> SearchResult:
    from mmctl.operate.archive.searching import earlier

    job, mail = earlier(archives.service.archives, id_)
    if mail is None:
        raise CouldNot(
            f"the results of search {id_} have expired",
            help=f"search again: {_command(run, job)}",
        )
    return SearchResult(
        archives=archives, mail=mail, since=job["FromTimestamp"], until=job["ToTimestamp"]
    )


def _command(run: Run, job: Mapping[str, Any]) -> str:
    """The command that searches for the same again."""
    from mmctl.operate.archive.filters import options_of

    since, until = (f"{job[each]:%Y-%m-%dT%H:%M:%SZ}" for each in ("FromTimestamp", "ToTimestamp"))
    words = ["mmctl", "archive", "search", "--archive", str(job["ArchiveId"])]
    for option, value in options_of(job.get("Filters") or {}):
        words += [option, value] if value else [option]
    words += ["--since", since, "--until", until]
    if run.environment is not None:
        words += ["--env", run.environment]
    return shlex.join(words)


def human(run: Run, result: SearchResult) -> Text:
    """What was found, for people."""
    from mmctl.render.text.archive import found
    from mmctl.render.text.plan import framed

    span = f"{result.since:%Y-%m-%d %H:%M} to {result.until:%Y-%m-%d %H:%M} UTC"
    text = found(result.archives.name or "the archive", result.mail, span, run.columns())
    return framed([text], result.archives.service.identity)


def document(_run: Run, result: SearchResult) -> dict[str, Any]:
    """What was found, as `mmctl/archive-search@1`."""
    from mmctl.render.documents.archive import found_document

    return found_document(result.archives.place, result.mail, result.since, result.until)
