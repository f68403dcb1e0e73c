"""What the compiler remembers between runs: whoever calls it says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

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
