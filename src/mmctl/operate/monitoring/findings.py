"""What the watchdog found: numbers for metrics, sentences for people, and what it did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.monitoring.measures import Measured
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_NAMED = 10
"""How many things a finding names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFinding:
    """One fault."""

    measured: Measured
    count: int
    says: str
    """One sentence. It names no addresses of mail: it goes into a log of CodeBuild."""
    details: tuple[str, ...] = ()
    command: str
    """What says more; `ENV` stands for the environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLooked:
    """Something that was not looked at, and why."""

    what: str
    why: str
    fault: bool = True
    """Whether it should have been possible."""


@dataclass(slots=True, kw_only=True)
class WatchReport:
    """All of one run."""

    numbers: dict[Measured, float] = field(default_factory=lambda: {Measured.RUNS: 1.0})
    findings: list[WatchFinding] = field(default_factory=list)
    not_looked: list[NotLooked] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    """What was looked at, in sentences."""

    def count(self, finding: WatchFinding) -> None:
        """Take the number of a look; it is a finding if it is not zero."""
        self.numbers[finding.measured] = float(finding.count)
        if finding.count:
            self.findings.append(finding)

    def look(self, what: str, how: Callable[[], str | None]) -> None:
        """Look at something; what fails is noted and stops nothing else.

        `how` returns a sentence about what was looked at; None: there was nothing to look at.
        """
        from mmctl.errors import MmctlError  # noqa: PLC0415 - every module imports this one

        try:
            said = how()
        except MmctlError as error:
            self.not_looked.append(NotLooked(what=what, why=error.message))
            return
        if said is not None:
            self.looked.append(said)

    def end(self) -> WatchReport:
        """Count what could not be looked at."""
        self.numbers[Measured.BLIND] = float(sum(each.fault for each in self.not_looked))
        return self
