"""The way out for text: everything that is printed passes `mmctl.visible` here.

Results go through `printed`, what any code writes to stderr through `Printed`, and what rich
renders through the hook of `mmctl.render.text.gate`.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from mmctl.cli import world
from mmctl.visible import visible_lines, without_commands, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

CI_SERVERS: Final = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
"""Variables that CI servers set; some of these servers take commands from what a step prints."""


def in_ci() -> bool:
    """Whether a CI server may read what is printed and take commands from it."""
    return any(world.variable(name) for name in CI_SERVERS)


def printed(text: str) -> str:
    """A whole output, safe to print: invisible characters are shown, and nothing is a command."""
    text = visible_lines(text)
    return without_commands(text) if in_ci() else text


def printed_commands(text: str) -> str:
    """Our own commands for a CI server, with the values already escaped."""
    return without_marks(visible_lines(text))


def is_read_by_people(stream: TextIO) -> bool:
    """Whether a screen or the log of a CI server shows what is written there.

    Programs that read a pipe, and files, get the bytes unchanged.
    """
    if world.is_terminal(stream):
        return True
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):
        return in_ci()
    return in_ci() and not stat.S_ISREG(mode)


def on_screen(line: str, stream: TextIO) -> str:
    """A line as a screen shows it: broken between words, not within them; otherwise unchanged."""
    if not world.is_terminal(stream):
        return line
    from textwrap import wrap

    return "\n".join(
        wrap(
            line,
            world.columns(),
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    )


class Printed:
    """A stream that passes text on as `printed`; the rest comes from the stream behind it."""

    def __init__(self, behind: TextIO) -> None:
        self.behind = behind

    def write(self, text: str) -> int:
        """Write the text in its safe form."""
        self.behind.write(printed(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


def behind(stream: TextIO) -> TextIO:
    """The stream itself: for text that has already passed, and for our own cursor moves."""
    return stream.behind if isinstance(stream, Printed) else stream


@contextmanager
def printed_errors() -> Iterator[None]:
    """Make everything that is written to stderr safe, including what libraries write."""
    before = sys.stderr
    sys.stderr = cast("TextIO", Printed(behind(before)))
    try:
        yield
    finally:
        sys.stderr = before
