"""Changes of the files below a folder, as they are saved: `mmctl watch` waits for them.

The system reports them (by way of `watchfiles`); no file is opened here.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, Self

from watchfiles import Change, watch

from mmctl.errors import CouldNot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TOGETHER: Final = 300
"""Milliseconds: changes that follow each other within this time come together."""
_QUIET: Final = 60
"""Milliseconds without a change after which those before it are reported."""
_LOOK: Final = 400
"""Milliseconds after which the thread looks whether the folder is still the one it watches."""
_PATIENCE: Final = 40
_BETWEEN: Final = 0.05
"""So many looks, with these seconds between them, for a folder that is deleted and made again."""
_WAKE: Final = 0.5
"""Seconds after which a waiting caller can be interrupted, on systems that need that."""
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__"})
"""Folders of other tools, in which files change by themselves."""

WHOLE: Final = "."
"""The folder itself: everything in it may have changed."""
Changed = frozenset[str]
"""Paths below the folder, with `/`; that of a folder stands for everything in it."""


class FileChanges:
    """Watches a folder while the block runs; changes that nobody has taken yet add up.

    No change is missed after the block has begun. A folder that is deleted and made again, or
    replaced by another one, is watched on, and reported as `WHOLE`.
    """

    def __init__(self, root: Path, *, matters: Callable[[str], bool]) -> None:
        """`matters` says of a path below the folder whether its change is reported.

        Folders that are new are always reported.
        """
        self._root = root.absolute()
        self._matters = matters
        self._found: SimpleQueue[Changed | Exception] = SimpleQueue()
        self._stop = _Ending()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="file-changes")

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._stop.asked.wait(timeout=_WAKE):
            pass
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.ended.set()
        self._thread.join()

    @property
    def pending(self) -> bool:
        """Whether something has changed that was not taken yet."""
        return not self._found.empty()

    def wait(self) -> Changed:
        """Wait for changes, and take all that there are.

        Raises:
            CouldNot: the folder is gone, or the system does not report its changes.
        """
        while True:
            try:
                found = self._taken(self._found.get(timeout=_WAKE))
            except Empty:
                continue
            while self.pending:
                found |= self._taken(self._found.get())
            return found

    def _taken(self, found: Changed | Exception) -> Changed:
        if isinstance(found, _Gone):
            raise CouldNot(
                f"the folder `{self._root}` is gone",
                help="start `mmctl watch` again where the project is",
            ) from found
        if isinstance(found, Exception):
            raise CouldNot(
                f"cannot watch `{self._root}`: {found}",
                help="on a network folder set WATCHFILES_FORCE_POLLING=true; on Linux the setting "
                "fs.inotify.max_user_watches may be too low",
            ) from found
        return found

    def _watch(self) -> None:
        try:
            again: Changed = frozenset()
            while not self._stop.ended.is_set():
                for found in self._until_replaced():
                    if found or again:
                        self._found.put(found | again)
                    again = frozenset()
                again = frozenset({WHOLE})
        except (OSError, RuntimeError) as error:
            self._found.put(error)
        finally:
            self._stop.asked.set()

    def _until_replaced(self) -> Iterator[Changed]:
        """What changes, some of it nothing, until the folder is no longer the one it was.

        Raises:
            _Gone: there is no folder.
            OSError, RuntimeError: the system does not report its changes.
        """
        identity = self._identity_soon()
        real = self._root.resolve()
        for changes in watch(
            real,
            watch_filter=None,
            debounce=_TOGETHER,
            step=_QUIET,
            stop_event=self._stop,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            yield self._below(changes, real)
            # A new folder may have the number of the deleted one, which was reported then.
            if (Change.deleted, str(real)) in changes or _identity(self._root) != identity:
                return

    def _identity_soon(self) -> tuple[int, int]:
        """What tells the folder from another one, once it is there.

        Raises:
            _Gone: it is not there, and was not made again.
        """
        for _ in range(_PATIENCE):
            found = _identity(self._root)
            if found is not None:
                return found
            self._stop.ended.wait(_BETWEEN)
        raise _Gone

    def _below(self, changes: Iterable[tuple[Change, str]], real: Path) -> Changed:
        """The paths that matter, relative to the folder; hidden ones never do."""
        found = set()
        for change, path in changes:
            name = os.path.relpath(path, real).replace(os.sep, "/")
            new_folder = change == Change.added and Path(path).is_dir()
            if not _is_hidden(name) and (new_folder or self._matters(name)):
                found.add(name)
        return frozenset(found)


class _Gone(OSError):
    """The folder was deleted or moved away."""


class _Ending:
    """Whether the thread should end; `watchfiles` asks once the system reports changes."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.ended = threading.Event()

    def is_set(self) -> bool:
        """Whether it should end."""
        self.asked.set()
        return self.ended.is_set()


def _identity(folder: Path) -> tuple[int, int] | None:
    """The numbers of a folder in its file system; None: there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part in _PASSED_OVER for part in path.split("/"))
