"""The table of what the server can do besides problems: one module each, with a `register`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.editor.server import EditorServer

FEATURES: Final[dict[str, Callable[[EditorServer], None]]] = {}
"""By name; each adds its handlers to the server."""
