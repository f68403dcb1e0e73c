"""Which rules the cases show at work: applied, not applied, held back.

Counts and whole percents, never rounded up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmctl.judge.trace import RuleResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.cases.running import CaseResult
    from mmctl.language.project import Project
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """For how many recipients of cases a rule did what."""

    rule_set: str
    rule: str
    position: Position
    applied: int
    not_applied: int
    held_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The rules of an environment, in order, and what the cases show of each."""

    rules: tuple[RuleCoverage, ...]

    @property
    def uncovered(self) -> tuple[RuleCoverage, ...]:
        """The rules that no case applies."""
        return tuple(rule for rule in self.rules if not rule.applied)

    @property
    def percent(self) -> int:
        """Of 100 rules, how many some case applies; 100 only if all are; 100 of none."""
        if not self.rules:
            return 100
        return 100 * (len(self.rules) - len(self.uncovered)) // len(self.rules)


def coverage_of(project: Project, results: Iterable[CaseResult]) -> Coverage:
    """Count what the results of cases show of each rule that lives in the environment."""
    counts: Counter[tuple[str, int, RuleResult]] = Counter(
        (result.case.rule_set, rule.index, rule.result)
        for result in results
        if result.trace is not None
        for recipient in result.trace.recipients
        for rule in recipient.rules
    )
    return Coverage(
        rules=tuple(
            RuleCoverage(
                rule_set=name,
                rule=rule.name,
                position=rule.position,
                applied=counts[name, index, RuleResult.APPLIED],
                not_applied=counts[name, index, RuleResult.NOT_APPLIED],
                held_back=counts[name, index, RuleResult.HELD_BACK],
            )
            for name, rule_set in project.rule_sets.items()
            for index, rule in enumerate(rule_set.live_rules(project.environment.name))
        )
    )
