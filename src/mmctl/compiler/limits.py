"""The limits of the service, compared with logical rules; each excess is a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.quota_uses import fits, rule_set_uses, rule_uses
from mmctl.language.project import LogicalRule
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.quota_uses import Use
    from mmctl.language.project import LogicalRuleSet

CHECK: Final = "capacity"


def over_capacity(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> Iterator[Problem]:
    """Every way in which the live rules of a set exceed what the service accepts."""
    for rule in live:
        if not fits(rule):
            yield from (_too_many(rule, use) for use in rule_uses(rule) if use.over)
    for use in rule_set_uses(rule_set, live):
        if use.over and isinstance(use.owner, LogicalRule):
            yield _too_many(use.owner, use)


def _too_many(rule: LogicalRule, use: Use) -> Problem:
    try:
        position = rule.positions.at(use.path) if use.path else rule.position
    except KeyError:
        position = rule.position
    return Problem(
        check=CHECK,
        severity=Severity.ERROR,
        position=position,
        message=f"rule `{rule.name}`: {use.message}",
        help=use.advice,
    )
