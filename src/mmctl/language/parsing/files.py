"""The files of a project: found by patterns, read as UTF-8, never outside the project.

The only module of `language` that opens files.
"""

from __future__ import annotations

import os
import posixpath
import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self

from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, MIB, RULES_AT_MOST, read_file, resolved
from mmctl.language.parsing.patterns import PathPattern
from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.parsing.seen import Seen
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ANY: Final = Pattern(r"[*?\[]")
"""What makes a path a pattern."""
CALLED_YAML: Final = Pattern(r"\.ya?ml$", re.IGNORECASE)
NO_SOURCES: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Folders of tools, in which nobody keeps rules."""


class Unreadable(Exception):
    """A file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Files(Protocol):
    """Where the texts of a project come from."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""

    def called_yaml(self) -> tuple[str, ...]:
        """The files with names of YAML files, including `.yml` and `.YAML`, sorted.

        Files of other projects below this one are left out.
        """

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file, or reading is not allowed, or it is too large.
        """


class DiskFiles:
    """Files below a folder; `seen` records what was read of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.seen = Seen()

    @classmethod
    def below(cls, root: Path) -> Self:
        """The files below a folder.

        Raises:
            UsageError: there is no such folder.
        """
        if not root.is_dir():
            raise UsageError(f"`{root}` is not a folder", help="name the folder of the project")
        return cls(root)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""
        if leaves_project(pattern):
            return ()
        if not _ANY.search(pattern):
            there = os.path.exists(self.root / pattern)  # noqa: PTH110 - false for what is not a path
            self.seen.whether(pattern, there=there)
            return (pattern,) if there else ()
        fixed = "/".join(takewhile(lambda part: not _ANY.search(part), Path(pattern).parts[:-1]))
        if not self._is_inside(fixed):
            return ()
        wanted = PathPattern(pattern)
        return tuple(sorted(path for path in self._below(fixed) if wanted.fullmatch(path)))

    def called_yaml(self) -> tuple[str, ...]:
        """The files with names of YAML files, including `.yml` and `.YAML`, sorted.

        Files of other projects below this one are left out.
        """
        found = self._below("", other_projects=False)
        return tuple(sorted(path for path in found if CALLED_YAML.search(path)))

    def _below(self, folder: str, *, other_projects: bool = True) -> Iterable[str]:
        def refused(error: OSError) -> None:
            self.seen.folder(Path(error.filename).relative_to(self.root).as_posix(), None)

        for parent, folders, names in os.walk(self.root / folder, onerror=refused):
            relative = Path(parent).relative_to(self.root)
            self.seen.folder(relative.as_posix(), (*folders, *names))
            if not other_projects and PROJECT_FILE in names and relative.parts:
                folders.clear()
                continue
            folders[:] = [name for name in folders if name[0] != "." and name not in NO_SOURCES]
            yield from ((relative / name).as_posix() for name in names if name[0] != ".")

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file, or reading is not allowed, or it is too large.
        """
        try:
            content = self._content(path)
        except Unreadable:
            self.seen.all = False
            raise
        self.seen.file(path, content)
        return content

    def _content(self, path: str) -> bytes:
        whole = self.root / path
        try:
            if not self._is_inside(path):
                raise Unreadable(_problem(path, "the file is outside of the project"))
            if self._leads_to_hidden(path):
                raise Unreadable(_problem(path, "the link leads to a hidden file"))
            return read_file(whole, at_most=FILE_AT_MOST)
        except IsADirectoryError as error:
            raise Unreadable(_problem(path, str(error.strerror))) from None
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else None
            reason = (said or str(error)).lower()
            raise Unreadable(_problem(path, f"cannot be read: {reason}")) from None

    def _is_inside(self, path: str) -> bool:
        """Whether a path, its links followed, lies in the project."""
        return resolved(self.root / path).is_relative_to(self.root)

    def _leads_to_hidden(self, path: str) -> bool:
        """Whether links turn a path into one with a hidden part, such as `.git/config` or `.env`.

        Such files are not part of the project and may be secret; what is read may be shown.
        """
        place = resolved(self.root / path).relative_to(self.root)
        return _has_hidden(place.parts) and not _has_hidden(posixpath.normpath(path).split("/"))


class MemoryFiles:
    """Files that are held as texts."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = files

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""
        wanted = PathPattern(pattern)
        return tuple(sorted(path for path in self.files if wanted.fullmatch(path)))

    def called_yaml(self) -> tuple[str, ...]:
        """The files with names of YAML files, including `.yml` and `.YAML`, sorted."""
        return tuple(sorted(path for path in self.files if CALLED_YAML.search(path)))

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file.
        """
        found = self.files.get(path)
        if found is None:
            raise Unreadable(_problem(path, "cannot be read: no such file or directory"))
        return found.encode("utf-8", "surrogatepass") if isinstance(found, str) else found


def _has_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") for part in parts)


def no_larger(content: bytes, path: str) -> bytes:
    """The content of a rule file, up to a limit.

    Raises:
        Unreadable: it is larger than any rule file.
    """
    if len(content) <= RULES_AT_MOST:
        return content
    message = f"larger than {RULES_AT_MOST // MIB} MiB, the limit for a rule file"
    advice = "split it; members of address lists can be in a separate file: `members_file`"
    raise Unreadable(_problem(path, message, help=advice))


def decode(content: bytes, path: str) -> str:
    """The text of a file.

    Raises:
        Unreadable: it is not UTF-8; the problem says where.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_problem(path, "got UTF-16, expected UTF-8", help="save it as UTF-8"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        start = before.rfind(b"\n") + 1
        position = Position(
            file=path,
            line=before.count(b"\n") + 1,
            column=len(before[start:].decode("utf-8", "replace")) + 1,
        )
        byte = content[error.start]
        message = f"got the byte 0x{byte:02x}, expected UTF-8"
        raise Unreadable(
            _problem(path, message, position=position, help="save it as UTF-8")
        ) from None


def leaves_project(path: str) -> bool:
    """Whether a path or pattern leads out of the folder that it starts from, or is not a path."""
    plain = posixpath.normpath(path)
    return plain == ".." or plain.startswith(("../", "/")) or "\0" in path


def _problem(
    path: str, message: str, *, position: Position | None = None, help: str | None = None
) -> Problem:
    return Problem(
        check="unreadable-file",
        severity=Severity.ERROR,
        position=position or Position(file=path),
        message=message,
        help=help,
    )
