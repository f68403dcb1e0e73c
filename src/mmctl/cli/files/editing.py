"""An edit of a project's file by a command: written, read again, undone if it is wrong."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmctl.errors import CouldNot, ProblemsFound, Refused, UsageError
from mmctl.inputs import FILE_AT_MOST, read_file
from mmctl.records import dataclass
from mmctl.writing import write_whole

try:
    import fcntl
except ImportError:  # not on Windows, which does not detect two at once
    fcntl = None  # type: ignore[assignment] # see the line above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.cli.run import Run
    from mmctl.language.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEdit:
    """A file before and after."""

    path: Path
    before: str
    after: str


@contextmanager
def editing_alone(root: Path) -> Iterator[None]:
    """Keep other commands from editing files of a project, from its first read to the end.

    If the file system has no locks, nothing is locked.

    Raises:
        Refused: another command is editing them.
    """
    held = _held(root)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _held(root: Path) -> int | None:
    """The folder, opened and locked; None: it cannot be locked."""
    if fcntl is None:
        return None
    try:
        folder = os.open(root, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise Refused(
            "another mmctl is changing files of this project",
            why="two changes at once would lose one, in the file or live",
            help="wait for it or stop it, then try again",
        ) from None
    except OSError:
        os.close(folder)
        return None
    return folder


def edit_of(path: Path, change: Callable[[str], str | None], what: str) -> FileEdit:
    """The edit that a change of its text makes of a file.

    Raises:
        UsageError: the file cannot be read, or it has no place for the change.
    """
    try:
        before = read_file(path, at_most=FILE_AT_MOST).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read: {error}") from None
    after = change(before)
    if after is None:
        raise UsageError(f"{what} cannot be changed in `{path}`", help="change it by hand")
    return FileEdit(path=path, before=before, after=after)


@contextmanager
def edited(run: Run, edit: FileEdit, check: Callable[[Project], bool]) -> Iterator[Project]:
    """The project with the edit in its file; the edit stays unless the block writes nothing live.

    Raises:
        UsageError: the file cannot be written, or the edit does not do what it should.
        ProblemsFound: the project has errors after it.
    """
    write_text(edit.path, edit.after)
    try:
        yield _checked(run.project(), edit, check)
    except (Refused, CouldNot, UsageError, ProblemsFound):
        write_text(edit.path, edit.before)
        raise
    except KeyboardInterrupt as stop:
        # A note says how far an apply came that had started to write.
        if not getattr(stop, "__notes__", ()):
            write_text(edit.path, edit.before)
        raise


def _checked(project: Project, edit: FileEdit, check: Callable[[Project], bool]) -> Project:
    if not check(project):
        raise UsageError(
            f"the change of `{edit.path.name}` would change something else too",
            help="change it by hand",
        )
    return project


def take_back(edit: FileEdit) -> None:
    """Put the file back as it was."""
    write_text(edit.path, edit.before)


def write_text(path: Path, text: str) -> None:
    """Write a file of the project whole.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        write_whole(path, text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{path.name}`: {reason}") from None
