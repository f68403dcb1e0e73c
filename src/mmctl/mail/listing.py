"""The files below a folder, in a fixed order, listed as they are needed.

The order is that of names, by character, folder by folder; a folder is in its place among the files
beside it. The names of one folder at a time are in memory, packed if there are many.
"""

from __future__ import annotations

import heapq
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.mail.archives import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import DirEntry

DELIVERED: Final = frozenset({"cur", "new"})
"""The folders of a Maildir that contain only messages."""
_MOST_UNPACKED: Final = 20_000
"""Names in memory as they are: a packed one takes a fifth, but has to be unpacked."""
_FOLDER: Final = "/"
"""Marks a folder among packed names; no name has it."""


class _Name(NamedTuple):
    """Something in a folder."""

    name: str
    is_folder: bool


def files_below(folder: str) -> Iterator[str]:
    """The paths of the files below a folder, without hidden ones.

    Of a Maildir only those in cur and new, and its folders. Links to folders are not followed.

    Raises:
        UnreadableFileError: a folder cannot be read.
    """
    prefix = "" if folder == os.curdir else os.path.join(folder, "")  # noqa: PTH118 - there may be millions
    with readable(folder):
        names, maildir = _listed(folder)
    for name, is_folder in names:
        hidden = name.startswith(".")
        if not is_folder:
            if not hidden and not maildir:
                yield prefix + name
        elif name in DELIVERED or hidden if maildir else not hidden:
            yield from files_below(prefix + name)


def is_delivered(path: str) -> bool:
    """Whether a file is where a Maildir has only messages."""
    return os.path.basename(os.path.dirname(path)) in DELIVERED  # noqa: PTH119, PTH120 - the same


def _listed(folder: str) -> tuple[Iterable[_Name], bool]:
    """The files and folders in a folder by name, and whether it is a Maildir."""
    names: list[_Name] = []
    packed: list[bytes] = []
    missing = set(DELIVERED)
    with os.scandir(folder) as entries:
        for entry in entries:
            missing.discard(entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder or _is_file(entry):
                names.append(_Name(entry.name, is_folder))
            if len(names) >= _MOST_UNPACKED:
                packed.append(_packed(names))
                names = []
    names.sort()
    return heapq.merge(names, *map(_unpacked, packed)) if packed else names, not missing


def _is_file(entry: DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or (
        entry.is_symlink() and os.path.isfile(entry.path)  # noqa: PTH113 - it never raises
    )


def _packed(names: list[_Name]) -> bytes:
    written = (name + _FOLDER if is_folder else name for name, is_folder in sorted(names))
    return "\0".join(written).encode("utf-8", "surrogatepass")


def _unpacked(packed: bytes) -> Iterator[_Name]:
    start = 0
    while start < len(packed):
        end = packed.find(b"\0", start)
        end = len(packed) if end < 0 else end
        name = packed[start:end].decode("utf-8", "surrogatepass")
        yield _Name(name.rstrip(_FOLDER), name.endswith(_FOLDER))
        start = end + 1
