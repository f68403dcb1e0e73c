"""What an editor waits for, against lint of the whole project."""

from __future__ import annotations

import statistics
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from benchmarks.measure import Ratio, cpu, in_pairs
from benchmarks.result import Measured, alone
from mmctl.editor.features import FEATURES
from mmctl.editor.problems import FoundProblems, of_file, of_project
from mmctl.editor.server import EditorServer, serve
from mmctl.language.parsing.files import DiskFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.editor.workspace import OpenProject
    from mmctl.language.parsing.files import Files

ROOT: Final = Path(__file__).parents[2]
DAY: Final = date(2026, 11, 29)
EDITED: Final = ("rules/gateway.yaml", "rules/security/lookalikes.yaml", "cases/boundaries.yaml")
REQUESTS: Final = {
    "editor-completion": (types.TEXT_DOCUMENT_COMPLETION, types.CompletionParams),
    "editor-hover": (types.TEXT_DOCUMENT_HOVER, types.HoverParams),
    "editor-definition": (types.TEXT_DOCUMENT_DEFINITION, types.DefinitionParams),
}
"""By row: what is asked at a place."""
PLACES: Final = 15
"""How many places of each file are asked about."""


class _Repository:
    """The reference gateway, as it is on disk."""

    def root_of(self, path: str) -> str | None:
        """Always this repository."""
        return path and str(ROOT)

    def below(self, root: str) -> Files:
        """Its files."""
        return DiskFiles.below(Path(root))


class _Session:
    """A server in this process, with three files open."""

    def __init__(self) -> None:
        self.server = EditorServer("0", _Repository(), lambda: DAY)
        serve(self.server, FEATURES)
        self.server.protocol.client_capabilities = types.ClientCapabilities()
        self.project: OpenProject = self.server.opened.find(str(ROOT / EDITED[0]))[0]
        self.found = of_project(self.project, DAY, None, None, lambda _: None, lambda: None)
        self._texts = {path: self.project.text(path) or "" for path in EDITED}
        self._edits = 0

    def edit(self, path: str) -> None:
        """One more character: the text is new, and so is all that is known of it."""
        self._edits += 1
        self.project.texts[path] = f"{self._texts[path]}# {self._edits}\n"

    def places(self) -> Iterator[tuple[str, types.Position]]:
        """The ends of the first word of lines all over each file."""
        for path, text in self._texts.items():
            lines = text.split("\n")
            written = [number for number, line in enumerate(lines) if ":" in line]
            for number in written[:: max(1, len(written) // PLACES)]:
                yield path, types.Position(number, lines[number].index(":"))

    def typed(self) -> float:
        """CPU seconds until the problems of an edited file are there, on average."""
        return sum(self._problems(path, self.found) for path in EDITED) / len(EDITED)

    def _problems(self, path: str, found: FoundProblems) -> float:
        self.edit(path)
        return cpu(lambda: of_file(self.project, path, DAY, None, found))

    def whole(self) -> float:
        """CPU seconds of lint of the whole project."""
        return cpu(lambda: of_project(self.project, DAY, None, None, lambda _: None, lambda: None))

    def asked(self, row: str) -> list[float]:
        """CPU seconds of each request, each after an edit of its file."""
        method, params = REQUESTS[row]
        handler = self.server.protocol.fm.features[method]
        costs = []
        for path, place in self.places():
            document = types.TextDocumentIdentifier(self.server.uri(self.project, path))
            self.edit(path)
            costs.append(cpu(lambda: handler(params(document, place))))  # noqa: B023 - at once
        return costs


def measured(quick: bool) -> Iterator[Measured]:
    """A word typed in each of three files, then requests in them, against lint of all."""
    session = _Session()
    pairs = in_pairs(session.typed, session.whole, 1 if quick else 5)
    ours, lint = (1000 * statistics.median(costs) for costs in (pairs.ours, pairs.theirs))
    yield Measured(
        row="editor", figure=pairs.dearer, detail=f"{ours:,.0f} ms against {lint:,.0f} ms"
    )
    for row in REQUESTS:
        costs = [1000 * cost for cost in session.asked(row)]
        yield Measured(
            row=row,
            figure=Ratio.of([cost / lint for cost in costs]),
            detail=f"{statistics.median(costs):,.0f} ms against {lint:,.0f} ms; {len(costs)} "
            f"requests, each after an edit, the slowest {max(costs):,.0f} ms",
        )


if __name__ == "__main__":
    sys.exit(alone(measured))
