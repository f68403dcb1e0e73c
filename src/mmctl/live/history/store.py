"""Where snapshots, history, journals, pins and the lock are kept: a directory.

Another store (S3) must follow the same protocol: put whole, put only if new, append, get.
Only the owner can read the files, and they are written whole or not at all. In a folder that its
group shares (`chmod 2770`) they belong to the group, so that a colleague can roll back.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, nullcontext, suppress
from itertools import count
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.errors import CouldNot
from mmctl.inputs import DOCUMENT_AT_MOST, read_text
from mmctl.writing import is_beside, sync_folder, write_whole, written_beside

try:
    import fcntl
except ImportError:  # not on Windows, where only --break-lock takes over a lock
    fcntl = None  # type: ignore[assignment] # see the line above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


_GUARD: Final = ".guard"
_SHARED_FOLDER: Final = 0o2770
_LEFT_OVER_SECONDS: Final = 3600
"""No write takes this long: an older copy will not get its final name anymore."""


class Damaged(CouldNot):
    """A text exists but cannot be read as what it should be."""


class Store(Protocol):
    """Named texts of one account, region and project.

    Every method raises CouldNot if the store cannot be read or written.
    """

    @property
    def place(self) -> str:
        """Where it is, for messages."""

    def one_look(self) -> AbstractContextManager[None]:
        """While the block runs, what only the holder of the lock writes may be read just once."""

    def fetch(self, names: Iterable[str]) -> None:
        """Read texts of entries that are asked for next, at the same time where that is faster."""

    def put(self, name: str, text: str) -> None:
        """Write a text whole, in place of any earlier one."""

    def put_new(self, name: str, text: str) -> bool:
        """Write a text unless the name is taken; return whether it was written."""

    def swap(self, name: str, expected: str, text: str) -> bool:
        """Write a text in place of an expected one; return whether that was still there."""

    def append(self, name: str, line: str) -> None:
        """Add a line, on disk when this returns."""

    def get(self, name: str) -> str | None:
        """The text with a name; None: there is none."""

    def names(self, ending: str) -> Iterator[str]:
        """The names with a suffix, sorted."""

    def delete(self, name: str) -> None:
        """Delete a name; a missing one is already deleted."""

    def set_aside(self, name: str) -> str:
        """Keep a damaged text under a name that nothing reads; return the name."""


def aside_names(name: str) -> Iterator[str]:
    """The names for damaged texts, one after the other."""
    yield from (f"{name}.damaged-{number}" for number in count(1))


class DirectoryStore:
    """A store in a directory of this machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._tidied = False

    @property
    def place(self) -> str:
        """The directory."""
        return str(self.directory)

    def one_look(self) -> AbstractContextManager[None]:
        """Nothing to do: a folder is looked into each time."""
        return nullcontext()

    def fetch(self, names: Iterable[str]) -> None:
        """Nothing to do: a folder answers at once."""

    def put(self, name: str, text: str) -> None:
        """Write a text whole: to a temporary file, to disk, then rename it."""
        try:
            self._make()
            write_whole(self.directory / name, text, mode=self._mode(), durable=True)
            self._share(self.directory / name)
            self._tidy(self.directory / name)
        except OSError as error:
            raise self._could_not("write", name, error) from error

    def put_new(self, name: str, text: str) -> bool:
        """Write a text unless the name is taken; of two attempts at once, only one succeeds."""
        try:
            self._make()
            beside = written_beside(self.directory / name, text)
            try:
                os.link(beside, self.directory / name)
            except FileExistsError:
                return False
            finally:
                beside.unlink()
            self._share(self.directory / name)
            sync_folder(self.directory)
        except OSError as error:
            raise self._could_not("write", name, error) from error
        return True

    def swap(self, name: str, expected: str, text: str) -> bool:
        """Write a text in place of an expected one; of two attempts at once, only one succeeds."""
        with self._guarded():
            if self.get(name) != expected:
                return False
            self.put(name, text)
        return True

    def append(self, name: str, line: str) -> None:
        """Add a line, on disk when this returns."""
        try:
            self._make()
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            handle = os.open(self.directory / name, flags, self._mode())
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._share(self.directory / name)
        except OSError as error:
            raise self._could_not("write", name, error) from error

    def get(self, name: str) -> str | None:
        """The text with a name; None: there is none."""
        try:
            return read_text(self.directory / name, at_most=DOCUMENT_AT_MOST)
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise Damaged(f"`{name}` in {self.place} is damaged: {error}") from error
        except OSError as error:
            raise self._could_not("read", name, error) from error

    def names(self, ending: str) -> Iterator[str]:
        """The names with a suffix, sorted."""
        try:
            found = sorted(
                path.name for path in self.directory.iterdir() if not path.name.startswith(".")
            )
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._could_not("read", "", error) from error
        yield from (name for name in found if name.endswith(ending))

    def delete(self, name: str) -> None:
        """Delete a name; a missing one is already deleted."""
        try:
            (self.directory / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._could_not("delete", name, error) from error

    def set_aside(self, name: str) -> str:
        """Keep a damaged text under a name that nothing reads; return the name."""
        try:
            taken = {path.name for path in self.directory.iterdir()}
            aside = next(each for each in aside_names(name) if each not in taken)
            (self.directory / name).rename(self.directory / aside)
            sync_folder(self.directory)
        except OSError as error:
            raise self._could_not("rename", name, error) from error
        return aside

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let one process of this machine in at a time."""
        try:
            self._make()
            handle = os.open(self.directory / _GUARD, os.O_RDWR | os.O_CREAT, self._mode())
            self._share(self.directory / _GUARD)
        except OSError as error:
            raise self._could_not("write", _GUARD, error) from error
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _make(self) -> None:
        if not self.directory.exists():
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_shared(self.directory.parent):
                self.directory.chmod(_SHARED_FOLDER)

    def _mode(self) -> int:
        return 0o660 if _is_shared(self.directory) else 0o600

    def _share(self, path: Path) -> None:
        """Let the group of a shared folder use a file, regardless of the umask."""
        if _is_shared(self.directory) and path.stat().st_uid == os.getuid():
            path.chmod(0o660)

    def _tidy(self, written: Path) -> None:
        """Delete, once, half-written files that killed processes left long ago."""
        if self._tidied:
            return
        self._tidied = True
        now = written.stat().st_mtime
        for path in self.directory.iterdir():
            if is_beside(path.name) and path.stat().st_mtime < now - _LEFT_OVER_SECONDS:
                path.unlink(missing_ok=True)

    def _could_not(self, verb: str, name: str, error: OSError) -> CouldNot:
        advice = "snapshots, history and lock are kept there: set `snapshots:` in mmctl.yaml"
        if isinstance(error, PermissionError) and _is_of_another(self.directory.parent):
            advice = (
                "to share the folder, as its owner: chgrp -R GROUP, then chmod -R g+rwX,g+s, "
                f"both of {self.directory.parent}"
            )
        return CouldNot(f"cannot {verb} `{self.directory / name}`: {error.strerror}", help=advice)


def _is_of_another(folder: Path) -> bool:
    """Whether a folder exists and belongs to another user."""
    with suppress(OSError):
        return os.name == "posix" and folder.stat().st_uid != os.getuid()
    return False


def _is_shared(folder: Path) -> bool:
    """Whether the group of a folder may write there and owns what is created there."""
    if os.name != "posix":
        return False
    mode = folder.stat().st_mode
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)
