"""What the gates found before a plan and did not stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.cases.result import CaseResult
    from mmctl.problem import Problem

LOOSENED: Final = "company-rule-loosened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What was found and did not stop the plan."""

    failed_cases: int = 0
    lint_errors: int = 0
    """Errors that were ignored because a flag said so."""
    failed: tuple[CaseResult, ...] = field(default=(), compare=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """Everything that lint found."""

    @property
    def loosened(self) -> tuple[str, ...]:
        """What the change demands less of rules than its base; the base's demands were judged."""
        return tuple(each.message for each in self.problems if each.check == LOOSENED)
