"""Changes of settings and exceptions: what a phase shares, duplicates, counts, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.actions import skeleton_of
from mmctl.compiler.advice.change import (
    KindOfChange,
    Remedy,
    at,
    named,
    parts_of,
    with_rules,
)
from mmctl.counted import counted
from mmctl.model.actions import BLOCKS, Does
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import operand_of, values_of
from mmctl.model.quotas import RULE_EXCEPTIONS, VALUES
from mmctl.model.shape import with_value
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.compiler.advice.change import RuleRun
    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import RuleCondition

_SEVERAL: Final = 2
_FEW: Final = 5
"""So many values somebody may find superfluous."""


def changes_of_settings(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """Exceptions that a phase shares, copies made once, rules without a count, fewer values."""
    parts = parts_of(rule_set, environment)
    for part in parts:
        yield from _shared_exceptions(part)
        yield from _fewer_values(part)
    yield from _duplicates(rule_set, parts)
    yield from _counted_together(parts)


def _shared_exceptions(part: RuleRun) -> Iterator[Remedy]:
    """For rules that could be one but for their exceptions, those of all of them.

    Their actions may differ in what may be made the same too.
    """
    alike: dict[tuple[object, ...], list[LogicalRule]] = {}
    for rule in part.rules:
        looks = frozenset(operand_of(each) for each in rule.conditions)
        if not rule.shadow and not rule.count_own:
            alike.setdefault((skeleton_of(rule.actions), rule.stop, looks), []).append(rule)
    for rules in alike.values():
        if len({rule.unless for rule in rules}) > 1:
            yield from _same_exceptions(rules, part)


def _same_exceptions(rules: Sequence[LogicalRule], part: RuleRun) -> Iterator[Remedy]:
    written = tuple(dict.fromkeys(each for rule in rules for each in rule.unless))
    touched = [rule for rule in rules if {*rule.unless} != {*written}]
    if len(written) > RULE_EXCEPTIONS.most:
        return
    names = {rule.name for rule in touched}

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed = {
            rule.name: replace(rule, rule=rule.rule.changed(unless=written))
            for rule in rule_set.rules
            if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    yield Remedy(
        kind=KindOfChange.SHARED_EXCEPTIONS,
        short=f"the same `unless` as what does the same as `{visible(rules[0].name)}`",
        family=f"exceptions {rules[0].name}",
        what=f"give the {counted(len(rules), 'rule')} of {part.described} that do what"
        f" `{visible(rules[0].name)}` ({at(rules[0].position)}) does the same `unless`, best at"
        f" the phase: that changes {named(touched)}",
        means="an exception of one of them is then one of all of them",
        touched=tuple(touched),
        made=made,
    )


def _duplicates(rule_set: LogicalRuleSet, parts: Sequence[RuleRun]) -> Iterator[Remedy]:
    """Copies of one message that are made once, however many rules make them."""
    copies = [
        rule
        for part in parts
        for rule in part.rules
        if {*rule.does} & {Does.STORES, Does.PUBLISHES, Does.DELIVERS, Does.MARKS}
    ]
    if rule_set.duplicates_ignored or len(copies) < _SEVERAL:
        return

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        return (replace(rule_set, duplicates_ignored=True),)

    yield Remedy(
        kind=KindOfChange.DUPLICATES,
        short=f"`duplicates: ignore` in rule set `{visible(rule_set.name)}`"
        f" ({at(rule_set.position)})",
        family="duplicates",
        what=f"write `duplicates: ignore` in rule set `{visible(rule_set.name)}`"
        f" ({at(rule_set.position)})",
        means="mail that several rules archive, copy, mark or relay alike gets it once",
        settings=1,
        made=made,
    )


def _counted_together(parts: Sequence[RuleRun]) -> Iterator[Remedy]:
    """Rules that need no live rule of their own."""
    own = [rule for part in parts for rule in part.rules if rule.count_own]
    if not own:
        return
    names = {rule.name for rule in own}

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed = {
            rule.name: replace(rule, count_own=False)
            for rule in rule_set.rules
            if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    yield Remedy(
        kind=KindOfChange.COUNT_ANY,
        short="no `count: own`",
        family="count",
        what=f"remove `count: own` of {counted(len(own), 'rule')}: {named(own)}",
        means="logs then say `one of` several rules for these",
        touched=tuple(own),
        made=made,
    )


def _fewer_values(part: RuleRun) -> Iterator[Remedy]:
    """A few values less, where the last of ten in a live rule are few."""
    groups: dict[tuple[object, ...], list[LogicalRule]] = {}
    for rule in part.rules:
        key = _of_few_values(rule)
        if key is not None:
            groups.setdefault(key, []).append(rule)
    for rules in groups.values():
        values = list(dict.fromkeys(v for rule in rules for v in values_of(rule.conditions[0])))
        over = len(values) % VALUES.most
        if len(values) > VALUES.most and 0 < over <= _FEW:
            yield _without(rules, values, over, part)


def _of_few_values(rule: LogicalRule) -> tuple[object, ...] | None:
    """What rules must share for their values to be in one live rule; None: lists hold those."""
    if len(rule.conditions) != 1 or rule.shadow or rule.count_own:
        return None
    condition = rule.conditions[0]
    operand, operator = operand_of(condition), condition.value.operator
    if operand.is_address or operator in NEGATED or not values_of(condition):
        return None
    bare = with_value(condition, condition.value.changed(values=()))
    return rule.actions, rule.unless, bare, frozenset(rule.does) & BLOCKS


def _without(
    rules: Sequence[LogicalRule], values: Sequence[str], over: int, part: RuleRun
) -> Remedy:
    gone = frozenset(values[-over:])
    touched = [rule for rule in rules if gone & {*values_of(rule.conditions[0])}]
    operand = operand_of(rules[0].conditions[0]).key
    lives = (len(values) - over) // VALUES.most

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        names = {rule.name for rule in touched}
        changed = {rule.name: _cut(rule, gone) for rule in rule_set.rules if rule.name in names}
        return (with_rules(rule_set, changed),)

    return Remedy(
        kind=KindOfChange.FEWER_VALUES,
        short=f"{counted(over, 'value')} of `{operand}` less",
        family=f"values {operand} {rules[0].name}",
        what=f"remove {counted(over, 'value')} of `{operand}` from the"
        f" {counted(len(rules), 'rule')} of {part.described} with the same actions:"
        f" {len(values):,} values take a live rule more than {lives * VALUES.most:,}, such as"
        f" {_some(values[-over:])} in {named(touched)}",
        means="mail with these values is no longer caught by them",
        touched=tuple(touched),
        made=made,
    )


def _cut(rule: LogicalRule, gone: frozenset[str]) -> LogicalRule | None:
    """The rule without some values; None: none is left."""
    condition: RuleCondition = rule.conditions[0]
    left = tuple(value for value in values_of(condition) if value not in gone)
    if not left:
        return None
    cut = with_value(condition, condition.value.changed(values=left))
    return replace(rule, rule=rule.rule.changed(conditions=(cut,)))


def _some(values: Sequence[str]) -> str:
    return ", ".join(f"`{visible(value)}`" for value in values)
