"""Changes of the files below a folder, as they are saved: `mmctl watch` waits for them.

The system reports them (by way of `watchfiles`); no file is opened here.
"""

from __future__ import annotations

import os
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final, Self

from mmctl.errors import CouldNot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_TOGETHER: Final = 300
"""Milliseconds: changes that follow each other within this time come together."""
_QUIET: Final = 60
"""Milliseconds without a change after which those before it are reported."""
_LOOK: Final = 400
"""Milliseconds after which the thread looks whether it should end."""
_WAKE: Final = 0.5
"""Seconds after which a waiting caller can be interrupted, on systems that need that."""
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__"})
"""Folders of other tools, in which files change by themselves."""

Changed = frozenset[str]
"""Paths below the folder, with `/`."""


class FileChanges:
    """Watches a folder while the block runs; changes that nobody has taken yet add up."""

    def __init__(self, root: Path, *, matters: Callable[[str], bool]) -> None:
        """`matters` says of a path below the folder whether its change is reported."""
        self._root = os.path.realpath(root)
        self._matters = matters
        self._found: SimpleQueue[Changed | Exception] = SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="file-changes")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def pending(self) -> bool:
        """Whether something has changed that was not taken yet."""
        return not self._found.empty()

    def wait(self) -> Changed:
        """Wait for changes, and take all that there are.

        Raises:
            CouldNot: the system does not report changes of this folder.
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
        if isinstance(found, Exception):
            raise CouldNot(
                f"cannot watch `{self._root}`: {found}",
                help="on a network folder set WATCHFILES_FORCE_POLLING=true; on Linux the setting "
                "fs.inotify.max_user_watches may be too low",
            ) from found
        return found

    def _watch(self) -> None:
        from watchfiles import watch  # noqa: PLC0415 - only `mmctl watch` needs it

        try:
            for changes in watch(
                self._root,
                watch_filter=None,
                debounce=_TOGETHER,
                step=_QUIET,
                stop_event=self._stop,
                rust_timeout=_LOOK,
                raise_interrupt=False,
            ):
                found = self._below(path for _, path in changes)
                if found:
                    self._found.put(found)
        except (OSError, RuntimeError) as error:
            self._found.put(error)

    def _below(self, paths: Iterable[str]) -> Changed:
        """The paths that matter, relative to the folder; hidden ones never do."""
        found = (os.path.relpath(path, self._root).replace(os.sep, "/") for path in paths)
        return frozenset(path for path in found if not _is_hidden(path) and self._matters(path))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part in _PASSED_OVER for part in path.split("/"))
