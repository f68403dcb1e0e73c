"""What a file defines, as an outline, and where in all open projects a name is defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from lsprotocol import types

from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.lines import TextLines
    from mmctl.editor.server import EditorServer
    from mmctl.editor.workspace import OpenProject
    from mmctl.language.text.nodes import Node

_KINDS: Final = {
    "rule_sets": types.SymbolKind.Class,
    "rules": types.SymbolKind.Function,
    "traffic_policies": types.SymbolKind.Interface,
    "statements": types.SymbolKind.Function,
    "ingress_points": types.SymbolKind.Event,
    "relays": types.SymbolKind.Module,
    "archives": types.SymbolKind.File,
    "address_lists": types.SymbolKind.Array,
    "add_ons": types.SymbolKind.Package,
    "invariants": types.SymbolKind.Constant,
    "cases": types.SymbolKind.Method,
    "environments": types.SymbolKind.Namespace,
    "vars": types.SymbolKind.Variable,
}
"""By the section that a thing stands in."""
_SYMBOLS_AT_MOST: Final = 1000
"""How many answers a search has: an editor shows fewer."""


def outline(node: Node | None, lines: TextLines) -> list[types.DocumentSymbol]:
    """The sections of a file, and in each what it defines."""
    if not isinstance(node, Mapping):
        return []
    return [
        _symbol(key.text, types.SymbolKind.Namespace, key, value, lines, _inside(key, value, lines))
        for key, value in node.entries
        if key.text in _KINDS
    ]


def _inside(key: Scalar, section: Node, lines: TextLines) -> list[types.DocumentSymbol]:
    return [
        _symbol(name.text, _KINDS[key.text], name, value, lines, _deeper(value, lines))
        for name, value in _named(section)
    ]


def _deeper(value: Node, lines: TextLines) -> list[types.DocumentSymbol]:
    """The rules of a rule set, the statements of a traffic policy."""
    if not isinstance(value, Mapping):
        return []
    return [
        symbol
        for key, section in value.entries
        if key.text in {"rules", "statements"}
        for symbol in _inside(key, section, lines)
    ]


def _named(section: Node) -> Iterator[tuple[Scalar, Node]]:
    """What a section defines: by its keys, or by the `name` of each item."""
    match section:
        case Mapping():
            yield from section.entries
        case Sequence():
            for item in section.items:
                name = item.get("name") if isinstance(item, Mapping) else None
                if isinstance(name, Scalar):
                    yield name, item
        case Scalar():
            return
        case _:
            assert_never(section)


def _symbol(
    name: str,
    kind: types.SymbolKind,
    at: Scalar,
    value: Node,
    lines: TextLines,
    inside: list[types.DocumentSymbol],
) -> types.DocumentSymbol:
    start = min(lines.offset(at.position), lines.offset(value.position))
    end = max(_end(value, lines), lines.offset(at.position) + at.position.length)
    return types.DocumentSymbol(
        name=visible(name) or "(no name)",
        kind=kind,
        range=lines.range(start, end),
        selection_range=lines.marked(at.position),
        children=inside,
    )


def _end(node: Node, lines: TextLines) -> int:
    """Where the last word in a node ends."""
    match node:
        case Mapping() if node.entries:
            return _end(node.entries[-1][1], lines)
        case Sequence() if node.items:
            return _end(node.items[-1], lines)
        case _:
            return lines.offset(node.position) + node.position.length


def found(project: OpenProject, query: str) -> Iterator[tuple[str, types.DocumentSymbol]]:
    """The definitions of a project whose name has the letters of a query, with their files."""
    wanted = query.lower()
    for path in (each for each in project.paths() if not project.large(each)):
        for section in outline(project.node(path), project.lines(path)):
            for symbol in section.children or ():
                for each in (symbol, *(symbol.children or ())):
                    if wanted in each.name.lower():
                        yield path, each


def register(server: EditorServer) -> None:
    """Answer when an editor shows an outline, or somebody searches a name."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        file = server.file(params.text_document.uri)
        if file is None:
            return []
        project, path = file
        return outline(project.node(path), project.lines(path))

    @server.feature(types.WORKSPACE_SYMBOL)
    def searched(params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
        answers = (
            types.SymbolInformation(
                name=symbol.name,
                kind=symbol.kind,
                location=types.Location(server.uri(project, path), symbol.selection_range),
                container_name=path,
            )
            for project in server.opened.projects
            for path, symbol in found(project, params.query)
        )
        return [each for each, _ in zip(answers, range(_SYMBOLS_AT_MOST), strict=False)]
