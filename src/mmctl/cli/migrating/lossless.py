"""Imports that lose nothing: Mail Manager's own resources in files of another form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.errors import ProblemsFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mmctl.cli.migrating.kinds import Imports
    from mmctl.cli.run import Run
    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.migration.source import SourceOptions
    from mmctl.problem import Problem


def import_json(files: Mapping[str, bytes], asked: SourceOptions) -> Imported:
    """What files in the shapes of the API hold.

    Raises:
        UsageError: one cannot be decoded, or has nothing of Mail Manager in it.
    """
    from mmctl.interchange.api_json import import_api_json
    from mmctl.interchange.refusals import masked
    from mmctl.language.parsing.files import Unreadable, decode

    del asked
    texts = {}
    for file, content in files.items():
        try:
            texts[file] = decode(content, file)
        except Unreadable as error:
            raise UsageError(f"cannot read `{file}`: {error.problem.message}") from None
    imported = import_api_json(texts)
    imported.shown = {file: masked(text) for file, text in texts.items()}
    return imported


def import_lossless(
    run: Run,
    kind: Imports,
    files: Mapping[str, bytes],
    asked: SourceOptions,
    folder: Path | None,
    *,
    force: bool,
) -> int:
    """Write what the files hold: to stdout, or one file a kind of resource into a folder.

    Raises:
        ProblemsFound: the service would refuse something, or something is left out.
    """
    from mmctl.cli.migrating.output import write_files
    from mmctl.interchange.live_objects import yaml_of

    imported = kind.importer(files, asked)
    if imported.refused:
        message = refused_told(imported.refused)
        raise ProblemsFound(message, tuple(imported.refused), imported.shown)
    if folder is None:
        run.write_exactly(yaml_of(imported, *imported.sections))
        tell_certificates(run, imported)
    else:
        write_files(run, _texts(kind, imported, folder), folder, force=force)
    for name, needed in imported.needed.items():
        run.say(f"needed: `vars.{name}`: {needed.why}")
    return finished(run, imported)


def _texts(kind: Imports, imported: Imported, folder: Path) -> dict[str, str]:
    """The files for a folder; in an empty one, those of a project, which go below `rules`."""
    from mmctl.cli.files.import_place import project_name
    from mmctl.interchange.migration.files import project_file
    from mmctl.language.parsing.root import PROJECT_FILE

    texts = section_files(imported, heading=None)
    is_project = (folder / PROJECT_FILE).exists()
    if kind.system is None or (not is_project and folder.exists() and any(folder.iterdir())):
        return texts
    below = {f"rules/{path}": text for path, text in texts.items()}
    if is_project:
        return below
    name = project_name(folder.name)
    return {PROJECT_FILE: project_file(kind.system, name, imported.needed, {}), **below}


def section_files(imported: Imported, *, heading: str | None) -> dict[str, str]:
    """A file for each kind, and the certificates and address lists that they name."""
    from mmctl.interchange.live_objects import yaml_of

    sections = {
        f"{kind.value.replace('_', '-')}.yaml": yaml_of(imported, kind, heading=heading)
        for kind in imported.sections
    }
    return sections | imported.certificates | imported.lists


def tell_certificates(run: Run, imported: Imported) -> None:
    """Say which certificates only `--into` writes."""
    for name in imported.certificates:
        run.say(f"note: the certificates of `{name}` are not written; --into DIR writes them")


def finished(run: Run, imported: Imported) -> int:
    """Say what was left out on purpose.

    Raises:
        ProblemsFound: something could not be expressed, and is left out.
    """
    for note in imported.notes:
        run.say(f"note: {note}")
    if imported.unsaid:
        count = len(imported.unsaid)
        things = "1 thing has" if count == 1 else f"{count} things have"
        left = "is left out" if count == 1 else "are left out"
        message = f"{things} no words in the language and {left}"
        raise ProblemsFound(message, tuple(imported.unsaid), imported.shown)
    return 0


def refused_told(problems: Sequence[Problem]) -> str:
    """How many members do not come over, apart from those whose value is only unknown."""
    from mmctl.interchange.infrastructure.found import UNKNOWN_VALUE

    unknown = sum(each.check == UNKNOWN_VALUE for each in problems)
    refused = len(problems) - unknown
    parts = [f"{counted(refused, 'member')} that the service would refuse"] if refused else []
    parts += [f"{counted(unknown, 'member')} with a value that is unknown"] if unknown else []
    return ", ".join(parts)
