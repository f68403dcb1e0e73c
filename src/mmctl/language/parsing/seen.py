"""What was seen of a folder while a project was read, so that changes can be detected.

Reading is a function of what was seen: while that is unchanged, it returns the same project.
Imported before everything else; nothing that is slow to import may be imported here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mmctl.inputs import FILE_AT_MOST, read_file

try:  # `hashlib` loads OpenSSL first, which takes milliseconds.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

if TYPE_CHECKING:
    from collections.abc import Iterable

_THERE = "there"
"""Marks a file of which only the existence was checked."""


class Seen:
    """Names in folders and contents of files, by path below a folder; None: it does not exist."""

    def __init__(
        self,
        folders: dict[str, str | None] | None = None,
        files: dict[str, str | None] | None = None,
    ) -> None:
        self.folders = folders or {}
        self.files = files or {}
        self.all = True
        """False if something was seen that cannot be compared again, such as a refusal."""

    def folder(self, path: str, names: Iterable[str] | None) -> None:
        """Record the names in a folder."""
        self.folders[path] = None if names is None else _names(names)

    def file(self, path: str, content: bytes) -> None:
        """Record the content of a file."""
        self.files[path] = digest(content)

    def whether(self, path: str, *, there: bool) -> None:
        """Record that only the existence of a file was checked."""
        self.files.setdefault(path, _THERE if there else None)

    def holds(self, root: str) -> bool:
        """Whether all of it is unchanged below a folder; false if nothing was seen."""
        return (
            bool(self.files)
            and all(
                _names_in(os.path.join(root, path)) == names for path, names in self.folders.items()
            )
            and all(_as_seen(os.path.join(root, path), was) for path, was in self.files.items())
        )


def _as_seen(path: str, was: str | None) -> bool:
    if was is None or was == _THERE:
        return os.path.exists(path) is (was is not None)
    try:
        return digest(read_file(path, at_most=FILE_AT_MOST)) == was
    except OSError:
        return False


def _names_in(folder: str) -> str | None:
    try:
        return _names(os.listdir(folder))
    except OSError:
        return None


def _names(names: Iterable[str]) -> str:
    # Names that start with a dot are never read.
    seen = sorted(name for name in names if not name.startswith("."))
    return digest("\0".join(seen).encode("utf-8", "surrogateescape"))


def digest(content: bytes) -> str:
    """A short name for a content, and for no other one."""
    return blake2b(content, digest_size=16).hexdigest()
