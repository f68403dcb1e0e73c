"""A second ingress point: for which domains, and which rules go there.

The domains are those that conditions on the recipient name. Rules for other domains are not needed
at an ingress point; those that name no recipient are needed at both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.own_domains import domain_of
from mmctl.compiler.advice.change import KindOfChange, Remedy, named
from mmctl.counted import counted
from mmctl.model.comparisons import NEGATED
from mmctl.model.conditions import listed_by, operand_of, values_of
from mmctl.model.enums import RuleBooleanOperator, RuleStringOperator
from mmctl.model.facts import RECIPIENTS
from mmctl.records import replace
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project
    from mmctl.model.rules import RuleCondition

_SHARES: Final = (50, 30, 70)
"""How many of a hundred rules for single domains go to the second ingress point, as tried."""
_SHOWN: Final = 4
"""So many domains a sentence names."""


def second_points(project: Project, rule_set: LogicalRuleSet) -> Iterator[Remedy]:
    """Ways to share the domains between two ingress points; none where rules name one domain."""
    live = rule_set.live_rules(project.environment.name)
    needed = {rule.name: domains for rule in live if (domains := _domains(project, rule))}
    weight: dict[str, int] = {}
    for domains in needed.values():
        for domain in domains:
            weight[domain] = weight.get(domain, 0) + (len(domains) == 1)
    if len(weight) == 1:
        return
    seen: set[frozenset[str]] = set()
    for share in _SHARES:
        there = _chosen(weight, share)
        if there and there not in seen and len(there) < len(weight):
            seen.add(there)
            yield _change(rule_set, live, needed, there, len(weight))


def _chosen(weight: Mapping[str, int], share: int) -> frozenset[str]:
    """Domains that have about a share of the rules for single domains, the largest first."""
    wanted, found = sum(weight.values()) * share / 100, 0
    there: list[str] = []
    for domain in sorted(weight, key=lambda each: (-weight[each], each)):
        if found + weight[domain] <= wanted or not there:
            there.append(domain)
            found += weight[domain]
    return frozenset(there)


def _change(
    rule_set: LogicalRuleSet,
    live: Sequence[LogicalRule],
    needed: Mapping[str, frozenset[str]],
    there: frozenset[str],
    domains: int,
) -> Remedy:
    moved = [rule for rule in live if needed.get(rule.name, frozenset("*")) <= there]
    gone = {rule.name for rule in moved}
    not_there = {name for name, each in needed.items() if not each & there}
    both = len(live) - len(gone) - len(not_there)

    def made(given: LogicalRuleSet) -> tuple[LogicalRuleSet, ...]:
        return tuple(
            replace(given, rules=tuple(rule for rule in given.rules if rule.name not in without))
            for without in (gone, not_there)
        )

    shown = sorted(there)[:_SHOWN]
    more = len(there) - len(shown)
    names = ", ".join(f"`{visible(domain)}`" for domain in shown)
    names += f" and {more:,} more" if more else ""
    return Remedy(
        kind=KindOfChange.SECOND_INGRESS_POINT,
        family="second ingress point",
        what=f"make a second ingress point for {names}, with a traffic policy that allows only"
        f" these recipients, and write `per_ingress_point: true` in rule set"
        f" `{visible(rule_set.name)}`: {_shares(moved, len(not_there), both)}",
        short=f"a second ingress point for {names} with `per_ingress_point: true`:"
        f" {_shares(moved, len(not_there), both)}",
        means=f"the MX records of {counted(len(there), 'domain')} of {domains:,} name another host",
        settings=3,
        made=made,
    )


def _shares(moved: Sequence[LogicalRule], stay: int, both: int) -> str:
    return (
        f"{counted(len(moved), 'rule goes', 'rules go')} there ({named(moved)}),"
        f" {counted(stay, 'stays', 'stay')} behind, {counted(both, 'is', 'are')} needed at both"
    )


def _domains(project: Project, rule: LogicalRule) -> frozenset[str]:
    """The domains to whose recipients alone a rule applies; none: it may apply to any."""
    for condition in rule.conditions:
        found = _domains_in(project, condition)
        if found:
            return found
    return frozenset()


def _domains_in(project: Project, condition: RuleCondition) -> frozenset[str]:
    if operand_of(condition).fact is not RECIPIENTS or condition.value.operator in NEGATED:
        return frozenset()
    listed = listed_by(condition)
    if listed is not None:
        return _of_list(project, condition, listed.address_lists)
    if condition.value.operator not in {RuleStringOperator.EQUALS, RuleStringOperator.ENDS_WITH}:
        return frozenset()
    return _all_of(values_of(condition))


def _of_list(project: Project, condition: RuleCondition, names: Sequence[str]) -> frozenset[str]:
    if condition.value.operator is not RuleBooleanOperator.IS_TRUE:
        return frozenset()
    members: list[str] = []
    for name in names:
        found = project.address_lists.get(name)
        if found is None or not found.members:
            return frozenset()
        members += found.members
    return _all_of(members)


def _all_of(values: Sequence[str]) -> frozenset[str]:
    """The domains of all values; none if one of them has no whole domain."""
    domains = [domain_of(value.removeprefix("*")) for value in values]
    return frozenset(domain for domain in domains if domain) if all(domains) else frozenset()
