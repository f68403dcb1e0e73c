"""Projects as they are in a git revision: read object by object, nothing is checked out.

Exactly what is in the revision is written: no attribute in it (`export-ignore`) hides a file, and
no link or name in it leads out of the folder. Anybody may have made a revision, so the amount that
is read has a limit.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.inputs import FILE_AT_MOST, MIB, read_some
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LISTING_AT_MOST: Final = 64 * MIB
"""Bytes of the list of files in a revision: some 500,000 files."""
REVISION_AT_MOST: Final = 2048 * MIB
"""Bytes of all files of a revision below one folder."""
_FILES: Final = frozenset({"100644", "100755", "100664"})
_LINK: Final = "120000"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file or link of a revision."""

    path: PurePosixPath
    is_link: bool
    size: int
    object: bytes


_SETTINGS: Final = ("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false")
"""A folder in the files may look like a repository with its own settings, which git would run:
only the repository around the files is asked."""


@contextmanager
def project_at(root: Path, revision: str) -> Iterator[Path]:
    """Provide a folder with the files below `root` from a git revision while the block runs.

    Raises:
        UsageError: there is no such revision, it is larger than the limit, or there is no git.
    """
    name = f"{revision}^{{commit}}"
    commit = git(root, revision, "rev-parse", "--verify", "--end-of-options", name)
    # Below the top folder, git lists only the tree of that folder, with paths relative to it.
    listing = git(root, revision, "ls-tree", "-r", "-l", "-z", commit.decode().strip())
    entries = [entry for line in listing.split(b"\0") if (entry := _entry(line)) is not None]
    if sum(entry.size for entry in entries) > REVISION_AT_MOST:
        raise _too_large(revision)
    with tempfile.TemporaryDirectory(prefix="mmctl-") as folder:
        _write(root, revision, entries, Path(folder))
        yield Path(folder)


def file_at(root: Path, revision: str, path: str) -> bytes:
    """The content of a file in a git revision, by its path from a folder.

    Raises:
        UsageError: there is no such revision or file, it is too large, or there is no git.
    """
    return git(root, revision, "cat-file", "blob", f"{revision}:./{path}")


def git(folder: Path, revision: str, *arguments: str) -> bytes:
    """What git prints.

    Raises:
        UsageError: git fails on the revision, prints more than the limit, or is not installed.
    """
    with tempfile.TemporaryFile() as errors, _git(folder, revision, arguments, errors) as process:
        printed = read_some(_pipe(process.stdout), LISTING_AT_MOST + 1)
        if len(printed) > LISTING_AT_MOST:
            process.kill()
            raise _too_large(revision)
        if process.wait():
            raise _unreadable(revision, errors)
        return printed


def _git(
    folder: Path, revision: str, arguments: Iterable[str], errors: IO[bytes], given: int = -3
) -> subprocess.Popen[bytes]:
    command = ["git", *_SETTINGS, "-C", str(folder), *arguments]
    try:
        return subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603 - git itself, no shell
    except FileNotFoundError:
        raise UsageError(f"git is not installed, and the revision `{revision}` needs it") from None


def _entry(line: bytes) -> _Entry | None:
    """A line of `git ls-tree -l`; None: it is not a file, or its name leads elsewhere."""
    about, tab, name = line.partition(b"\t")
    if not tab:
        return None
    mode, _, object_name, size = about.split()
    path = PurePosixPath(os.fsdecode(name))
    kind = mode.decode()
    usable = kind in _FILES or kind == _LINK
    if not usable or path.is_absolute() or ".." in path.parts or not path.parts:
        return None
    if os.name != "posix" and any(sign in name for sign in (b"\\", b":")):
        return None
    return _Entry(path, kind == _LINK, int(size), object_name)


def _write(root: Path, revision: str, entries: Iterable[_Entry], folder: Path) -> None:
    """Write the files of a revision into a folder; links last, so that no file goes through one."""
    wanted = [entry for entry in entries if entry.size <= FILE_AT_MOST]
    wanted.sort(key=lambda entry: entry.is_link)
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
        asked.write(b"".join(entry.object + b"\n" for entry in wanted))
        asked.seek(0)
        arguments = ("cat-file", "--batch")
        with _git(root, revision, arguments, errors, asked.fileno()) as process:
            objects = _pipe(process.stdout)
            for entry in wanted:
                content = _content(objects, entry)
                if content is None:
                    process.kill()
                    raise _unreadable(revision, errors)
                _put(folder, entry, content)


def _content(objects: IO[bytes], entry: _Entry) -> bytes | None:
    """The content of the next object; None: git does not have it."""
    head = objects.readline(200).split()
    if len(head) != len(("object", "kind", "size")) or not head[2].isdigit():
        return None
    content = read_some(objects, int(head[2]))
    return content if objects.read(1) == b"\n" and len(content) == entry.size else None


def _put(folder: Path, entry: _Entry, content: bytes) -> None:
    """Write one file or link; one whose place is already taken is left out."""
    place = folder / entry.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not entry.is_link:
            place.write_bytes(content)
        elif _stays_inside(entry.path, content):
            place.symlink_to(os.fsdecode(content))
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return


def _stays_inside(path: PurePosixPath, target: bytes) -> bool:
    if target.startswith(b"/") or b"\0" in target:
        return False
    leads = os.path.normpath(os.path.join(path.parent, os.fsdecode(target)))  # noqa: PTH118 - as text
    return leads != ".." and not leads.startswith("../")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - it was asked for
    return pipe


def _too_large(revision: str) -> UsageError:
    return UsageError(
        f"the git revision `{revision}` is too large to read",
        help=f"at most {REVISION_AT_MOST // MIB:,} MiB below the folder of the project are read",
    )


class GitSays(UsageError):
    """A revision that git cannot read, with what git says."""

    def __init__(self, revision: str, said: str) -> None:
        super().__init__(f"the git revision `{revision}` cannot be read", help=f"git says: {said}")
        self.said = said


def _unreadable(revision: str, errors: IO[bytes]) -> GitSays:
    errors.seek(0)
    said = errors.read(MIB).decode(errors="replace").strip()
    return GitSays(revision, said.removeprefix("fatal: "))
