"""`mmctl archive release`: held messages sent on, each once, and recorded."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from mmctl.cli import world
from mmctl.cli.archiving.archives import open_archives
from mmctl.cli.archiving.release_ways import way_of
from mmctl.cli.changes.agreement import agreed_by_name
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.result_table import RELEASED, write
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from mmctl.cli.archiving.archives import OpenArchives
    from mmctl.cli.archiving.release_ways import AskedWay
    from mmctl.cli.run import Run
    from mmctl.operate.archive.releasing import ReleaseResult

NOT_ALL: Final = 1
_STDIN: Final = "-"
_MOST_IDS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRelease:
    """What the command line asks for."""

    via: AskedWay
    rcpt: tuple[str, ...]
    others: tuple[str, ...]
    reason: str | None
    again: bool
    yes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport:
    """What became of all messages."""

    archives: OpenArchives
    results: tuple[ReleaseResult, ...]


def release(
    run: Run, ids: Sequence[str], archive: str | None, endpoint_url: str | None, asked: AskedRelease
) -> int:
    """Release messages; exit 1 when one was not released."""
    reason = _checked(asked)
    wanted = _ids(run, ids)
    archives = open_archives(run, archive, endpoint_url, must=False)
    way = way_of(run, archives, asked.via, again=asked.again)
    _tell(run, asked, len(wanted))
    environment = archives.change.project.environment
    if environment.protected and not agreed_by_name(
        archives.change, "release mail in", yes=asked.yes
    ):
        run.say("nothing was released")
        return REFUSED
    from mmctl.operate.archive.released import ReleaseRecord
    from mmctl.operate.archive.releasing import ReleaseOrder, released

    means = archives.change.means
    record = ReleaseRecord(means.history.store)
    order = ReleaseOrder(
        via=asked.via.shown,
        archive=archives.name,
        reason=reason,
        rcpt=asked.rcpt,
        others=asked.others,
        again=asked.again,
        who=means.who,
        host=means.host,
    )
    made = released(
        archives.service.archives, record, way, order, wanted, now=run.now, new_id=_new_id
    )
    results: list[ReleaseResult] = []
    try:
        for result in made:
            results.append(result)
            if len(wanted) > 1:
                means.say(f"{len(results)} of {len(wanted)}")
    finally:
        # Whatever ends the command early, people see what was released before.
        write(run, RELEASED, ReleaseReport(archives=archives, results=tuple(results)))
        for id_ in wanted[len(results) :]:
            run.warn(f"no outcome: {id_}")
        if len(results) < len(wanted):
            run.warn("whether the first of them was sent: mmctl history --releases")
    return 0 if all(each.is_released for each in results) else NOT_ALL


def _checked(asked: AskedRelease) -> str:
    """The reason; all that is wrong with the options is said before anything is asked."""
    from mmctl.operate.archive.ways import is_one_address

    if asked.reason is None or not asked.reason.strip():
        raise UsageError("got no `--reason`", help='say why: --reason "invoice of a customer"')
    if asked.rcpt and asked.others:
        raise UsageError(
            "got both `--rcpt` and `--to`",
            help="--rcpt takes some of the recipients of the message, --to others instead of them",
        )
    for option, values in (("--rcpt", asked.rcpt), ("--to", asked.others)):
        for value in values:
            if not is_one_address(value):
                raise UsageError(f"got `{option} {value}`", help="expected one address")
    return asked.reason.strip()


def _ids(run: Run, ids: Sequence[str]) -> tuple[str, ...]:
    """The ids, each once; `-` stands for those on stdin, one a line."""
    found: list[str] = []
    for id_ in ids:
        if id_ == _STDIN:
            lines = world.standard_input().read().splitlines()
            found += [line.strip() for line in lines if line.strip()]
        else:
            found.append(id_)
    wanted = tuple(dict.fromkeys(found))
    if not wanted:
        raise UsageError(
            "got no id of a message",
            help="`mmctl archive search` tells them; with --ids: | mmctl archive release - …",
        )
    if len(wanted) > _MOST_IDS:
        raise UsageError(f"got {len(wanted)} ids", help=f"at most {_MOST_IDS} at once")
    strange = next((id_ for id_ in wanted if not id_.isprintable() or " " in id_), None)
    if strange is not None:
        raise UsageError(f"got `{strange}`", help="expected ids of archived messages, one a line")
    if len(wanted) < len(found):
        run.say(f"{len(found) - len(wanted)} ids came twice: each message is released once")
    return wanted


def _tell(run: Run, asked: AskedRelease, number: int) -> None:
    """Say what is about to happen: where mail goes, and to whom it was not addressed."""
    from mmctl.counted import counted

    run.say(f"release {counted(number, 'message')} by {asked.via.shown}")
    for address in asked.others:
        run.say(f"  to {address}, instead of the recipients of the message")
    if asked.again:
        run.say("  also what was released before")


def _new_id() -> str:
    return f"rel-{secrets.token_hex(8)}"


def human(_run: Run, report: ReleaseReport) -> Text:
    """What became of all messages, for people."""
    from mmctl.render.text.archive import releases
    from mmctl.render.text.plan import framed

    return framed([releases(report.results)], report.archives.service.identity)


def document(_run: Run, report: ReleaseReport) -> dict[str, Any]:
    """What became of all messages, as `mmctl/releases@1`."""
    from mmctl.render.documents.archive import releases_document

    return releases_document(report.archives.place, report.results)
