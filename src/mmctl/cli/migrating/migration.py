"""Rules of another gateway → a project and a report: the way of `mmctl import --from KIND`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.formats import Format
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

    from mmctl.cli.migrating.again import ImportedBefore
    from mmctl.cli.migrating.imported import ImportedProject
    from mmctl.cli.migrating.kinds import Reads
    from mmctl.cli.run import Run
    from mmctl.interchange.migration.files import ImportTarget
    from mmctl.interchange.migration.report import MigrationReport
    from mmctl.interchange.migration.source import SourceOptions
    from mmctl.render.text.styled_parts import StyledParts

_REPORT: Final = "migration/report"
"""Where a project keeps what became of the rules, as Markdown and JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What the command line says."""

    kind: Reads
    files: tuple[Path, ...]
    into: Path | None = None
    force: bool = False
    deliver_to: str | None = None
    shadow: bool = False
    owners: Path | None = None
    accept: Path | None = None


def migrate(run: Run, asked: SourceOptions, migration: Migration) -> int:
    """Read the rules of another gateway, write them and the report; 1: something is left to do.

    Raises:
        ProblemsFound: the files are broken, or reasons are about what is not there anymore.
        UsageError: a file cannot be read or written.
        Refused: a file that would be written exists.
    """
    from mmctl.cli.migrating.accepting import accepted_in, ask_for_reasons
    from mmctl.cli.migrating.imported import imported_project
    from mmctl.cli.migrating.judging import endings_here
    from mmctl.cli.migrating.opening import opened
    from mmctl.cli.migrating.owners import owners_of
    from mmctl.interchange.migration.files import CASES
    from mmctl.interchange.migration.lowering import lowered
    from mmctl.interchange.migration.report import MigrationReport, reported

    owners = owners_of(run, migration.owners)
    place = _place(migration, asked)
    accepted = accepted_in(run, migration.accept)
    source = migration.kind.reader(opened(run, migration.files), asked)
    made = lowered(source, shadow=migration.shadow, owner_of=owners)
    into = migration.into
    beside = into is not None and (into / PROJECT_FILE).exists()
    with_cases = into is not None and (not beside or (into / CASES).exists())
    project = imported_project(run, made, place, with_cases=with_cases)
    report = MigrationReport(
        system=source.system,
        rules=reported(made, judged=endings_here(made, project), accepted=accepted.reasons),
        unread=tuple(source.unread),
        needed=project.needed,
        notes=(*source.notes, *owners.notes()),
        fit=project.fit,
        is_fitting=project.is_fitting,
        idle=project.idle,
        linted=None if beside else project.linted,
    )
    if into is None:
        _print(run, project, report)
    else:
        _write(run, migration, into, project, report)
    if migration.accept is not None:
        ask_for_reasons(run, migration.accept, accepted, report)
    problems = accepted.problems(report)
    if problems:
        raise ProblemsFound("not every reason counts", problems, accepted.texts)
    return int(bool(report.left or report.missing))


def _place(migration: Migration, asked: SourceOptions) -> ImportTarget:
    """What the project is called, and where its mail goes.

    Raises:
        UsageError: `--deliver-to` is no host with or without port.
    """
    from mmctl.cli.files.import_place import project_name
    from mmctl.interchange.migration.files import ImportTarget

    name = project_name(migration.into.name if migration.into is not None else "mail")
    place = ImportTarget(project=name, domains=asked.domains)
    if migration.deliver_to is None:
        return place
    host, _, port = migration.deliver_to.partition(":")
    if not host or (port and not (port.isascii() and port.isdigit())):
        raise UsageError(
            f"got `--deliver-to {migration.deliver_to}`",
            help="expected HOST or HOST:PORT, such as `mail.example.com:25`",
        )
    return replace(place, host=host, port=int(port or 25))


def _print(run: Run, project: ImportedProject, report: MigrationReport) -> None:
    """The rules to stdout and the report to stderr; a report in another format to stdout."""
    from mmctl.cli.result_table import MIGRATION, write
    from mmctl.render.text.migration import human as rendered

    if run.format is not Format.HUMAN:
        write(run, MIGRATION, report)
        return
    run.write_exactly(project.one_text)
    for line in rendered(report, every_rule=run.verbose).plain.splitlines():
        run.say(line)


def _write(
    run: Run, migration: Migration, folder: Path, project: ImportedProject, report: MigrationReport
) -> None:
    """The files into a folder, and the report to stdout."""
    from mmctl.cli.migrating.next_steps import next_steps
    from mmctl.cli.migrating.output import shown_folder, writing_alone
    from mmctl.cli.result_table import MIGRATION, write

    shown = shown_folder(run, folder)
    with writing_alone(folder):
        before = _write_alone(run, migration, folder, project, report)
    write(run, MIGRATION, report)
    for line in next_steps(folder, shown, project, before):
        run.say(line)


def _write_alone(
    run: Run, migration: Migration, folder: Path, project: ImportedProject, report: MigrationReport
) -> ImportedBefore:
    """The files into a folder that is held; returns what was there before."""
    from mmctl.cli.migrating.again import (
        WRITTEN,
        imported_before,
        keep_edited,
        remove_gone,
        written_document,
    )
    from mmctl.cli.migrating.output import refuse_existing, shown_folder, write_all
    from mmctl.cli.run import as_json
    from mmctl.render.documents.migration import document
    from mmctl.render.documents.migration_markdown import markdown

    source = f"{report.system}: {', '.join(sorted(path.name for path in migration.files))}"
    before = imported_before(folder, source, project.texts)
    chosen = before.chosen(project.texts) if PROJECT_FILE in before.now else project.texts
    reports = {
        f"{_REPORT}.md": markdown(report),
        f"{_REPORT}.json": as_json(document(report)),
        WRITTEN: as_json(written_document(source, project.texts)),
    }
    if not migration.force:
        refuse_existing({**chosen, **reports}, folder)
    shown = shown_folder(run, folder)
    keep_edited(run, folder, shown, before.edited(chosen))
    write_all(run, {**chosen, **reports}, folder)
    remove_gone(run, folder, shown, before.gone(project.texts))
    return before


def human(run: Run, report: MigrationReport) -> StyledParts:
    """The report for people; with every rule if the run is verbose."""
    from mmctl.render.text.migration import human as rendered

    return rendered(report, every_rule=run.verbose)
