"""Problems for people: the line that editors read, the frame with its caret, the advice.

Nothing here opens files: the caller passes the texts that the frames show.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.text import Text

from mmctl.problem import Severity
from mmctl.render.text.counts import summary
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.problem import Problem

SHOWN: Final = 100
"""At most this many problems are shown to people unless they request all."""
WIDTH: Final = 80
"""The width if that of the terminal is unknown."""
_NARROWEST: Final = 40
_LONGEST: Final = 600
"""How many characters of a message are shown: a value in it may be very long."""
_JOINT: Final = "\x00"
"""Marks a space at which no line is broken; `visible` lets no such character through."""
_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def human(
    problems: Sequence[Problem],
    files: Mapping[str, str],
    *,
    shown: int | None = SHOWN,
    width: int = WIDTH,
) -> Text:
    """All problems, each with its source line, and their count; `files` are texts by path.

    Source lines and advice fit into `width` columns, but at least 40. The line that
    editors read is one line, however long it is.
    """
    lines = {file: text.splitlines() for file, text in files.items()}
    limit = len(problems) if shown is None else shown
    report = Text()
    for problem in problems[:limit]:
        source = lines.get(problem.position.file, ())
        report.append_text(one(problem, source, width=max(width, _NARROWEST)))
        report.append("\n")
    if len(problems) > limit:
        report.append(f"{len(problems) - limit:,} more are not shown; --all shows them\n")
    report.append(summary(problems) + "\n")
    return report


def one(problem: Problem, lines: Sequence[str], *, width: int = WIDTH) -> Text:
    """One problem: the line that editors read, the source with a caret, and the advice."""
    at = problem.position
    text = Text()
    text.append(f"{at}: ", "bold")
    text.append(f"{problem.severity}: ", _STYLES[problem.severity])
    text.append(visible(_short(problem.message)))
    text.append(f" [{problem.check}]\n", "dim")
    if 0 < at.line <= len(lines):
        text.append_text(_frame(lines[at.line - 1], at.line, at.column, at.length, width))
    if problem.help:
        text.append(_advice(visible(_short(problem.help)), width))
    return text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _frame(line: str, number: int, column: int, length: int, width: int) -> Text:
    """The source line, cut to the width around the caret, and the caret under it."""
    gutter = f"{number:>5} | "
    room = width - len(gutter)
    start = column - 1
    # A line may be very long: nothing farther away than the width is visible.
    left = visible(line[max(0, start - width) : start])
    right = visible(line[start : start + width])
    carets = max(1, cell_len(visible(line[start : start + min(length, width)])))
    left = _tail(left, max(room - carets - 10, room // 3))
    right = _head(right, room - cell_len(left))
    carets = min(carets, max(1, room - cell_len(left)))
    text = Text(f"{gutter}{left}{right}\n", "", end="")
    text.stylize("dim", 0, len(gutter))
    text.append(" " * (len(gutter) + cell_len(left)))
    text.append("^" * carets + "\n", "bold")
    return text


def _tail(text: str, cells: int) -> str:
    """The end of a text, at most `cells` wide."""
    if cell_len(text) <= cells:
        return text
    while text and cell_len(text) > cells - 1:
        text = text[max(1, len(text) - cells) :]
    return "…" + text


def _head(text: str, cells: int) -> str:
    """The beginning of a text, at most `cells` wide."""
    if cell_len(text[: cells + 1]) <= cells and len(text) <= cells:
        return text
    text = text[:cells]
    while text and cell_len(text) > cells - 1:
        text = text[:-1]
    return text + "…"


def _advice(help_: str, width: int) -> str:
    """The advice, wrapped, with further lines under the first; text to copy is not broken."""
    label = "  help: "
    whole = re.sub(r"`[^`]*`", lambda quoted: quoted.group().replace(" ", _JOINT), help_)
    wrapped = textwrap.wrap(
        whole,
        width,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrapped).replace(_JOINT, " ") + "\n"
