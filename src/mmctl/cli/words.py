"""Shared options may come before the command. Imported before anything else: nothing slow here."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is slow to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_BEFORE_COMMAND: Final = {
    "-C": True,
    "--directory": True,
    "--env": True,
    "--format": True,
    "-o": True,
    "--output": True,
    "--today": True,
    "--color": True,
    "-q": False,
    "--quiet": False,
    "-v": False,
    "--verbose": False,
    "--no-input": False,
}
"""Options that may come before the command; True: a value follows."""


def is_shared(word: str) -> bool:
    """Whether a word is an option that may come before the command."""
    return word.partition("=")[0] in _BEFORE_COMMAND


def reordered(arguments: Sequence[str]) -> list[str]:
    """Move shared options from before the command to after it, where commands read them."""
    moved: list[str] = []
    rest = list(arguments)
    while rest:
        name = rest[0].split("=", 1)[0]
        if name not in _BEFORE_COMMAND:
            break
        moved.append(rest.pop(0))
        if _BEFORE_COMMAND[name] and "=" not in moved[-1] and rest:
            moved.append(rest.pop(0))
    return [*rest[:1], *moved, *rest[1:]] if rest else moved
