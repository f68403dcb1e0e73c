"""The tabs between the pages of one server."""

from __future__ import annotations

from typing import Final

from mmctl.render.html.markup import Markup, element

PAGES: Final = (("/", "Mail"), ("/play", "Play"))
"""Where the pages are, and what they are called."""


def page_tabs(here: str) -> Markup:
    """The tabs between the pages of one server."""
    return element(
        "nav",
        [
            element("a", label, href=place, aria_current="page" if place == here else None)
            for place, label in PAGES
        ],
        aria_label="Pages",
        class_="pages",
    )
