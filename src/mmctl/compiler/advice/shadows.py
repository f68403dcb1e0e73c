"""Shadow rules, which take a live rule each: fewer of them at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.change import KindOfChange, Remedy, named, with_rules
from mmctl.counted import counted
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet

_KEPT: Final = (10, 5, 2, 0)
"""So many shadow rules may stay, as tried."""


def changes_of_shadows(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """Trials that wait until there is room: all of them, or all but the first few."""
    rules = [rule for rule in rule_set.live_rules(environment) if rule.shadow]
    for kept in _KEPT:
        if kept < len(rules):
            yield _resting(rules[kept:], kept)


def _resting(rules: Sequence[LogicalRule], kept: int) -> Remedy:
    names = {rule.name for rule in rules}

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed = {
            rule.name: replace(rule, enabled=False) for rule in rule_set.rules if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    others = f", {kept} others stay" if kept else ""
    return Remedy(
        kind=KindOfChange.SHADOW,
        what=f"write `enabled: false` in {counted(len(rules), 'rule')} of `shadow: true`{others}:"
        f" {named(rules)}",
        short="`enabled: false` beside `shadow: true`",
        means="each takes a live rule for its mark alone: try a few at a time; those that you are"
        " sure of may act instead and become one with others",
        family="shadow",
        touched=tuple(rules),
        made=made,
    )
