"""A text in parts, each with its style: rich, which is slow to import, only paints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text


class StyledParts(list[tuple[str, str]]):
    """Texts with their styles, in order; "" is no style."""

    def add(self, text: str, style: str = "") -> None:
        """Add a text at the end."""
        self.append((text, style))

    @property
    def plain(self) -> str:
        """The text without its styles."""
        return "".join(text for text, _ in self)

    @property
    def painted(self) -> Text:
        """The text with its styles, for rich."""
        from rich.text import Text  # noqa: PLC0415 - slow to import, and plain texts do without

        return Text.assemble(*self)
