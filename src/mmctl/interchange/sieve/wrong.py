"""What is broken in the scripts of one import: collected, and raised all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.errors import ProblemsFound
from mmctl.problem import Position, Problem, Severity, ordered

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST: Final = 100
"""Problems of one import that are kept: who sees a hundred knows that this is no script."""


class ScriptProblems:
    """The problems so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        """How many there are, with those that are not kept."""

    def at(self, place: Position, message: str, help: str | None = None) -> None:
        """Add a problem."""
        self.count += 1
        if len(self.problems) < _MOST:
            self.problems.append(
                Problem(
                    check="broken-export",
                    severity=Severity.ERROR,
                    position=place,
                    message=message,
                    help=help,
                )
            )

    def take(self, found: ProblemsFound) -> None:
        """Add the problems that something else found."""
        self.count += len(found.problems)
        self.problems.extend(found.problems[: _MOST - len(self.problems)])

    def raise_if_any(self, files: Mapping[str, str]) -> None:
        """End the import.

        Raises:
            ProblemsFound: there are problems; with the texts of their files.
        """
        if self.problems:
            problems = ordered(self.problems)
            broken = {problem.position.file for problem in problems}
            message = f"cannot read {counted(len(broken), 'script')}"
            texts = {file: text for file, text in files.items() if file in broken}
            raise ProblemsFound(message, problems, texts)
