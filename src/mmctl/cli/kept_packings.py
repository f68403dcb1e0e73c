"""Packings that commands keep for each other: among the user's own files, never in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.cli.remembered import file_of, keep
from mmctl.inputs import DOCUMENT_AT_MOST, parse_json, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KIND: Final = "packing"


class KeptPackings:
    """The memory of the compiler for one project and this program."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a key; None: nothing, or nothing that can be read."""
        file = file_of(self._root, KIND, (key,))
        if file is None:
            return None
        try:
            found = parse_json(read_text(file, at_most=DOCUMENT_AT_MOST))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def put(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep a document, if there is a folder for it."""
        file = file_of(self._root, KIND, (key,))
        if file is not None:
            keep(file, dict(document))
