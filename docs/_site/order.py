"""The order of the site, out of what the pages link to: they stay plain Markdown without it.

Each list of links below a heading of `index.md` is a part of the sidebar. A page has as children
those of the folder with its name (`migration.md`, `migration/`); a `README.md` has those beside it.
What is found by a table of its own stays out of the sidebar: pages of checks, decisions.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
_LINK = re.compile(r"^- \[([^]]+)\]\(([^)#:]+)\.md\)", re.MULTILINE)


_BY_TABLE: Final = ("checks/", "developers/decisions/")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _add_order)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add_order(app: Sphinx, name: str, source: list[str]) -> None:
    if PurePosixPath(name).name == "index":
        app.env.metadata[name]["orphan"] = True  # the index of a language is below no other page
        source[0] = "".join(_with_parts(source[0]))
    elif name.startswith(_BY_TABLE) and name != "checks/README":
        app.env.metadata[name]["orphan"] = True
    elif below := sorted(_children(name, app.env.found_docs)):
        folder = PurePosixPath(name).parent
        entries = [PurePosixPath(each).relative_to(folder).as_posix() for each in below]
        source[0] += _toctree(entries)


def _with_parts(text: str) -> Iterator[str]:
    """The text of an index, with a part of the sidebar after each section."""
    head, *rest = _HEADING.split(text)
    yield head
    for heading, section in zip(rest[::2], rest[1::2], strict=True):
        entries = [f"{words} <{page}>" for words, page in _LINK.findall(section)]
        yield f"## {heading}{section}"
        if entries:
            yield _toctree(entries, f":caption: {heading}\n")


def _children(name: str, pages: set[str]) -> Iterator[str]:
    page = PurePosixPath(name)
    folder = page.parent if page.name == "README" else page
    return (
        each
        for each in pages
        if each.startswith(f"{folder}/") and each != name and not each.startswith(_BY_TABLE)
    )


def _toctree(entries: list[str], options: str = "") -> str:
    return "\n```{toctree}\n:hidden:\n" + options + "\n" + "\n".join(entries) + "\n```\n\n"
