"""A JSON text → nodes with places, as templates in YAML have them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.placed_json import placed
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from mmctl.interchange.migration.placed_json import Node as JsonNode
    from mmctl.language.text.nodes import Node


def json_nodes(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The nodes of a JSON text, and its problems; no node if it cannot be read."""
    try:
        root = placed(file, text)
    except ProblemsFound as error:
        return None, error.problems
    problems: list[Problem] = []
    return _node(root, problems), tuple(problems)


def _node(node: JsonNode, problems: list[Problem]) -> Node:
    if node.members is not None:
        problems += [
            Problem(
                check="duplicate-key",
                severity=Severity.ERROR,
                position=node.members[name].place,
                message=f"`{name[:60]}` is already defined at line {before.line}",
                help="keep one of the two",
            )
            for name, before in node.repeated or ()
        ]
        return Mapping(
            node.place,
            tuple(
                (Scalar(inner.place, name, False, False), _node(inner, problems))
                for name, inner in node.members.items()
            ),
        )
    if node.items is not None:
        return Sequence(node.place, tuple(_node(item, problems) for item in node.items))
    if isinstance(node.scalar, str):
        return Scalar(node.place, node.scalar, False, False)
    return Scalar(node.place, json.dumps(node.scalar), True, False)
