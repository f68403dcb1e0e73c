"""Links to files beside the manual, such as `../examples/`: on the site they are plain words.

The project owns no address yet that they could lead to; whoever publishes the site at one gives the
start of it as `MANUAL_REPOSITORY`, and the words are links again.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LINK = re.compile(r"\[([^][]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _mark_what_is_outside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _mark_what_is_outside(_app: Sphinx, name: str, source: list[str]) -> None:
    repository = os.environ.get("MANUAL_REPOSITORY", "").rstrip("/")

    def words(link: re.Match[str]) -> str:
        text, target, anchor = link.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if not path.startswith("../"):
            return link[0]
        return f"[{text}]({repository}/{path[3:]}{anchor or ''})" if repository else text

    source[0] = _LINK.sub(words, source[0])
