"""Judges many messages by one gateway, with the same result as the evaluator, but no trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmctl.judge.judged import JudgedMessage
from mmctl.judge.judging import judge
from mmctl.judge.readings.matter import readings_that_matter

if TYPE_CHECKING:
    from mmctl.judge.submission import Gateway, Scenario, Submission


@dataclass(slots=True, kw_only=True)
class Index:
    """A gateway, compiled."""

    gateway: Gateway
    scenario: Scenario | None = None
    assume_pass: bool = False
    readings: bool = True
    """Whether to find the readings that matter too."""
    evaluated: int = 0
    """The messages that were left to the evaluator."""

    def judge(self, submission: Submission) -> JudgedMessage:
        """Judge one message; never fails on a message."""
        self.evaluated += 1
        trace = judge(self.gateway, submission, self.scenario, assume_pass=self.assume_pass)
        dependences = (
            readings_that_matter(
                self.gateway, submission, trace, self.scenario, assume_pass=self.assume_pass
            )
            if self.readings
            else ()
        )
        return JudgedMessage.of(trace, dependences)
