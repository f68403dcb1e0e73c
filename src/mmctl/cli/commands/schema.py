"""`mmctl schema`: the JSON Schemas of files and documents."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mmctl.cli.run import Run
from mmctl.errors import UsageError
from mmctl.writing import write_whole

if TYPE_CHECKING:
    import typer

_ENDING = ".schema.json"


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
    known = published()
    if into is not None:
        if name is not None:
            raise UsageError(f"got both `{name}` and `--into`", help="--into writes all schemas")
        write_all(run.directory / into, known)
        run.say(f"wrote {len(known)} schemas to {into}")
    elif name is None:
        width = max(map(len, known))
        titles = ((key, document.get("title", "")) for key, document in known.items())
        run.write("".join(f"{key:{width}}  {title}\n" for key, title in titles))
    else:
        run.write(text_of(_one(known, name)))
    return 0


def published() -> dict[str, dict[str, Any]]:
    """All schemas by name: `rules` and `project` for files, the others for JSON documents."""
    from mmctl.language.dialect.schema import file_schema, project_schema

    documents = {"project": project_schema(), "rules": file_schema()}
    for file in (files("mmctl.render") / "schemas").iterdir():
        if file.name.endswith(_ENDING):
            documents[file.name.removesuffix(_ENDING)] = json.loads(file.read_text("utf-8"))
    return dict(sorted(documents.items()))


def text_of(document: dict[str, Any]) -> str:
    """A schema as the text of a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_all(folder: Path, documents: dict[str, dict[str, Any]]) -> None:
    """Write a file for each schema.

    Raises:
        UsageError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            write_whole(folder / f"{name}{_ENDING}", text_of(document))
    except OSError as error:
        raise UsageError(f"cannot write to `{folder}`: {(error.strerror or '').lower()}") from None


def _one(known: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    found = known.get(name.removesuffix(_ENDING))
    if found is None:
        from mmctl.language.text.suggest import did_you_mean

        names = ", ".join(known)
        raise UsageError(
            f"there is no schema `{name}`", help=did_you_mean(name, known) or f"one of {names}"
        )
    return found
