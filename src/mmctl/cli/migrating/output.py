"""Files that an import writes: all of them or none, and none that is there already."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmctl.cli.files.editing import editing_alone
from mmctl.errors import Refused, UsageError
from mmctl.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mmctl.cli.run import Run


def refuse_existing(texts: Mapping[str, str], into: Path) -> None:
    """Refuse to overwrite files.

    Raises:
        Refused: one of them exists.
    """
    there = [name for name in texts if os.path.lexists(into / name)]
    if there:
        raise Refused(
            f"{len(there)} of {len(texts)} files exist: {', '.join(f'`{name}`' for name in there)}",
            why="mmctl does not overwrite files without --force",
            help="name another folder, or use --force",
        )


@contextmanager
def writing_alone(into: Path) -> Iterator[None]:
    """Keep other commands from writing into a folder, which is made if it is not there.

    Raises:
        Refused: another command writes into it.
        UsageError: it cannot be made.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(into, error) from None
    with editing_alone(into):
        yield


def write_files(run: Run, texts: Mapping[str, str], into: Path, *, force: bool) -> None:
    """Write files into a folder alone, or none of them if one already exists.

    Raises:
        Refused: one exists, and `force` is not given; or another command writes there.
        UsageError: one cannot be written.
    """
    if not force:
        refuse_existing(texts, into)
    with writing_alone(into):
        if not force:
            refuse_existing(texts, into)
        write_all(run, texts, into)


def write_all(run: Run, texts: Mapping[str, str], into: Path) -> None:
    """Write files into a folder that is held; if one cannot be written, new ones go again.

    Raises:
        UsageError: one cannot be written.
    """
    shown = shown_folder(run, into)
    new: list[Path] = []
    try:
        for name, text in texts.items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(path):
                new.append(path)
            write_whole(path, text)
    except (OSError, KeyboardInterrupt) as error:
        for path in new:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(into, error) from None
        raise
    for name in texts:
        run.say(f"wrote {shown / name}")


def _cannot_write(into: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write below `{into}`: {(error.strerror or '').lower()}")


def shown_folder(run: Run, folder: Path) -> Path:
    """The folder as it is shown: relative to the current folder if it is below it."""
    here = run.directory.resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
