"""Sections, lists and tables, which pages about changes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.compare.wording import spaced
from mmctl.render.html.markup import Child, Markup, element
from mmctl.render.text.plan import MARKS, detail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.compare.edits import Edit


def section(title: str, content: Child) -> Markup:
    """A part of a page under a heading."""
    return element("section", element("h2", title), content)


def items(lines: Sequence[str]) -> list[Markup]:
    """The lines of a list."""
    return [element("li", line) for line in lines]


def table(head: Sequence[str], rows: Sequence[Sequence[Child]]) -> Markup:
    """A table that scrolls by itself where the window is too narrow."""
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", [element("th", each, scope="col") for each in head])),
            element(
                "tbody",
                [_row(head, row) for row in rows],
            ),
            class_="plain",
        ),
        class_="wide",
    )


def _row(head: Sequence[str], cells: Sequence[Child]) -> Markup:
    """A row; on a narrow screen the cells are below each other, each with its heading."""
    named = zip(head, cells, strict=True)
    return element("tr", [element("td", cell, data_head=each or None) for each, cell in named])


def edits_table(edits: Sequence[Edit]) -> Markup:
    """Edits, each with what it changes and where it is written."""
    rows = [
        (
            element("b", MARKS[edit.kind][0]),
            f"{edit.resource.noun} {edit.object}",
            edit.rule or "",
            spaced(detail(edit)),
            edit.place or "",
        )
        for edit in edits
    ]
    return table(("", "Where", "What", "Change", "File"), rows)
