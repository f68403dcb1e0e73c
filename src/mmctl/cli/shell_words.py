"""The words of a command line that a shell completes, the last of which is not finished.

As much of a shell's language as a name needs: quotes and backslashes. Nothing is expanded.
Imported before anything else; nothing slow may be imported here.
"""

from __future__ import annotations

from mmctl.cli.well_formed import NotWellFormed
from mmctl.cli.words import is_shared, reordered

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

_SPACES: Final = " \t\n"
_QUOTES: Final = "'\""
_BEHIND_BACKSLASH: Final = '$`"\\\n'
"""What a backslash takes the meaning from, within double quotes."""


class ShellWords:
    """The finished words, and the one that is begun."""

    def __init__(
        self, before: list[str], begun: str, quote: str, *, quoted: bool, glued: str = ""
    ) -> None:
        self.before = before
        self.begun = begun
        self.glued = glued
        """`--name=`, where what is begun is the value behind it."""
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

    def command_first(self) -> ShellWords:
        """The words with the command before shared options; with those alone, the command "" is."""
        before = reordered(self.before)
        if before and is_shared(before[0]):
            before = ["", *before]
        return ShellWords(before, self.begun, self.quote, quoted=self._quoted)

    def value_apart(self, takes_value: Callable[[str], bool]) -> ShellWords:
        """The words with a begun `--name=value` as two, where `takes_value` says it of the name."""
        name, equals, value = self.begun.partition("=")
        if not (equals and name.startswith("--") and takes_value(name)):
            return self
        before = [*(self.before or [""]), name]
        return ShellWords(before, value, self.quote, quoted=self._quoted, glued=f"{name}=")


def joined_at_equals(words: Sequence[str]) -> list[str]:
    """Words that bash took apart at each `=`, in one piece again."""
    joined: list[str] = []
    for word in words:
        goes_on = joined and (word == "=" or joined[-1].endswith("="))
        if goes_on:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


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
