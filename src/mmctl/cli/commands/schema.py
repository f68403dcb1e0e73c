"""`mmctl schema`: the JSON Schemas of files and documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from mmctl.cli.run import Run
from mmctl.errors import UsageError

if TYPE_CHECKING:
    import typer

_ENDING: Final = ".schema.json"
_FOLDER: Final = Path(__file__).parents[2] / "render" / "schemas"


def schema(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(help="The schema to print. Default: list their names.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Write all schemas to this folder.", metavar="DIR")
    ] = None,
) -> int:
    """Print the JSON Schemas, for editors and programs."""
    if into is not None:
        if name is not None:
            raise UsageError(f"got both `{name}` and `--into`", help="--into writes all schemas")
        known = published()
        write_all(run.directory / into, known)
        run.say(f"wrote {len(known)} schemas to {into}")
    elif name is None:
        known = published()
        width = max(map(len, known))
        titles = ((key, document.get("title", "")) for key, document in known.items())
        run.write("".join(f"{key:{width}}  {title}\n" for key, title in titles))
    else:
        run.write(text_of(_document(_one(name))))
    return 0


def published() -> dict[str, dict[str, Any]]:
    """All schemas by name: `rules` and `project` for files, the others for JSON documents.

    Those for files are written from the grammar by `make rendered`, and held against it by a test.
    """
    return {name: _document(name) for name in _names()}


def _names() -> list[str]:
    found = (file.name for file in _FOLDER.iterdir())
    return sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING))


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_FOLDER / f"{name}{_ENDING}").read_text("utf-8"))
    return document


def text_of(document: dict[str, Any]) -> str:
    """A schema as the text of a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_all(folder: Path, documents: dict[str, dict[str, Any]]) -> None:
    """Write a file for each schema.

    Raises:
        UsageError: the folder cannot be written to.
    """
    from mmctl.writing import write_whole

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            write_whole(folder / f"{name}{_ENDING}", text_of(document))
    except OSError as error:
        raise UsageError(f"cannot write to `{folder}`: {(error.strerror or '').lower()}") from None


def _one(given: str) -> str:
    known = _names()
    name = given.removesuffix(_ENDING)
    if name not in known:
        from mmctl.language.text.suggest import did_you_mean

        raise UsageError(
            f"there is no schema `{given}`",
            help=did_you_mean(given, known) or f"one of {', '.join(known)}",
        )
    return name
