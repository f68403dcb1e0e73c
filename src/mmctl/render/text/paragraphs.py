"""Paragraphs of 80 columns, and the colors of outcomes, which reports on mail share."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from mmctl.language.project import Outcome

if TYPE_CHECKING:
    from rich.text import Text

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
    """A paragraph of at most 80 columns, with its further lines indented."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"


def wrapped_in_color(text: Text, indent: str) -> Text:
    """The same for one line of text that has colors."""
    from rich.text import Text  # noqa: PLC0415 - slow to import, and most paragraphs are plain

    found, start = Text(), 0
    for line in wrapped(text.plain, indent).splitlines():
        words = line.lstrip(" ")
        at = text.plain.index(words, start)
        start = at + len(words)
        found.append(line[: -len(words)]).append(text[at:start]).append("\n")
    return found


def some_of(names: list[str], shown: int) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")
