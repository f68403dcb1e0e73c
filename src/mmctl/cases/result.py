"""How a case went, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cases.case import Case
    from mmctl.cases.expectations import Failure
    from mmctl.cases.readings_relied_on import Rest
    from mmctl.judge.trace import Trace
    from mmctl.problem import Problem


class Status(StrEnum):
    """How a case went."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    """Failed, as `todo` says."""
    TODO_PASSED = "todo_passed"
    """Passed, although `todo` says that it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one case went, and why."""

    case: Case
    trace: Trace | None
    """None if the message could not be read. Of a passed case it may leave out rules that surely
    did not apply."""
    failures: tuple[Failure, ...] = ()
    problem: Problem | None = None
    idle: tuple[str, ...] = ()
    """What it states without effect, in sentences."""
    rests: tuple[Rest, ...] = ()
    """The readings that it rests on, if they were requested."""

    @property
    def status(self) -> Status:
        """Whether it passed or failed; a case with `todo` may fail."""
        holds = not self.failures and self.problem is None
        if self.case.todo is None:
            return Status.PASSED if holds else Status.FAILED
        return Status.TODO_PASSED if holds else Status.TODO

    @property
    def passed(self) -> bool:
        """Whether the case passed, or has `todo`."""
        return self.status is not Status.FAILED

    @property
    def ends(self) -> str:
        """How its message ends, in one line: once, if for all recipients alike."""
        if self.trace is None:
            return "its message cannot be read"
        ends = {
            each.recipient: f"{each.outcome} by {each.by}" if each.by else str(each.outcome)
            for each in self.trace.recipients
        }
        if len(set(ends.values())) == 1:
            return next(iter(ends.values()))
        return ", ".join(f"{recipient} {end}" for recipient, end in ends.items())

    def is_unsettled(self, settled: frozenset[str]) -> bool:
        """Whether it rests on readings that the project does not choose."""
        return any(rest.is_open(settled) for rest in self.rests)
