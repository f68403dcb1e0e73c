"""Paragraphs of 80 columns, and the colours of outcomes: what reports on mail share."""

from __future__ import annotations

import textwrap
from typing import Final

from mmctl.language.project import Outcome

STYLES: Final = {
    Outcome.DELIVERED: "green",
    Outcome.STORED: "cyan",
    Outcome.REFUSED: "yellow",
    Outcome.BOUNCED: "yellow",
    Outcome.DROPPED: "yellow",
    Outcome.LOST: "bold red",
    Outcome.UNKNOWN: "bold magenta",
}
OUTCOME_WIDTH: Final = 9
"""Columns of the longest outcome."""
WIDTH: Final = 80


def wrapped(text: str, indent: str) -> str:
    """A paragraph of at most 80 columns, its further lines deeper."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 recipient`, `1,204 recipients`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def some_of(names: list[str], shown: int) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")
