"""What the compiler remembers between runs: whoever calls it says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class CompilerMemory(Protocol):
    """A place for documents, which may lose them at any time."""

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a key."""
        ...

    def put(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep a document."""
        ...


class ProcessMemory:
    """A memory that ends with the process, with the last few documents."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a key."""
        return self._known.get(key)

    def put(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep a document instead of the oldest one."""
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[key] = dict(document)

    def forget(self) -> None:
        """Keep nothing."""
        self._known.clear()


MOST: Final = 64
"""Documents that a process keeps."""
IN_PROCESS: Final = ProcessMemory()
"""What this process has found: `lint` compiles for each environment, and rules are mostly equal."""
