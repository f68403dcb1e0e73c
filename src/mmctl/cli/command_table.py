"""The table of commands: name, group in the help, and where its function is. One line per command.

A command's module is imported when the command runs, or when the help lists them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITE: Final = "Write"
_TEST: Final = "Test"
_CHANGE: Final = "Change"
_LOOK_BACK: Final = "Look back"
_MORE: Final = "More"

COMMANDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("init", _WRITE, "init:init"),
    ("fmt", _WRITE, "fmt:fmt"),
    ("import", _WRITE, "import_:import_"),
    ("export", _WRITE, "export:export"),
    ("lint", _TEST, "lint:lint"),
    ("simulate", _TEST, "simulate:simulate"),
    ("play", _TEST, "play:play"),
    ("why", _TEST, "why:why"),
    ("send", _TEST, "send:send"),
    ("prove", _TEST, "prove:prove"),
    ("cases", _TEST, "cases:cases"),
    ("watch", _TEST, "watch:watch"),
    ("explain", _TEST, "explain:explain"),
    ("checks", _TEST, "checks:checks"),
    ("budget", _TEST, "budget:budget"),
    ("plan", _CHANGE, "plan:plan"),
    ("apply", _CHANGE, "apply:apply"),
    ("promote", _CHANGE, "promote:promote"),
    ("list", _CHANGE, "list_:list_"),
    ("rollback", _CHANGE, "rollback:rollback"),
    ("unpin", _CHANGE, "history:unpin"),
    ("foundation", _CHANGE, "foundation:foundation"),
    ("staging", _CHANGE, "staging:staging"),
    ("dns", _CHANGE, "dns:dns"),
    ("history", _LOOK_BACK, "history:history"),
    ("drift", _LOOK_BACK, "drift:drift"),
    ("diff", _LOOK_BACK, "diff:diff"),
    ("logs", _LOOK_BACK, "logs:logs"),
    ("archive", _LOOK_BACK, "archive:archive"),
    ("where", _LOOK_BACK, "where:where"),
    ("monitor", _LOOK_BACK, "monitor:monitor"),
    ("watchdog", _LOOK_BACK, "watchdog:watchdog"),
    ("doctor", _LOOK_BACK, "doctor:doctor"),
    ("emulate", _MORE, "emulate:emulate"),
    ("schema", _MORE, "schema:schema"),
    ("lsp", _MORE, "lsp:lsp"),
    ("version", _MORE, "version:version"),
)


def function_of(place: str) -> Callable[..., int]:
    """The function of a command, found by the table: takes a `Run`, returns an exit code."""
    module, name = place.split(":")
    function: Callable[..., int] = getattr(import_module(f"mmctl.cli.commands.{module}"), name)
    return function
