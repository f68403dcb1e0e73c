"""What rules cost: how many live rules fewer there were without `count: own`, or without a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.advice.change import with_rules
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from mmctl.compiler.packing.packed import Packing
    from mmctl.language.project import LogicalRule, LogicalRuleSet

    Pack: TypeAlias = Callable[[LogicalRuleSet], Packing]

PRICED_AT_MOST: Final = 12
"""Of so many rules the price of each is found, of more that of all together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """How many live rules `count: own` costs, for one rule or for all of them."""

    rules: tuple[LogicalRule, ...]
    live_rules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePrice:
    """What one rule costs: how many live rules there are as it is, without it, and on its own."""

    now: int
    without: int
    alone: int


def prices_of_counting(
    rule_set: LogicalRuleSet, live: Sequence[LogicalRule], packed: Packing, pack: Pack
) -> tuple[Price, ...]:
    """What `count: own` costs: for each of few rules, for many together."""
    own = [rule for rule in live if rule.count_own]
    if not own:
        return ()
    groups = [(rule,) for rule in own] if len(own) <= PRICED_AT_MOST else [tuple(own)]
    return tuple(
        Price(rules=rules, live_rules=len(packed.rules) - len(pack(_any(rule_set, rules)).rules))
        for rules in groups
    )


def price_of(rule_set: LogicalRuleSet, rule: LogicalRule, packed: Packing, pack: Pack) -> RulePrice:
    """What a rule costs among the others."""
    without = pack(with_rules(rule_set, {rule.name: None}))
    now = len(packed.rules)
    if rule.count_own:
        return RulePrice(now=now, without=len(without.rules), alone=now)
    own = pack(with_rules(rule_set, {rule.name: replace(rule, count_own=True)}))
    return RulePrice(now=now, without=len(without.rules), alone=len(own.rules))


def _any(rule_set: LogicalRuleSet, rules: Iterable[LogicalRule]) -> LogicalRuleSet:
    return with_rules(rule_set, {rule.name: replace(rule, count_own=False) for rule in rules})
