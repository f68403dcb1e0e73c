"""Sends what rich prints through the same gate as all other output, before it gets its colors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderHook
from rich.text import Text

from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import ConsoleRenderable


class Gate(RenderHook):
    """Passes each text through `gate`; only texts are printed."""

    def __init__(self, gate: Callable[[str], str]) -> None:
        self._gate = gate

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Return the texts as they may be printed.

        Raises:
            TypeError: something is not a text.
        """
        return [self._passed(each) for each in renderables]

    def _passed(self, renderable: ConsoleRenderable) -> Text:
        if not isinstance(renderable, Text):
            raise TypeError(f"only texts are printed, not a {type(renderable).__name__}")
        lines = renderable.split("\n", include_separator=True, allow_blank=True)
        return Text("", end=renderable.end).join(
            line if self._gate(line.plain) == line.plain else self._line(line) for line in lines
        )

    def _line(self, line: Text) -> Text:
        """A line in which something is shown as an escape, without a color for it."""
        shown = Text("")
        plain = line.plain.removesuffix("\n")
        places = [place for place, each in enumerate(plain) if visible(each) != each]
        ends = {place + 1 for place in places}
        for piece in line[: len(plain)].divide(sorted({*places, *ends})):
            alone = piece.plain not in {"", "\t"} and visible(piece.plain) != piece.plain
            shown.append_text(Text(visible(piece.plain)) if alone else piece)
        safe = self._gate(shown.plain)
        shown = shown if safe == shown.plain else Text(safe)
        return shown.append(line.plain[len(plain) :])
