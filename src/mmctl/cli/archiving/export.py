"""`mmctl archive export`: messages of an archive, into a bucket or a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.archiving.archives import open_archives
from mmctl.cli.archiving.search import MOST_LIMIT, query_of, window
from mmctl.cli.result_table import ARCHIVE_EXPORTED, write
from mmctl.errors import CouldNot, UsageError
from mmctl.patterns import Pattern
from mmctl.records import dataclass
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from rich.text import Text

    from mmctl.cli.archiving.archives import OpenArchives
    from mmctl.cli.archiving.search import Span
    from mmctl.cli.run import Run
    from mmctl.operate.archive.filters import LookedFor
    from mmctl.operate.archive.service import ArchiveSearch

_S3: Final = "s3://"
_LOCATION: Final = Pattern(r"s3://[a-zA-Z0-9.-]{3,63}(/[a-zA-Z0-9!_.*'()/-]*)*")
_UNUSABLE: Final = Pattern(r"[^\w.-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was exported; `number` None: the service does not say."""

    archives: OpenArchives
    to: str
    number: int | None
    id: str | None = None


def export(
    run: Run,
    archive: str | None,
    endpoint_url: str | None,
    looked_for: LookedFor,
    span: Span,
    *,
    to: str,
    limit: int | None,
) -> int:
    """Export messages with what the archive knows of each."""
    if limit is not None and not 1 <= limit <= MOST_LIMIT:
        raise UsageError(f"got `--limit {limit}`", help=f"expected a number from 1 to {MOST_LIMIT}")
    if to.startswith(_S3) and not _LOCATION.fullmatch(to):
        raise UsageError(f"got `--to {to}`", help="expected s3://BUCKET or s3://BUCKET/PREFIX")
    wanted = window(run, span)
    archives = open_archives(run, archive, endpoint_url, must=True)
    query = query_of(archives, looked_for, wanted)
    done = (
        _into_bucket(run, archives, query, to, limit)
        if to.startswith(_S3)
        else _into_folder(run, archives, query, to, limit)
    )
    write(run, ARCHIVE_EXPORTED, done)
    return 0


def _into_bucket(
    run: Run, archives: OpenArchives, query: ArchiveSearch, to: str, limit: int | None
) -> ExportResult:
    from mmctl.operate.archive.searching import begin, finished

    service, patience = archives.service.archives, archives.patience(run)
    id_ = begin(lambda: service.start_export(query, to, limit), patience)
    finished(
        lambda: service.export(id_), lambda: service.stop_export(id_), f"export {id_}", patience
    )
    return ExportResult(archives=archives, to=to, number=None, id=id_)


def _into_folder(
    run: Run, archives: OpenArchives, query: ArchiveSearch, to: str, limit: int | None
) -> ExportResult:
    from mmctl.operate.archive.message import fetch
    from mmctl.operate.archive.searching import search

    folder = run.directory / to
    service, patience = archives.service.archives, archives.patience(run)
    found = search(service, query, limit or MOST_LIMIT, patience)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, each in enumerate(found.mail, start=1):
            message = fetch(service, each.id)
            name = _UNUSABLE.sub("_", each.id).lstrip(".") or "message"
            known = {
                "id": each.id,
                "received": None if message.at is None else message.at.isoformat(),
                "mail_from": message.mail_from,
                "recipients": [*message.recipients],
                "helo": message.helo,
                "source_ip": message.source_ip,
                "tls_protocol": message.tls_protocol,
                "ingress_point_id": message.ingress_point_id,
                "rule_set_id": message.rule_set_id,
            }
            write_whole(folder / f"{name}.eml", message.content, mode=0o600)
            write_whole(folder / f"{name}.json", json.dumps(known, indent=1) + "\n", mode=0o600)
            patience.say(f"{number} of {len(found.mail)}")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CouldNot(f"cannot write into `{to}`: {reason}") from None
    if not found.complete:
        run.warn("warning: there are more messages than were exported: raise --limit")
    return ExportResult(archives=archives, to=to, number=len(found.mail))


def human(_run: Run, done: ExportResult) -> Text:
    """What was exported, for people."""
    from mmctl.render.text.archive import exported
    from mmctl.render.text.plan import framed

    text = exported(done.number, done.archives.name, done.to, done.id)
    return framed([text], done.archives.service.identity)


def document(_run: Run, done: ExportResult) -> dict[str, Any]:
    """What was exported, as `mmctl/archive-export@1`."""
    from mmctl.render.documents.archive import export_document

    return export_document(done.archives.place, done.to, done.number, done.id)
