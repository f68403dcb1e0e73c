"""The table of what the server can do besides problems: one module each, with a `register`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.editor import code_actions, features_of_names, formatting, lenses, symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.editor.server import EditorServer

FEATURES: Final[dict[str, Callable[[EditorServer], None]]] = {
    "names": features_of_names.register,
    "formatting": formatting.register,
    "code actions": code_actions.register,
    "symbols": symbols.register,
    "lenses": lenses.register,
}
"""By name; each adds its handlers to the server."""
