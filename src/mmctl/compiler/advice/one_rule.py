"""Rules that pair values, such as a sender and its network, as one rule with all of the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.change import KindOfChange, Remedy, named, parts_of, with_rules
from mmctl.counted import counted
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import operand_of, values_of
from mmctl.model.quotas import VALUES
from mmctl.model.shape import with_value
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.change import RuleRun
    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import RuleCondition

_PAIR: Final = 2
"""So many conditions must differ: rules that differ in one become one live rule as they are."""


def changes_of_pairs(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """For a few rules that do the same for pairs of values, one rule."""
    for part in parts_of(rule_set, environment):
        alike: dict[tuple[object, ...], list[LogicalRule]] = {}
        for rule in part.rules:
            if not rule.shadow and not rule.count_own:
                looks = tuple(map(_looks, rule.conditions))
                alike.setdefault((rule.actions, rule.stop, rule.unless, looks), []).append(rule)
        for rules in alike.values():
            if 1 < len(rules) <= VALUES.most and len(_apart(rules)) >= _PAIR:
                yield _one_of(rules, part)


def _looks(condition: RuleCondition) -> RuleCondition:
    """A condition without the values that another one may have too."""
    if condition.value.operator in NEGATED or not values_of(condition):
        return condition
    return with_value(condition, condition.value.changed(values=()))


def _apart(rules: Sequence[LogicalRule]) -> list[int]:
    """The places of the conditions that are not the same in all rules."""
    columns = zip(*(rule.conditions for rule in rules), strict=True)
    return [place for place, column in enumerate(columns) if len({*column}) > 1]


def _one_of(rules: Sequence[LogicalRule], part: RuleRun) -> Remedy:
    first = rules[0]
    columns = zip(*(rule.conditions for rule in rules), strict=True)
    conditions = tuple(_joined(column) for column in columns)

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed: dict[str, LogicalRule | None] = dict.fromkeys(rule.name for rule in rules[1:])
        changed |= {
            rule.name: replace(rule, rule=rule.rule.changed(conditions=conditions))
            for rule in rule_set.rules
            if rule.name == first.name
        }
        return (with_rules(rule_set, changed),)

    one, other = (first.conditions[place] for place in _apart(rules)[:_PAIR])
    fields = " and ".join(f"`{operand_of(each).key}`" for each in (one, other))
    mixed = next(rule for rule in rules if rule.conditions[_apart(rules)[1]] != other)
    values = (one, mixed.conditions[_apart(rules)[1]])
    example = " with ".join(f"`{visible(str(values_of(each)[0]))}`" for each in values)
    return Remedy(
        kind=KindOfChange.ONE_RULE,
        what=f"make one rule of {counted(len(rules), 'rule')} of {part.described}, with all values"
        f" of {fields}: {named(rules)}",
        short=f"one rule with all values of {fields}",
        means=f"it takes every pair of them, such as {example}",
        family=f"one rule {first.name}",
        touched=tuple(rules),
        made=made,
    )


def _joined(column: Sequence[RuleCondition]) -> RuleCondition:
    """A condition with the values of several that look at the same."""
    if len({*column}) == 1:
        return column[0]
    values = tuple(dict.fromkeys(value for each in column for value in values_of(each)))
    return with_value(column[0], column[0].value.changed(values=values))
