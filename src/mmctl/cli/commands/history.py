"""`mmctl history`, `mmctl unpin`: what was applied and rolled back, and what is pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.changes.change import open_history
from mmctl.cli.commands.diff import between
from mmctl.cli.formats import Format
from mmctl.cli.kept_names import SNAPSHOTS, keep_names
from mmctl.cli.options.store import StoreOptions, elsewhere
from mmctl.cli.result_table import CHANGES, ENTRIES, HISTORY_DIFFERENCE, ONE_ENTRY, RELEASES, write
from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer
    from rich.console import RenderableType

    from mmctl.cli.options.annotated import (
        Account,
        Cloudtrail,
        Profile,
        ProjectName,
        Region,
        Store,
        TrailSource,
    )
    from mmctl.language.project import Project
    from mmctl.live.history.entries import HistoryEntry
    from mmctl.live.history.history import History
    from mmctl.live.history.pins import Pin
    from mmctl.operate.archive.released import Release
    from mmctl.operate.trail.reading import Trail
    from mmctl.operate.trail.subjects import TrailChange


def history(
    run: Run,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[show ID | diff A B]", help="One id, or two.")
    ] = None,
    releases: Annotated[
        bool, typer.Option("--releases", help="What was released from archives.")
    ] = False,
    cloudtrail: Cloudtrail = False,
    trail: TrailSource = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="With --cloudtrail, --trail: from then on.", metavar="TIME"),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="With --cloudtrail, --trail: before then.", metavar="TIME"),
    ] = None,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
) -> int:
    """List applies and rollbacks; `show ID` for one with its calls, `diff A B` for two."""
    read = cloudtrail or trail is not None
    mode = "--releases" if releases else "--cloudtrail" if read else None
    if mode is not None and words:
        raise UsageError(f"got `{mode}` with `{words[0]}`", help=f"mmctl history {mode}")
    if releases and read:
        raise UsageError("got `--releases` and `--cloudtrail`", help="give one")
    if not read and (since is not None or until is not None):
        raise UsageError("got a time without `--cloudtrail` or `--trail`", help="add --cloudtrail")
    named = elsewhere(store, account, region, profile, project)
    known, found, (account, region) = _opened(run, named)
    if read:
        _write_changes(run, known, found, (account, region), AskedTrail(trail, since, until))
        return 0
    match words or []:
        case [] if releases:
            _write_releases(run, found, account, region)
        case []:
            if run.format is Format.HUMAN:
                run.say(f"account {account}  {region}")
            entries = found.entries()
            write(run, ENTRIES, Entries(entries=entries, pins=found.pins()))
            if named is None:
                keep_names(str(run.root), {SNAPSHOTS: [each.id for each in reversed(entries)]})
        case ["show", id]:
            entry = found.find(id)
            calls = tuple(found.journal(entry.id))
            write(run, ONE_ENTRY, OneEntry(entry=entry, calls=calls))
        case ["diff", one, other]:
            return _diff(run, found, one, other)
        case got:
            raise UsageError(
                f"got `history {' '.join(got)}`", help="history, history show ID, history diff A B"
            )
    return 0


def _write_releases(run: Run, found: History, account: str, region: str) -> None:
    from mmctl.operate.archive.released import ReleaseRecord

    done, wrong = ReleaseRecord(found.store).releases()
    place = found.store.place
    write(
        run,
        RELEASES,
        Releases(done=done, wrong=wrong, place=place, account=account, region=region),
    )


@dataclass(frozen=True, slots=True)
class AskedTrail:
    """Which records of CloudTrail are asked for, as the command line says it."""

    trail: str | None
    since: str | None
    until: str | None


def _write_changes(
    run: Run, project: Project, history: History, place: tuple[str, str], asked: AskedTrail
) -> None:
    """Write who changed what, by the records of CloudTrail."""
    from mmctl.cli.changes.trails import changes_in, say_trail, trail_named
    from mmctl.operate.logs.times import period

    since, until = period(asked.since, asked.until, run.now())
    trail = trail_named(
        run,
        project.environment,
        asked.trail,
        place=place,
        since=since,
        until=until,
    )
    write(run, CHANGES, TrailChanges(changes=changes_in(trail, history), trail=trail))
    say_trail(run, trail)


def _opened(run: Run, named: StoreOptions | None) -> tuple[Project, History, tuple[str, str]]:
    from mmctl.cli.changes.stores import store_elsewhere

    return open_history(run, None if named is None else store_elsewhere(run, named))


def _diff(run: Run, found: History, one: str, other: str) -> int:
    from mmctl.cli.changes.versions import of_configuration

    before, after = (
        of_configuration(run, found.snapshot(found.find(each).id).configuration, each)
        for each in (one, other)
    )
    difference = between(run, before, after)
    write(run, HISTORY_DIFFERENCE, difference)
    return difference.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The whole history, with what is pinned."""

    entries: tuple[HistoryEntry, ...]
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEntry:
    """One apply or rollback, with its calls."""

    entry: HistoryEntry
    calls: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What was released from archives, and the lines of the record that are damaged."""

    done: tuple[Release, ...]
    wrong: tuple[int, ...]
    place: str
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailChanges:
    """Who changed what, and where that was looked for."""

    changes: Sequence[TrailChange]
    trail: Trail


def changes(_run: Run, found: TrailChanges) -> RenderableType:
    """The writes, for people."""
    from mmctl.render.text.trail import changes as told

    return told(found.changes, found.trail)


def changes_document(_run: Run, found: TrailChanges) -> dict[str, Any]:
    """The writes as a member of `mmctl/history@1`."""
    from mmctl.live.history.entries import history_document
    from mmctl.render.documents.trail import changes_document as document

    return history_document(()) | {"trail": document(found.changes, found.trail)}


def releases(_run: Run, found: Releases) -> RenderableType:
    """The releases, for people."""
    from mmctl.render.text.archive import record

    return record(found.done, found.wrong, found.place)


def releases_document(_run: Run, found: Releases) -> dict[str, Any]:
    """The releases as `mmctl/releases@1`."""
    from mmctl.render.documents.archive import record_document

    place = {"environment": None, "account": found.account, "region": found.region}
    return record_document(place | {"archive": None, "archive_id": None}, found.done, found.wrong)


def entries(_run: Run, found: Entries) -> RenderableType:
    """The history as a table."""
    from mmctl.render.text.history import human

    return human(found.entries, found.pins)


def entries_document(_run: Run, found: Entries) -> dict[str, Any]:
    """The history as `mmctl/history@1`."""
    from mmctl.live.history.entries import history_document
    from mmctl.live.history.pins import pin_summary

    return history_document(found.entries) | {"pins": [*map(pin_summary, found.pins)]}


def one_entry(_run: Run, found: OneEntry) -> RenderableType:
    """One entry in full."""
    from mmctl.render.text.history import one

    return one(found.entry, found.calls)


def one_entry_document(_run: Run, found: OneEntry) -> dict[str, Any]:
    """A history of one entry, with its calls."""
    from mmctl.live.history.entries import history_document

    return history_document((found.entry,)) | {"journal": [*found.calls]}


def unpin(
    run: Run,
    pin: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A pin, or the number of a rollback. Default: all."),
    ] = None,
    store: Store = None,
    account: Account = None,
    region: Region = None,
    profile: Profile = None,
    project: ProjectName = None,
) -> int:
    """Lift pins of rollbacks: what was rolled back can be applied again."""
    _project, found, _where = _opened(run, elsewhere(store, account, region, profile, project))
    lifted = found.unpin(pin)
    for each in lifted:
        run.write(f"unpinned {each.id}  {each.described}\n")
    if not lifted:
        run.say("nothing is pinned")
    return 0
