"""What needs nothing of the program: its version, and pages of help.

Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

import os
import sys

from mmctl import __version__
from mmctl.cli import world

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

VERSION_LINE: Final = f"mmctl {__version__}: rules as code for Amazon SES Mail Manager"
_HELP: Final = ("-h", "--help")
_OTHER_SCREENS: Final = (
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "JPY_PARENT_PID",
    "PY_COLORS",
    "TERMINAL_WIDTH",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
    "TYPER_USE_RICH",
    "_TYPER_FORCE_DISABLE_TERMINAL",
)
"""Variables by which typer and rich take an output for something else: then they lay it out."""
_NO_ESCAPES: Final = ("dumb", "unknown")
_USUAL_WIDTH: Final = 80
_LONGEST: Final = 4
"""The digits of a width."""


def said_at_once(arguments: Sequence[str]) -> str | None:
    """The version, or a page of help; None: these words ask for something else."""
    if list(arguments) == ["--version"]:
        return f"{VERSION_LINE}\n"
    if arguments and not any(each in _HELP for each in arguments):
        return None
    name = _page_asked_for(arguments)
    page = None if name is None else _page(name)
    return None if page is None else f"{page}\n"


def _page_asked_for(arguments: Sequence[str]) -> str | None:
    """The command, or "" for the page that lists them; None: typer has to say."""
    from mmctl.cli.command_lines import COMMAND_LINES
    from mmctl.cli.well_formed import asks_for_help
    from mmctl.cli.words import reordered

    words = reordered(arguments)
    if not words or (words[0] in _HELP and not any(each.startswith("-") for each in words[1:2])):
        return "" if words or not arguments else None
    return words[0] if words[0] in COMMAND_LINES and asks_for_help(words) else None


def _page(name: str) -> str | None:
    from mmctl.cli.help_layout import TooNarrow, laid_out
    from mmctl.cli.help_pages import HELP_PAGES

    width = width_of_page()
    styled = world.is_terminal(sys.stdout)
    if width is None or (styled and (world.variable("TERM") or "").lower() in _NO_ESCAPES):
        return None
    try:
        colored = not world.variable("NO_COLOR")
        return laid_out(HELP_PAGES[name], width, styled=styled, colored=colored)
    except TooNarrow:
        return None


def width_of_page() -> int | None:
    """The width that typer lays pages out for; None: it depends on more than is known here."""
    plain = os.name != "nt" and sys.stdout.encoding.lower() in {"utf-8", "utf8"}
    if not plain or any(world.variable(name) is not None for name in _OTHER_SCREENS):
        return None
    columns = world.variable("COLUMNS") or ""
    if not columns.isdigit():
        return world.width_of_terminal() or _USUAL_WIDTH
    return int(columns) if columns.isascii() and len(columns) <= _LONGEST else None
