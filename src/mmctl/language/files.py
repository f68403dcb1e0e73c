"""The files of a project: found by patterns, read as UTF-8, never outside the project.

The only module of `language` that opens files.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self

from mmctl.errors import UsageError
from mmctl.language.seen import Seen
from mmctl.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Larger files are refused: no rule file comes near."""


class Unreadable(Exception):
    """A file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Files(Protocol):
    """Where the texts of a project come from."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file, or it may not be read, or it is too large.
        """


class DiskFiles:
    """Files below a folder; `seen` is what was asked of it."""

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
        if not re.search(r"[*?\[]", pattern):
            there = (self.root / pattern).exists()
            self.seen.whether(pattern, there=there)
            return (pattern,) if there else ()
        fixed = "/".join(
            part for part in Path(pattern).parts[:-1] if not re.search(r"[*?\[]", part)
        )
        expression = pattern_expression(pattern)
        return tuple(sorted(path for path in self._below(fixed) if expression.fullmatch(path)))

    def _below(self, folder: str) -> Iterable[str]:
        def refused(error: OSError) -> None:
            self.seen.folder(Path(error.filename).relative_to(self.root).as_posix(), None)

        for parent, folders, names in os.walk(self.root / folder, onerror=refused):
            relative = Path(parent).relative_to(self.root)
            self.seen.folder(relative.as_posix(), (*folders, *names))
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from ((relative / name).as_posix() for name in names if name[0] != ".")

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file, or it may not be read, or it is too large.
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
            if not whole.resolve().is_relative_to(self.root):
                raise Unreadable(_problem(path, "the file lies outside the project"))
            if whole.is_dir():
                raise Unreadable(_problem(path, "this is a folder, expected a file"))
            if whole.stat().st_size > MAX_FILE_BYTES:
                raise Unreadable(_problem(path, "larger than 64 MiB, which no rule file is"))
            return whole.read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Unreadable(_problem(path, f"cannot be read: {reason.lower()}")) from None


class MemoryFiles:
    """Files that are held as texts."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = files

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The paths that a pattern matches, relative to the project, sorted."""
        expression = pattern_expression(pattern)
        return tuple(sorted(path for path in self.files if expression.fullmatch(path)))

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: there is no such file.
        """
        found = self.files.get(path)
        if found is None:
            raise Unreadable(_problem(path, "cannot be read: no such file or directory"))
        return found.encode("utf-8", "surrogatepass") if isinstance(found, str) else found


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


def pattern_expression(pattern: str) -> re.Pattern[str]:
    """A path pattern as a regular expression: `*` within a folder, `**/` over folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


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
