"""Problems as the Language Server Protocol has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from mmctl.problem import Severity
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.editor.lines import TextLines
    from mmctl.problem import Problem

SOURCE: Final = "mmctl"
"""What an editor shows beside the id of the check."""
_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_UNNEEDED: Final = frozenset({"redundant-value", "unreachable-value", "duplicate-condition"})
"""What editors show faded."""


def diagnostics(problems: Iterable[Problem], lines: TextLines) -> list[types.Diagnostic]:
    """The problems of one file, at their places in its text."""
    return [diagnostic(problem, lines) for problem in problems]


def diagnostic(problem: Problem, lines: TextLines) -> types.Diagnostic:
    """One problem: its message, and what to do instead in a line of its own."""
    message = visible(problem.message)
    if problem.help is not None:
        message += f"\nhelp: {visible(problem.help)}"
    unneeded = problem.check in _UNNEEDED
    return types.Diagnostic(
        range=lines.marked(problem.position),
        message=message,
        severity=_SEVERITIES[problem.severity],
        code=problem.check,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if unneeded else None,
    )
