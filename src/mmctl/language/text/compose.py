"""YAML text → nodes: what is where; nothing is resolved, constructed or run.

Syntax errors, anchors, aliases, tags, duplicate keys and nesting beyond `MAX_DEPTH` become
problems. No knowledge of mmctl's keys may live here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.text.conflicts import conflicts
from mmctl.language.text.usual_yaml import usual

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node
    from mmctl.problem import Problem


def compose(text: str, *, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document; None if it is empty or cannot be read."""
    found = conflicts(text, file=file)
    if found:
        return None, found
    node = usual(text, file)
    if node is not None:
        return node, ()
    # The library is loaded where a file needs it.
    from mmctl.language.text.composing import composed  # noqa: PLC0415

    return composed(text, file)
