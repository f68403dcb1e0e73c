"""The words of a command line that a shell completes, the last of which is not finished.

As much of a shell's language as a name needs: quotes and backslashes. Nothing is expanded.
Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli.well_formed import NotWellFormed

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_SPACES: Final = " \t\n"
_QUOTES: Final = "'\""
_BEHIND_BACKSLASH: Final = '$`"\\\n'
"""What a backslash takes the meaning from, within double quotes."""


class ShellWords:
    """The finished words, and the one that is begun."""

    def __init__(self, before: list[str], begun: str, quote: str, *, quoted: bool) -> None:
        self.before = before
        self.begun = begun
        self.quote = quote
        """The quote that is open; empty: none."""
        self._quoted = quoted

    def plain(self) -> list[str]:
        """The finished words, where none had quotes and all is ASCII.

        Raises:
            NotWellFormed: typer has to read them.
        """
        text = "".join((*self.before, self.begun))
        if self._quoted or not text.isascii() or not text.isprintable():
            raise NotWellFormed
        return self.before


def shell_words(parts: Sequence[str], *, skip: int = 0, backslash: bool = True) -> ShellWords:
    """The words of a line, which may come in parts between which words end.

    The first words are skipped; without `backslash`, it has no meaning, as in PowerShell.

    Raises:
        NotWellFormed: a quote is open at the end of a part that is not the last.
    """
    words: list[str] = []
    quote = ""
    quoted = False
    for part in parts:
        if quote:
            raise NotWellFormed
        found, quote, has_quotes = _split(part, backslash=backslash)
        quoted |= has_quotes
        if words and words[-1] == "":
            words.pop()
        words += found
    before, begun = words[skip:-1], words[-1] if len(words) > skip else ""
    return ShellWords(before, begun, quote, quoted=quoted)


def _split(text: str, *, backslash: bool) -> tuple[list[str], str, bool]:
    """The words of a part, the last of which is empty after a space; the open quote; any quotes."""
    words = [""]
    inside = False
    quote = ""
    quoted = False
    rest = iter(text)
    for sign in rest:
        if sign == "\\" and backslash and quote != "'":
            following = next(rest, "")
            kept = quote and following not in _BEHIND_BACKSLASH
            words[-1] += f"\\{following}" if kept else following
            inside = quoted = True
        elif sign == quote:
            quote = ""
        elif not quote and sign in _QUOTES:
            quote = sign
            inside = quoted = True
        elif not quote and sign in _SPACES:
            if inside:
                words.append("")
            inside = False
        else:
            words[-1] += sign
            inside = True
    return words, quote, quoted
