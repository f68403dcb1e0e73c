"""Formatting a document as `mmctl fmt` does; a text that cannot be read stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from mmctl.editor.text_edits import edits
from mmctl.language.formatting.format import formatted

if TYPE_CHECKING:
    from mmctl.editor.server import EditorServer
    from mmctl.editor.workspace import OpenProject


def formatting(project: OpenProject, path: str) -> list[types.TextEdit]:
    """What changes a file to mmctl's layout."""
    lines = project.lines(path)
    return edits(lines, formatted(lines.text, file=path).text)


def register(server: EditorServer) -> None:
    """Answer when somebody formats a file."""

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def asked(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        found = server.file(params.text_document.uri)
        return formatting(*found) if found is not None and found[1].endswith(YAML) else []


YAML = (".yaml", ".yml")
