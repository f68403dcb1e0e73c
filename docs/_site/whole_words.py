"""Short words of code, such as `--env`, stand on one line; only long ones are broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_SHORT = re.compile(r'<span class="pre">(?=(?:&\w+;|[^<&]){1,24}</span>)')


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("html-page-context", _keep_whole)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _keep_whole(
    _app: Sphinx, _name: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    if "body" in context:
        context["body"] = _SHORT.sub('<span class="pre whole">', context["body"])
