"""Completion, hover, definition, references and rename, as the protocol asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from mmctl.checks.explained import explained_checks
from mmctl.editor.explaining import explained
from mmctl.editor.going import defined, files_meant, used
from mmctl.editor.names import ProjectNames
from mmctl.editor.protocol import NotCarriedOut
from mmctl.editor.rename_refusals import NotRenamed
from mmctl.editor.renaming import renamed_span, replacements
from mmctl.editor.suggesting import MOST, suggestions
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.editor.renaming import Replacement
    from mmctl.editor.server import EditorServer
    from mmctl.editor.sites import Site
    from mmctl.editor.suggesting import Completion
    from mmctl.editor.workspace import EditorPlace, OpenProject

_KINDS: Final = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "name": types.CompletionItemKind.Reference,
    "check": types.CompletionItemKind.Value,
    "file": types.CompletionItemKind.File,
    "variable": types.CompletionItemKind.Variable,
}
_STOP: Final = Pattern(r"(?<!\\)\$[0-9]")
_ESCAPED: Final = Pattern(r"\\([\\$}])")
_TRIGGERS: Final = ("{", "[", ":", " ", "$", ".", ",", "-")


@dataclass(slots=True, eq=False)
class _KnownNames:
    """The names of each open project, kept while they are the same."""

    server: EditorServer
    names: dict[int, ProjectNames] = field(default_factory=dict)

    def of(self, project: OpenProject) -> ProjectNames:
        """The names of a project; those of projects that were closed are forgotten."""
        opened = {id(each): each for each in self.server.opened.projects}
        self.names = {key: each for key, each in self.names.items() if key in opened}
        return self.names.setdefault(id(project), ProjectNames(project)).looked()

    def location(self, names: ProjectNames, site: Site) -> types.Location:
        """Where a name is, as editors count."""
        file = site.position.file
        uri = self.server.uri(names.project, file)
        return types.Location(uri, names.lines(file).range(*names.span(site)))


def register(server: EditorServer) -> None:
    """Add completion, hover, definition, references and rename to the server."""
    known = _KnownNames(server)
    _add_completion(server, known)
    _add_hover(server, known)
    _add_going(server, known)
    _add_rename(server, known)


def _add_completion(server: EditorServer, known: _KnownNames) -> None:
    checks = {each.id: each.page.summary for each in explained_checks()}

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=list(_TRIGGERS)),
    )
    def complete(params: types.CompletionParams) -> types.CompletionList | None:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return None
        names = known.of(place.project)
        found = suggestions(place.text, place.path, place.offset, names, checks)
        snippets = _takes_snippets(server)
        items = [_item(place, each, snippets=snippets) for each in found]
        return types.CompletionList(is_incomplete=len(found) >= MOST, items=items)


def _takes_snippets(server: EditorServer) -> bool:
    of_documents = server.client_capabilities.text_document
    completion = of_documents.completion if of_documents is not None else None
    item = completion.completion_item if completion is not None else None
    return bool(item is not None and item.snippet_support)


def _item(place: EditorPlace, each: Completion, *, snippets: bool) -> types.CompletionItem:
    plain = _ESCAPED.sub(lambda found: found[1], _STOP.sub("", each.insert))
    lines = place.project.lines(place.path)
    return types.CompletionItem(
        label=each.label,
        kind=_KINDS[each.kind],
        detail=each.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, each.doc)
        if each.doc
        else None,
        sort_text=f"{0 if each.first else 1}{each.label}",
        filter_text=each.label,
        insert_text_format=types.InsertTextFormat.Snippet
        if snippets
        else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AdjustIndentation,
        text_edit=types.TextEdit(
            lines.range(each.start, each.end), each.insert if snippets else plain
        ),
    )


def _add_hover(server: EditorServer, known: _KnownNames) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return None
        lines = place.project.lines(place.path)
        problems = [
            each
            for each in server.watched(place.project).now.get(place.path, ())
            if lines.offset(each.position)
            <= place.offset
            < lines.offset(each.position) + each.position.length
        ]
        found = explained(place.text, place.path, place.offset, known.of(place.project), problems)
        if found is None:
            return None
        return types.Hover(
            types.MarkupContent(types.MarkupKind.Markdown, found.markdown),
            lines.range(found.start, found.end),
        )


def _add_going(server: EditorServer, known: _KnownNames) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location]:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return []
        names = known.of(place.project)
        start = types.Range(types.Position(0, 0), types.Position(0, 0))
        files = files_meant(names, place.path, place.offset)
        return [
            *(known.location(names, each) for each in defined(names, place.path, place.offset)),
            *(types.Location(server.uri(place.project, each), start) for each in files),
        ]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location]:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return []
        names, definitions = known.of(place.project), params.context.include_declaration
        found = used(names, place.path, place.offset, definitions=definitions)
        return [known.location(names, each) for each in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return []
        names = known.of(place.project)
        found = used(names, place.path, place.offset, definitions=True)
        return [
            types.DocumentHighlight(known.location(names, each).range)
            for each in found
            if each.position.file == place.path
        ]


def _add_rename(server: EditorServer, known: _KnownNames) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return None
        try:
            site, start, end = renamed_span(known.of(place.project), place.path, place.offset)
        except NotRenamed as refused:
            raise _failed(refused) from None
        lines = place.project.lines(place.path)
        return types.PrepareRenamePlaceholder(lines.range(start, end), site.name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        place = server.place(params.text_document.uri, params.position)
        if place is None:
            return None
        asked = place.path, place.offset, params.new_name
        try:
            found = await server.aside(_replacements, place.project, *asked)
        except NotRenamed as refused:
            raise _failed(refused) from None
        if found is None:
            raise NotCarriedOut("stopped by an edit: rename again")
        edits: dict[str, list[types.TextEdit]] = {}
        for each in found:
            lines = place.project.lines(each.file)
            edit = types.TextEdit(lines.range(each.start, each.end), each.text)
            edits.setdefault(server.uri(place.project, each.file), []).append(edit)
        return types.WorkspaceEdit(changes=edits)


def _replacements(
    project: OpenProject, path: str, offset: int, new: str, between: Callable[[], object]
) -> tuple[Replacement, ...]:
    return replacements(ProjectNames(project).looked(), path, offset, new, between)


def _failed(refused: NotRenamed) -> NotCarriedOut:
    help_ = f"; {refused.help}" if refused.help else ""
    return NotCarriedOut(f"{refused.message}{help_}")
