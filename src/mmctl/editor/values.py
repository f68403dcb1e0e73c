"""Values of files in a line: what a variable is in each environment, the lines of a definition."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.language.parsing.root import PROJECT_FILE
from mmctl.language.text.nodes import Mapping, Node, Scalar, Sequence
from mmctl.language.text.quoting import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.sites import Site

_ITEMS: Final = 8
_LONGEST: Final = 300


def variables_of(names: ProjectNames, name: str) -> Iterator[tuple[str | None, Node]]:
    """The values of a variable: the environment (None: all others), and the value."""
    node = names.node(PROJECT_FILE)
    if not isinstance(node, Mapping):
        return
    usual = _below(node, "vars", name)
    if usual is not None:
        yield None, usual
    environments = node.get("environments")
    for key, value in environments.entries if isinstance(environments, Mapping) else ():
        own = _below(value, "vars", name)
        if own is not None:
            yield key.text, own


def shown_values(names: ProjectNames, name: str) -> list[tuple[str, str]]:
    """The values of a variable in words: where it has one, and the value."""
    found = list(variables_of(names, name))
    alone = len(found) == 1
    return [
        ("everywhere" if alone and where is None else where or "elsewhere", shown(value))
        for where, value in found
    ]


def shown(node: Node) -> str:
    """A value on one line, cut where it is long."""
    text = _shown(node)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _shown(node: Node) -> str:
    match node:
        case Scalar():
            return scalar(node.text, flow=True) if node.text else '""'
        case Sequence():
            more = len(node.items) - _ITEMS
            tail = [f"… {more} more"] if more > 0 else []
            return "[" + ", ".join([*map(_shown, node.items[:_ITEMS]), *tail]) + "]"
        case Mapping():
            pairs = (f"{key.text}: {_shown(value)}" for key, value in node.entries[:_ITEMS])
            return "{" + ", ".join(pairs) + "}"
        case _:
            assert_never(node)


def lines_of(names: ProjectNames, site: Site, *, most: int) -> list[str]:
    """The lines of a definition, without their common indentation."""
    first = site.first or site.position
    last = last_line(site.body) if site.body is not None else first.line
    text = names.text(first.file).split("\n")
    lines = list(islice(text, first.line - 1, max(last, first.line)))
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    kept = [line[margin:].rstrip() for line in lines]
    return (
        kept if len(kept) <= most else [*kept[: most - 1], f"# … {len(kept) - most + 1} lines more"]
    )


def last_line(node: Node) -> int:
    """The last line that a value begins on, or a value in it."""
    match node:
        case Scalar():
            return node.position.line
        case Sequence():
            return max([node.position.line, *map(last_line, node.items)])
        case Mapping():
            return max([node.position.line, *(last_line(value) for _, value in node.entries)])
        case _:
            assert_never(node)


def _below(node: Node, *keys: str) -> Node | None:
    found: Node | None = node
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
