"""Where one rule is in the packing of its rule set, with which others, and what it costs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.compiler.advice.asking import pairs_of, with_messages
from mmctl.compiler.advice.pins import ALL, SHOWN
from mmctl.compiler.advice.prices import price_of
from mmctl.errors import UsageError
from mmctl.language.text.suggest import did_you_mean
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.advice.asking import BudgetQuestions
    from mmctl.compiler.advice.pins import OrderPin
    from mmctl.compiler.advice.prices import RulePrice
    from mmctl.compiler.budget import Budget, RuleBudget, RuleSetBudget
    from mmctl.compiler.packing.packed import LeftOutRule
    from mmctl.language.project import LogicalRule, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlace:
    """One logical rule, or one live rule, in the packing of one rule set."""

    name: str
    rule_set: RuleSetBudget
    rule: LogicalRule | None
    """None: a live rule was named."""
    live: tuple[RuleBudget, ...]
    """The live rules that hold it, or the one that was named."""
    left_out: LeftOutRule | None = None
    price: RulePrice | None = None
    pins: tuple[OrderPin, ...] = ()
    """The pairs that keep it, or a live rule that holds it, apart from others."""


def places_in(
    project: Project, budget: Budget, name: str, asking: BudgetQuestions
) -> tuple[RulePlace, ...]:
    """Where a rule is: in each rule set, and for each ingress point with a packing of its own.

    Raises:
        UsageError: no rule has that name.
    """
    find = partial(_in_rule_set, project, name, asking)
    found = tuple(place for each in budget.rule_sets if (place := find(each)) is not None)
    if found:
        return found
    known = {name for each in budget.rule_sets for name in _names(project, each)}
    raise UsageError(
        f"there is no rule and no live rule `{name}` in environment `{budget.environment}`",
        help=did_you_mean(name, sorted(known)) or "`mmctl budget --verbose` lists them",
    )


def _names(project: Project, budget: RuleSetBudget) -> Iterator[str]:
    yield from (rule.name for rule in project.rule_sets[budget.name].rules)
    yield from (rule.live for rule in budget.rules)


def _in_rule_set(
    project: Project, name: str, asking: BudgetQuestions, budget: RuleSetBudget
) -> RulePlace | None:
    rule = next((each for each in budget.logical if each.name == name), None)
    if rule is None:
        live = tuple(each for each in budget.rules if each.live == name)
        return _of_live(project, name, asking, budget, live) if live else None
    return RulePlace(
        name=name,
        rule_set=budget,
        rule=rule,
        live=tuple(each for each in budget.rules if _holds(each, name)),
        left_out=next((each for each in budget.left_out if each.rule.name == name), None),
        price=price_of(
            project.rule_sets[budget.name],
            rule,
            budget.packing,
            asking.packer(project, budget),
        ),
        pins=_pins(project, budget, asking, {name}),
    )


def _of_live(
    project: Project,
    name: str,
    asking: BudgetQuestions,
    budget: RuleSetBudget,
    live: tuple[RuleBudget, ...],
) -> RulePlace:
    held = {rule.name for each in live for rule in each.sources}
    pins = _pins(project, budget, asking, held)
    return RulePlace(name=name, rule_set=budget, rule=None, live=live, pins=pins)


def _holds(live: RuleBudget, name: str) -> bool:
    return any(each.name == name for each in live.sources)


def _pins(
    project: Project, budget: RuleSetBudget, asking: BudgetQuestions, names: set[str]
) -> tuple[OrderPin, ...]:
    pairs = [
        each
        for each in pairs_of(project, budget)
        if each.above.name in names or each.below.name in names
    ]
    return with_messages(project, budget, pairs[: ALL if asking.every else SHOWN], asking)
