"""The manual's pages of the checks are what their docstrings say.

`pytest tests/checks --update` rewrites them.
"""

from __future__ import annotations

from pathlib import Path

from mmctl.checks import CHECKS
from mmctl.render.checks import index, markdown

PAGES = Path(__file__).parents[2] / "docs" / "checks"


def test_the_pages_in_the_manual_are_up_to_date(update: bool) -> None:
    pages = {f"{check.id}.md": markdown(check) for check in CHECKS}
    pages["README.md"] = index(CHECKS)
    if update:
        PAGES.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (PAGES / name).write_text(text, encoding="utf-8")
    written = {page.name: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
    assert written == pages
