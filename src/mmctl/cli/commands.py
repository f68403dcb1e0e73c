"""The table of commands: name, group in the help, function. One line a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS: Final[tuple[tuple[str, str, Callable[..., None]], ...]] = ()
