"""Readings that a case rests on: under another choice its result would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cases.expectations import failures_of
from mmctl.judge.index.index import index_of
from mmctl.judge.readings.matter import AGAINST_THE_GUIDE, other_ways
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.cases.case import Case
    from mmctl.judge.submission import Gateway, Submission
    from mmctl.judge.trace import Trace
    from mmctl.language.project import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChange:
    """The recipient whose outcome another choice would change, if the outcome changes."""

    recipient: str
    outcome: Outcome
    outcome_if_other: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A choice of a reading under which a case would end differently."""

    reading: str
    chosen: str
    other: str
    passes_if_other: bool
    changes: tuple[OutcomeChange, ...]

    def is_open(self, settled: frozenset[str]) -> bool:
        """Whether neither the project nor AWS's own text rules out the other choice."""
        return self.reading not in settled and (self.reading, self.other) != AGAINST_THE_GUIDE

    def __str__(self) -> str:
        changed = ", ".join(
            f"{each.recipient} {each.outcome} → {each.outcome_if_other}" for each in self.changes
        )
        goes = "passes" if self.passes_if_other else "fails"
        return f"depends on `{self.reading}`: {goes} if {self.other}" + (
            f" ({changed})" if changed else ""
        )


def rests_of(
    gateway: Gateway, submission: Submission, case: Case, trace: Trace
) -> tuple[Rest, ...]:
    """The readings where another choice makes a passing case fail, or the reverse."""
    passes = not failures_of(case, trace)
    survey = index_of(gateway).survey(submission)
    return tuple(
        Rest(
            reading=way.reading,
            chosen=way.chosen,
            other=way.other,
            passes_if_other=not passes,
            changes=tuple(_changes(trace, way.trace)),
        )
        for way in other_ways(gateway, submission, trace, case.scenario, asked=survey)
        if (not failures_of(case, way.trace)) is not passes
    )


def _changes(trace: Trace, other: Trace) -> list[OutcomeChange]:
    return [
        OutcomeChange(
            recipient=before.recipient, outcome=before.outcome, outcome_if_other=after.outcome
        )
        for before, after in zip(trace.recipients, other.recipients, strict=True)
        if before.outcome is not after.outcome
    ]
