"""The site of the manual: `make docs` builds it from the pages of this folder with Sphinx."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_site"))

project = "mmctl"
release = version = re.findall(
    r'^__version__ = "(.+)"$',
    (HERE.parent / "src/mmctl/__init__.py").read_text(encoding="utf-8"),
    re.MULTILINE,
)[0]

extensions = [
    "myst_parser",
    "order",
    "outside",
    "languages",
    "search_words",
    "other_words",
    "whole_words",
]
exclude_patterns = ["_site", "commands.head.md"]
templates_path = ["_site/templates"]
myst_heading_anchors = 6
highlight_language = "none"
smartquotes = False
suppress_warnings = [
    "misc.highlighting_failure",  # what a program prints is not always whole JSON
]

html_theme = "furo"
html_title = f"mmctl {version}"
html_static_path = ["_site/static"]
html_css_files = ["manual.css"]
html_js_files = ["manual.js"]
html_search_language = "manual"
html_search_scorer = str(HERE / "_site/scorer.js")
html_copy_source = False
html_use_index = False
html_additional_pages = {"search-zh": "search.html"}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
