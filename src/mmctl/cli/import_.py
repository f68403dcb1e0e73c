"""`mmctl import`: configurations of other origin, as YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mmctl.cli.main import command
from mmctl.cli.run import Run
from mmctl.errors import ProblemsFound, Refused, UsageError

if TYPE_CHECKING:
    from mmctl.interchange.api_json import Imported

KINDS: Final = ("api-json",)
_STDIN: Final = "-"


@command("human")
def import_(
    run: Run,
    files: Annotated[
        list[Path] | None, typer.Argument(help="The files; `-` is stdin.", metavar="FILE...")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="What they are: api-json.", metavar="KIND")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Write a file a kind into it.", metavar="DIR")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
) -> int:
    """Turn API requests and responses in JSON into YAML."""
    from mmctl.interchange.api_json import import_api_json
    from mmctl.interchange.refusals import masked

    if from_ is None or not files:
        raise UsageError("nothing to import", help="`mmctl import --from api-json FILE...`")
    if from_ not in KINDS:
        raise UsageError(f"got `--from {from_}`", help=f"one of {', '.join(KINDS)}")
    texts = {str(file): _text(run, file) for file in files}
    imported = import_api_json(texts)
    shown = {file: masked(text) for file, text in texts.items()}
    if imported.refused:
        message = f"{len(imported.refused)} members that the service would refuse"
        raise ProblemsFound(message, tuple(imported.refused), shown)
    if into is None:
        run.write(_yaml(imported, *imported.sections))
        for name in imported.certificates:
            run.say(f"note: the certificates of `{name}` are not written; --into DIR writes them")
    else:
        _write(run, imported, into if into.is_absolute() else run.directory / into, force=force)
    for note in imported.notes:
        run.say(f"note: {note}")
    if imported.unsaid:
        message = f"{len(imported.unsaid)} things have no words in the language and are left out"
        raise ProblemsFound(message, tuple(imported.unsaid), shown)
    return 0


def _text(run: Run, file: Path) -> str:
    from mmctl.language.files import Unreadable, decode

    try:
        content = (
            sys.stdin.buffer.read() if str(file) == _STDIN else (run.directory / file).read_bytes()
        )
        return decode(content, str(file))
    except OSError as error:
        raise UsageError(f"cannot read `{file}`: {(error.strerror or '').lower()}") from None
    except Unreadable as error:
        raise UsageError(f"cannot read `{file}`: {error.problem.message}") from None


def _yaml(imported: Imported, *kinds: Any) -> str:
    from mmctl.language.write import to_yaml

    sections = {kind.value: imported.sections[kind] for kind in kinds}
    return to_yaml({"version": 1, **sections})


def _write(run: Run, imported: Imported, into: Path, *, force: bool) -> None:
    """A file for each kind, and the certificates; none of them where one is there already."""
    texts = {
        f"{kind.value.replace('_', '-')}.yaml": _yaml(imported, kind) for kind in imported.sections
    }
    texts |= imported.certificates
    there = [name for name in texts if (into / name).exists()]
    if there and not force:
        raise Refused(
            f"{len(there)} of {len(texts)} files exist: {', '.join(f'`{name}`' for name in there)}",
            why="what somebody wrote is not written over unasked",
            help="another folder, or --force",
        )
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            beside = into / (name + ".new")
            beside.write_text(text, encoding="utf-8", newline="")
            beside.replace(into / name)
            run.say(f"wrote {into / name}")
    except OSError as error:
        raise UsageError(f"cannot write below `{into}`: {(error.strerror or '').lower()}") from None
