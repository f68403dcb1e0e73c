"""Rules that drop by network or recipient alone, as statements of the traffic policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.change import KindOfChange, Remedy, named, with_rules
from mmctl.compiler.denials import CannotDeny, denials_of
from mmctl.counted import counted
from mmctl.model.actions import LEAVES, Does
from mmctl.model.conditions import operand_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project
    from mmctl.model.rules import RuleCondition

_REFUSABLE: Final = frozenset({"source_ip", "recipient"})
_MOVED: Final = 2
"""So many rules that keep mail may have to move below rules that refuse."""


def changes_of_refusals(project: Project, rule_set: LogicalRuleSet) -> Iterator[Remedy]:
    """All that may be refused, without the exceptions that no traffic policy can make."""
    rules = rule_set.live_rules(project.environment.name)
    unless = {rule.name: _left(project, rule) for rule in rules if _may_refuse(rule)}
    able = {name: kept for name, kept in unless.items() if kept is not None}
    found = [rule for rule in rules if rule.name in able]
    above = _above(rules, found)
    if len(above) > _MOVED:
        found = found[: sum(rules.index(rule) < rules.index(above[0]) for rule in found)]
        above = []
    if found:
        yield _refused(found, above, able)


def _above(rules: Sequence[LogicalRule], found: Sequence[LogicalRule]) -> list[LogicalRule]:
    """What is kept or handed on above cannot be refused: those rules have to move below."""
    last = rules.index(found[-1]) if found else 0
    return [rule for rule in rules[:last] if LEAVES & {*rule.does}]


def _refused(
    found: Sequence[LogicalRule],
    above: Sequence[LogicalRule],
    unless: dict[str, tuple[RuleCondition, ...]],
) -> Remedy:
    names = {rule.name for rule in found}
    cut = [rule for rule in found if unless[rule.name] != rule.unless]

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        changed: dict[str, LogicalRule | None] = {
            rule.name: replace(
                rule, refuse=True, rule=rule.rule.changed(unless=unless[rule.name] or None)
            )
            for rule in rule_set.rules
            if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    what = f"write `refuse: true` in {counted(len(found), 'rule')}: {named(found)}"
    if above:
        what += f"; move {named(above)} below {'it' if len(found) == 1 else 'them'}"
    means = "the traffic policy refuses this mail at RCPT, so that no rule does anything with it"
    if cut:
        what += f"; remove the exceptions that a traffic policy cannot make from {named(cut)}"
        means += ", and those exceptions are gone"
    return Remedy(
        kind=KindOfChange.REFUSE,
        short="`refuse: true`, above what keeps mail" if above else "`refuse: true`",
        family="refuse",
        what=what,
        means=means,
        touched=(*found, *above),
        made=made,
    )


def _may_refuse(rule: LogicalRule) -> bool:
    return (
        not rule.refuse
        and not rule.shadow
        and not rule.stop
        and {*rule.does} == {Does.ENDS}
        and len(rule.actions) == 1
        and any(operand_of(each).key == "source_ip" for each in rule.conditions)
        and all(operand_of(each).key in _REFUSABLE for each in (*rule.conditions, *rule.unless))
    )


def _left(project: Project, rule: LogicalRule) -> tuple[RuleCondition, ...] | None:
    """The exceptions that a traffic policy can make; None: it cannot refuse for this rule."""
    if not _can_deny(project, rule, ()):
        return None
    if _can_deny(project, rule, rule.unless):
        return rule.unless
    return tuple(each for each in rule.unless if _can_deny(project, rule, (each,)))


def _can_deny(project: Project, rule: LogicalRule, unless: tuple[RuleCondition, ...]) -> bool:
    changed = replace(rule, refuse=True, rule=rule.rule.changed(unless=unless or None))
    try:
        found = denials_of(
            [changed], project.settings.readings, project.address_lists, shared=False
        )
    except CannotDeny:
        return False
    return bool(found)
