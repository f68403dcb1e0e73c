"""Rules of another gateway → a project and a report: the way of `mmctl import --from KIND`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.formats import Format
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

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
    from mmctl.cli.migrating.accepting import accepted_in, write_skeleton
    from mmctl.cli.migrating.imported import imported_project
    from mmctl.cli.migrating.judging import endings_here
    from mmctl.cli.migrating.opening import opened
    from mmctl.cli.migrating.owners import owners_of
    from mmctl.interchange.migration.files import CASES
    from mmctl.interchange.migration.lowering import lowered
    from mmctl.interchange.migration.report import MigrationReport, reported

    owner_of = owners_of(run, migration.owners)
    place = _place(migration, asked)
    accepted = accepted_in(run, migration.accept)
    source = migration.kind.reader(opened(run, migration.files), asked)
    made = lowered(source, shadow=migration.shadow, owner_of=owner_of)
    into = migration.into
    beside = into is not None and (into / PROJECT_FILE).exists()
    with_cases = into is not None and (not beside or (into / CASES).exists())
    project = imported_project(run, made, place, with_cases=with_cases)
    report = MigrationReport(
        system=source.system,
        rules=reported(made, judged=endings_here(made, project), accepted=accepted.reasons),
        unread=tuple(source.unread),
        needed=project.needed,
        notes=tuple(source.notes),
        fit=project.fit,
        is_fitting=project.is_fitting,
        idle=project.idle,
        linted=project.linted,
    )
    if into is None:
        _print(run, project, report)
    else:
        made_of = (project, report)
        _write(run, into, made_of, beside=beside, force=migration.force)
    if migration.accept is not None and accepted.found is None:
        write_skeleton(run, migration.accept, report)
    problems = accepted.problems(report)
    if problems:
        raise ProblemsFound("not every reason counts", problems, accepted.texts)
    return int(bool(report.left))


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
    run: Run,
    folder: Path,
    made: tuple[ImportedProject, MigrationReport],
    *,
    beside: bool,
    force: bool,
) -> None:
    """The files into a folder, and the report to stdout."""
    from mmctl.cli.migrating.output import shown_folder, write_files
    from mmctl.cli.result_table import MIGRATION, write
    from mmctl.cli.run import as_json
    from mmctl.interchange.migration.files import rule_texts, texts_beside
    from mmctl.render.documents.migration import document
    from mmctl.render.documents.migration_markdown import markdown

    project, report = made
    texts = texts_beside(project.parts) if beside else project.texts
    reports = {f"{_REPORT}.md": markdown(report), f"{_REPORT}.json": as_json(document(report))}
    write_files(run, {**texts, **reports}, folder, force=force)
    write(run, MIGRATION, report)
    shown = shown_folder(run, folder)
    if beside:
        paths = ", ".join(path.removeprefix("rules/") for path in rule_texts(project.parts))
        run.say(f"next: in a rule set of {shown}/rules, write `include: [{paths}]`")
    else:
        run.say(f"next: mmctl -C {shown} lint && mmctl -C {shown} simulate")


def human(run: Run, report: MigrationReport) -> StyledParts:
    """The report for people; with every rule if the run is verbose."""
    from mmctl.render.text.migration import human as rendered

    return rendered(report, every_rule=run.verbose)
