"""Endings `.domain` beside `@domain`, which no address list can hold for all that ends so.

What ends with `.example.org` may be no address: `MAIL FROM:<relay.example.org>`. So rules with them
take a live rule for every ten endings, where others take one for all of their domains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.advice.change import KindOfChange, Remedy, named, parts_of, with_rules
from mmctl.counted import counted
from mmctl.model.conditions import operand_of, values_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.quotas import VALUES
from mmctl.model.shape import with_value
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.change import RuleRun
    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import RuleCondition


def changes_of_domains(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """For rules that do the same, their domains without what is below these."""
    for part in parts_of(rule_set, environment):
        alike: dict[tuple[object, ...], list[LogicalRule]] = {}
        for rule in part.rules:
            if not rule.shadow and not rule.count_own and _below(rule):
                alike.setdefault((rule.actions, rule.stop), []).append(rule)
        for rules in alike.values():
            if len({value for rule in rules for value in _below(rule)}) > VALUES.most // 2:
                yield _without_below(rules, part)


def _below(rule: LogicalRule) -> list[str]:
    """The endings `.domain` of a rule beside their `@domain`."""
    return [value for each in rule.conditions for value in _below_in(each)]


def _below_in(condition: RuleCondition) -> list[str]:
    ends = condition.value.operator is RuleStringOperator.ENDS_WITH
    if not ends or not operand_of(condition).is_address:
        return []
    values = {*values_of(condition)}
    return [
        value for value in values_of(condition) if f"@{value[1:]}" in values and value[0] == "."
    ]


def _cut(condition: RuleCondition) -> RuleCondition:
    below = {*_below_in(condition)}
    if not below:
        return condition
    left = tuple(value for value in values_of(condition) if value not in below)
    return with_value(condition, condition.value.changed(values=left))


def _without_below(rules: Sequence[LogicalRule], part: RuleRun) -> Remedy:
    names = {rule.name for rule in rules}
    first = rules[0]
    below = _below(first)[0]

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed = {
            rule.name: replace(
                rule, rule=rule.rule.changed(conditions=tuple(map(_cut, rule.conditions)))
            )
            for rule in rule_set.rules
            if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    return Remedy(
        kind=KindOfChange.FEWER_VALUES,
        what=f"write `@domain` without `.domain`, such as `@{visible(below[1:])}` alone, in"
        f" {counted(len(rules), 'rule')} of {part.described}, whose domains then are one address"
        f" list: {named(rules)}",
        short="`@domain` without `.domain`",
        means="what is below these domains is no longer taken; one rule with an address list of"
        f" `*@{visible(below[1:])}`, `*{visible(below)}` and so on takes that too",
        family=f"below {first.name}",
        touched=tuple(rules),
        made=made,
    )
