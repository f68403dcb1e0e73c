"""Texts that are fitted to a screen."""

from __future__ import annotations

from typing import Final

from rich.text import Text

_DEEPER: Final = 4


def folded(text: Text, width: int) -> Text:
    """The text with each line that is too wide broken where it has two spaces."""
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
