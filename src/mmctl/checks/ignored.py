"""Ignore comments: which problems they silence.

A comment that a change brings does not silence a company rule in that change: nobody excuses
themselves. Once the base has it, it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.checks import ignore_without_effect
from mmctl.problem import Severity
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.checks.company.held import BaseRules
    from mmctl.language.project import Ignore, Project
    from mmctl.problem import Problem


class Ignored:
    """The ignore comments of a project, and what they may silence."""

    def __init__(
        self,
        projects: Sequence[Project],
        checks: frozenset[str],
        company: frozenset[str],
        base: BaseRules | None,
    ) -> None:
        self._checks = checks
        """Other errors (a file that cannot be read, rules over a limit) cannot be ignored."""
        self._company = company
        self._base = base
        self._files = projects[0].files if projects else {}
        self._ignores: dict[str, list[Ignore]] = {}
        for ignore in dict.fromkeys(ignore for project in projects for ignore in project.ignores):
            self._ignores.setdefault(ignore.file, []).append(ignore)

    def left_of(self, problem: Problem) -> Problem | None:
        """The problem, with what to say about a comment that does not count; None: silenced."""
        if problem.severity is Severity.ERROR and problem.check not in self._checks:
            return problem
        over = [
            ignore
            for ignore in self._ignores.get(problem.position.file, ())
            if any(ignore_without_effect.silences(ignore, id_, problem) for id_ in ignore.checks)
        ]
        if not over:
            return problem
        base = self._base
        if base is None or problem.check not in self._company:
            return None
        if any(base.has_ignore(ignore, problem.check, self._files) for ignore in over):
            return None
        said = (
            f"the comment on line {over[0].position.line} is new in this change, and counts "
            f"once `{base.name}` has it"
        )
        return replace(problem, help=said if problem.help is None else f"{problem.help}; {said}")
