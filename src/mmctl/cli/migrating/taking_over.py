"""`mmctl import --take`: some kinds of resources leave another tool, and the rest stays there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.in_place.files import NAMES, found_in
from mmctl.errors import ProblemsFound, UsageError
from mmctl.language.text.suggest import did_you_mean
from mmctl.model.kinds import Kind
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mmctl.cli.migrating.kinds import Imports
    from mmctl.cli.run import Run
    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.infrastructure.taking import Taking
    from mmctl.interchange.migration.source import SourceOptions

_WORDS: Final = {kind.value.replace("_", "-"): kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingOver:
    """What the command line says of it."""

    tool: str
    kinds: tuple[str, ...]
    into: Path | None
    force: bool


def take_over(
    run: Run, kind: Imports, files: Mapping[str, bytes], asked: SourceOptions, wanted: TakingOver
) -> int:
    """Write the rule files of what leaves the tool, and the steps by which it lets go.

    Raises:
        UsageError: there is no such kind, or nothing of it.
        ProblemsFound: a file is broken, or the service would refuse something.
    """
    from mmctl.cli.migrating.lossless import finished, refused_told, section_files
    from mmctl.cli.migrating.output import write_files
    from mmctl.interchange.infrastructure.given import given_by
    from mmctl.interchange.infrastructure.letting_go import steps_of
    from mmctl.interchange.infrastructure.taking import only_taken, taking

    if wanted.tool not in NAMES:
        raise UsageError(
            f"got `--take` with `--from {wanted.tool}`",
            help="it is for what another tool deploys: --from cloudformation, --from terraform",
        )
    if wanted.into is None:
        raise UsageError("got `--take` without `--into`", help="--into DIR")
    kinds = _kinds(wanted.kinds)
    made = taking(found_in(wanted.tool, files, given_by(asked)), kinds)
    if not made.taken:
        raise UsageError(
            f"the files have no {', no '.join(each.noun for each in kinds)}",
            help=f"they have {', '.join(sorted({each.kind.plural for each in made.left}))}",
        )
    imported = kind.importer(files, asked)
    if imported.refused:
        message = refused_told(imported.refused)
        raise ProblemsFound(message, tuple(imported.refused), imported.shown)
    only_taken(imported, made)
    texts = {f"rules/{path}": text for path, text in section_files(imported, heading=None).items()}
    project = _project(wanted, imported, made)
    if project is not None:
        texts = {"mmctl.yaml": project, **texts}
    write_files(run, texts, wanted.into, force=wanted.force)
    for name, needed in imported.needed.items():
        run.say(f"needed: `vars.{name}`: {needed.why}")
    run.write("".join(f"{line}\n" for line in steps_of(wanted.tool, made, wanted.into.name)))
    return finished(run, imported)


def _kinds(words: Sequence[str]) -> list[Kind]:
    found = []
    for word in (each.strip() for text in words for each in text.split(",")):
        known = _WORDS.get(word.replace("_", "-"))
        if known is None:
            near = did_you_mean(word, _WORDS)
            raise UsageError(f"got `--take {word}`", help=near or f"one of {', '.join(_WORDS)}")
        found.append(known)
    return found


def _project(wanted: TakingOver, imported: Imported, made: Taking) -> str | None:
    """`mmctl.yaml` with the bindings; None: the folder has a project."""
    from mmctl.cli.files.import_place import project_name
    from mmctl.interchange.migration.files import project_file
    from mmctl.language.formatting.format import formatted
    from mmctl.language.parsing.root import PROJECT_FILE
    from mmctl.language.writing.write import to_yaml

    folder = wanted.into
    if folder is None or (folder / PROJECT_FILE).exists():
        return None
    text = project_file(NAMES[wanted.tool], project_name(folder.name), imported.needed, {})
    bindings: dict[str, Any] = {kind.value: dict(ids) for kind, ids in made.bindings.items()}
    if not bindings:
        return text
    written = to_yaml({"bindings": bindings}).splitlines()
    block = "".join(f"    {line}\n" for line in written)
    above = "    # What stays there, by its id.\n"
    at = "    endpoint: embedded\n"
    return formatted(text.replace(at, f"{at}{above}{block}", 1), file=PROJECT_FILE).text
