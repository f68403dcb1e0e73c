"""The files of another system: those that are named, and those beside them that these name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mmctl.cli import world
from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, read_file, read_stream, resolved
from mmctl.interchange.migration.source import Opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cli.run import Run

_STDIN: Final = "-"


def contents_of(run: Run, files: Iterable[Path]) -> dict[str, bytes]:
    """The bytes of the named files, by the path that is shown; `-` is stdin.

    Raises:
        UsageError: one cannot be read.
    """
    return {str(file): _content(run, file) for file in files}


def opened(run: Run, files: Iterable[Path]) -> Opened:
    """The named files, and a way to those below their folders.

    Raises:
        UsageError: one cannot be read.
    """
    files = tuple(files)
    named = contents_of(run, files)
    folders = tuple(
        dict.fromkeys(run.directory / file.parent for file in files if str(file) != _STDIN)
    )
    return Opened(named=named, beside=lambda path: _beside(folders, path))


def _content(run: Run, file: Path) -> bytes:
    try:
        if str(file) == _STDIN:
            return read_stream(world.standard_input_bytes(), at_most=FILE_AT_MOST)
        return read_file(run.directory / file, at_most=FILE_AT_MOST)
    except OSError as error:
        raise UsageError(f"cannot read `{file}`: {_reason(error)}") from None


def _beside(folders: Iterable[Path], path: str) -> bytes | None:
    """A file that another one names, if it is below one of the folders.

    An absolute path of the other machine is looked for by its last parts, longest first, since
    people copy `/etc/postfix` into some folder.

    Raises:
        UsageError: it is there, and cannot be read.
    """
    parts = [part for part in Path(path).parts if part not in {"/", "."}]
    if not parts or ".." in parts or "\0" in path:
        return None
    starts = range(len(parts)) if Path(path).is_absolute() else (0,)
    for folder in folders:
        root = resolved(folder)
        for start in starts:
            file = resolved(root.joinpath(*parts[start:]))
            if not file.is_relative_to(root) or not file.is_file():
                continue
            try:
                return read_file(file, at_most=FILE_AT_MOST)
            except OSError as error:
                raise UsageError(f"cannot read `{path}`: {_reason(error)}") from None
    return None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
