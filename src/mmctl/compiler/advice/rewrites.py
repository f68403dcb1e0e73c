"""Rules that rewrite a recipient so that a rule below routes it, as routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.compiler.advice.change import KindOfChange, Remedy, at, named, with_rules
from mmctl.counted import counted
from mmctl.model.actions import Does, row_of
from mmctl.model.conditions import listed_by, operand_of, values_of
from mmctl.model.enums import RuleStringOperator
from mmctl.model.facts import RECIPIENTS
from mmctl.model.rules import ReplaceRecipientAction
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet


def changes_of_rewrites(rule_set: LogicalRuleSet, environment: str) -> Iterator[Remedy]:
    """For each route to which rules rewrite recipients, that they hand on the mail themselves."""
    live = rule_set.live_rules(environment)
    by_route: dict[str, list[LogicalRule]] = {}
    for place, rule in enumerate(live):
        to = _rewritten_to(rule)
        route = None if to is None else _route_of(to, live[place + 1 :])
        if route is not None:
            by_route.setdefault(route.name, []).append(rule)
    routes = {rule.name: rule for rule in live}
    for name, rules in by_route.items():
        yield _routed(rules, routes[name])


def _rewritten_to(rule: LogicalRule) -> str | None:
    """The one address that a rule puts in place of the recipient, if it does nothing else."""
    if rule.shadow or rule.stop or len(rule.actions) != 1:
        return None
    value = rule.actions[0].value
    if not isinstance(value, ReplaceRecipientAction):
        return None
    addresses = value.replace_with
    return addresses[0] if addresses is not None and len(addresses) == 1 else None


def _route_of(address: str, below: Sequence[LogicalRule]) -> LogicalRule | None:
    """The first rule below that hands on what is for an address, and ends it."""
    for rule in below:
        ends = rule.stop or Does.ENDS in rule.does
        hands_on = any(row_of(action).handed_on for action in rule.actions)
        if hands_on and ends and not rule.shadow and not rule.unless and _is_for(rule, address):
            return rule
    return None


def _is_for(rule: LogicalRule, address: str) -> bool:
    """Whether strings in the only condition of a rule say that it is for an address."""
    if len(rule.conditions) != 1:
        return False
    (condition,) = rule.conditions
    if operand_of(condition).fact is not RECIPIENTS or listed_by(condition) is not None:
        return False
    values = [value.casefold() for value in values_of(condition)]
    if condition.value.operator is RuleStringOperator.EQUALS:
        return address.casefold() in values
    return condition.value.operator is RuleStringOperator.ENDS_WITH and address.casefold().endswith(
        tuple(values)
    )


def _routed(rules: Sequence[LogicalRule], route: LogicalRule) -> Remedy:
    names = {rule.name for rule in rules}

    def made(rule_set: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        # As the route is by now: its relay may have been changed before.
        now = next((rule for rule in rule_set.rules if rule.name == route.name), route)
        changed: dict[str, LogicalRule | None] = {
            rule.name: replace(rule, stop=now.stop, rule=rule.rule.changed(actions=now.actions))
            for rule in rule_set.rules
            if rule.name in names
        }
        return (with_rules(rule_set, changed),)

    return Remedy(
        kind=KindOfChange.ROUTE,
        family=f"rewrites {route.name}",
        what=f"give {counted(len(rules), 'rule')} the actions of `{visible(route.name)}`"
        f" ({at(route.position)}) instead of another recipient: {named(rules)}",
        short=f"the actions of `{visible(route.name)}`, not another recipient,",
        means="this mail keeps the address it was sent to, which that server must take too",
        touched=tuple(rules),
        made=made,
    )
