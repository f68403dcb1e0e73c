"""Nodes as plain JSON: texts, lists and mappings, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from mmctl.language.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from mmctl.language.text.nodes import Node


def plain(node: Node) -> Any:
    """The value of a node; a scalar is its text."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
        case _:
            assert_never(node)
