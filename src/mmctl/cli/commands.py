"""The table of commands: name, group in the help, function. One line a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.cli.apply import apply
from mmctl.cli.checks import checks
from mmctl.cli.drift import drift
from mmctl.cli.explain import explain
from mmctl.cli.history import history, unpin
from mmctl.cli.lint import lint
from mmctl.cli.plan import plan
from mmctl.cli.rollback import rollback
from mmctl.cli.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITE: Final = "Write"
_TEST: Final = "Test"
_CHANGE: Final = "Change"
_LOOK_BACK: Final = "Look back"
_MORE: Final = "More"

COMMANDS: Final[tuple[tuple[str, str, Callable[..., None]], ...]] = (
    ("lint", _TEST, lint),
    ("simulate", _TEST, simulate),
    ("explain", _TEST, explain),
    ("checks", _TEST, checks),
    ("plan", _CHANGE, plan),
    ("apply", _CHANGE, apply),
    ("rollback", _CHANGE, rollback),
    ("history", _LOOK_BACK, history),
    ("drift", _LOOK_BACK, drift),
    ("unpin", _LOOK_BACK, unpin),
)
