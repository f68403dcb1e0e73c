"""Many lines with colors: what rich writes, at the cost of joining texts.

Rich says once how each style begins and ends. A line that it would change (one that is too wide for
the screen, or has characters of other widths, or something that must not be shown) is left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from mmctl.render.text.message_lines import WHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from mmctl.render.text.message_lines import Line

_ANY: Final = "x"


class Painter:
    """Paints lines for one console."""

    def __init__(
        self,
        console: Console,
        *,
        gate: Callable[[str], str],
        folded: Callable[[Text], Text],
        width: int | None,
    ) -> None:
        """`folded` fits a text to a screen of this `width`; None: it is not a screen."""
        self._console = console
        self._gate = gate
        self._folded = folded
        self._width = width
        self._codes: dict[str, tuple[str, str]] = {}

    def painted(self, lines: Sequence[Line]) -> str:
        """The lines as they are written to the console."""
        plain = "".join([line.plain for line in lines])
        if plain.isascii() and self._gate(plain) == plain:
            return "".join(map(self._line, lines))
        return "".join([self._checked(line) for line in lines])

    def _checked(self, line: Line) -> str:
        """A line which may have something that is not shown as it is."""
        plain = line.plain
        if plain.isascii() and self._gate(plain) == plain:
            return self._line(line)
        return self._by_rich(self._folded(styled(line)))

    def _line(self, line: Line) -> str:
        what, style, whom, where = line
        if self._width is not None and len(what) + len(whom) + len(where) > self._width:
            return self._by_rich(self._folded(styled(line)))
        begin, end = self._code(style)
        begin_where, end_where = self._code(WHERE)
        return f"{begin}{what}{end}{whom}{begin_where}{where[:-1]}{end_where}\n"

    def _code(self, style: str) -> tuple[str, str]:
        """What stands before and after a text in this style."""
        if style not in self._codes:
            begin, _, end = self._by_rich(Text(_ANY, style)).partition(_ANY)
            self._codes[style] = begin, end
        return self._codes[style]

    def _by_rich(self, text: Text) -> str:
        with self._console.capture() as written:
            self._console.print(text, end="")
        return written.get()


def styled(line: Line) -> Text:
    """A line with its styles."""
    text = Text(line.what, line.style)
    return Text().append_text(text).append(line.whom).append(line.where, WHERE)
