"""Paragraphs of 80 columns, and the colors of outcomes, which reports on mail share."""

from __future__ import annotations

import textwrap
from typing import Final

from rich.text import Text

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
_DEEPER: Final = 4


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


def folded(text: Text, width: int) -> Text:
    """The same for a screen: a line that is too wide is broken where it has two spaces."""
    lines: list[Text] = []
    for each in text.split("\n", allow_blank=True):
        line = each
        indent = len(line.plain) - len(line.plain.lstrip())
        while line.cell_len > width:
            at = line.plain.rfind("  ", indent + _DEEPER + 1, width + 2)
            if at < 0:
                break
            line, rest = line.divide([at])
            lines.append(line)
            rest = rest[2:]
            line = Text(" " * (indent + _DEEPER)).append_text(rest)
        lines.append(line)
    return Text("\n").join(lines)


def some_of(names: list[str], shown: int) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")
