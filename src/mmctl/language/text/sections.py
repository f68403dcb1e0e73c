"""Where the sections and rules of a file are, by its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.language.text.nodes import Mapping as MappingNode
from mmctl.language.text.nodes import Node, Scalar
from mmctl.language.text.nodes import Sequence as SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.problem import Position


def rules_elsewhere(node: Node | None, environment: str) -> Iterator[tuple[int, int]]:
    """First and last line of each rule that does not live in an environment."""
    for rule in _rule_nodes(node):
        environments = rule.get("environments")
        if isinstance(environments, SequenceNode):
            names = [item.text for item in environments.items if isinstance(item, Scalar)]
            if environment not in names:
                yield rule.position.line, _last_line(rule)


def section_at(node: Node | None, place: Position) -> str | None:
    """The section of a file that a place is in."""
    entries = node.entries if isinstance(node, MappingNode) else ()
    above = [key for key, _ in entries if key.position <= place]
    return max(above, key=lambda key: key.position).text if above else None


def rule_lines(node: Node | None) -> Iterator[tuple[int, int]]:
    """First and last line of each rule."""
    for rule in _rule_nodes(node):
        yield rule.position.line, _last_line(rule)


def _rule_nodes(node: Node | None) -> Iterator[MappingNode]:
    """Every mapping below a key `rules` that is a rule."""
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            if key.text == "rules" and isinstance(value, SequenceNode):
                for item in value.items:
                    if isinstance(item, MappingNode) and item.get("actions") is not None:
                        yield item
            yield from _rule_nodes(value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _rule_nodes(item)


def _last_line(node: Node) -> int:
    match node:
        case Scalar():
            return node.position.line
        case SequenceNode():
            return max((_last_line(item) for item in node.items), default=node.position.line)
        case MappingNode():
            return max((_last_line(value) for _, value in node.entries), default=node.position.line)
        case _:
            assert_never(node)
