"""How a project fits the quotas of the service: what it uses of each, and which are used up.

Counting is all that is done here; what pins the order, what rules cost and what to change is asked
in `mmctl.compiler.advice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.quota_uses import (
    account_uses,
    list_uses,
    policy_uses,
    rule_set_uses,
    rule_uses,
)
from mmctl.compiler.packing.packed import LeftOutRule
from mmctl.compiler.refusing import refusing_of
from mmctl.judge.actions import kind_of, target_of
from mmctl.model.kinds import Kind
from mmctl.model.quotas import RULES
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.quota_uses import Use
    from mmctl.compiler.advice.pins import OrderPin
    from mmctl.compiler.advice.prices import Price
    from mmctl.compiler.advice.tried import Advice
    from mmctl.compiler.packing.packed import ActionBound, Packing
    from mmctl.language.project import LogicalRule, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBudget:
    """A live rule, the logical rules whose work it does, and what it uses."""

    live: str
    sources: tuple[LogicalRule, ...]
    step: str = ""
    """How it came to be; empty: as it is written."""
    uses: tuple[Use, ...]

    @property
    def logical(self) -> LogicalRule:
        """The first of the logical rules."""
        return self.sources[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsCost:
    """What the rules of one list of actions cost at least."""

    actions: str
    """The list, in the words of rules."""
    rules: tuple[LogicalRule, ...]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetBudget:
    """A rule set in its environment, as it goes live at one ingress point or all of them."""

    packing: Packing
    logical: tuple[LogicalRule, ...]
    """The rules that live in the environment, in file order."""
    rules: tuple[RuleBudget, ...]
    uses: tuple[Use, ...]
    costs: tuple[ActionsCost, ...] = ()
    """What the lower bound of live rules is made of."""
    left_out: tuple[LeftOutRule, ...] = ()
    """The rules in no live rule: those that packing left out, and those in traffic policies."""
    staying: tuple[LeftOutRule, ...] = ()
    """Rules of `refuse: true` that no traffic policy takes, and why."""
    limit: int = RULES.most
    pins: tuple[OrderPin, ...] = ()
    """The pairs of rules that were asked about: those that keep most live rules apart."""
    pairs: int = 0
    """How many pairs keep live rules apart."""
    prices: tuple[Price, ...] = ()
    advice: Advice | None = None

    @property
    def name(self) -> str:
        """The rule set."""
        return self.packing.rule_set

    @property
    def is_asked_about(self) -> bool:
        """Whether it is packed or does not fit, so that there is more to say than numbers."""
        if self.packing.proof.missing:
            return False  # nothing can be asked
        return self.packing.is_packed or self.cannot_go_live

    @property
    def cannot_go_live(self) -> bool:
        """Whether it does not fit, or what fits is not proved."""
        return not self.packing.is_used


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsBudget:
    """The address lists of the account that belong to the project."""

    written: int
    compiled: int

    @property
    def peak(self) -> int:
        """The most during a change: every compiled list may be new, and the old ones go last."""
        return self.written + 2 * self.compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the project uses in one environment."""

    environment: str
    account: tuple[Use, ...]
    """Of an account and region; what others made there counts too, but is unknown here."""
    rule_sets: tuple[RuleSetBudget, ...]
    policies: tuple[tuple[str, tuple[Use, ...]], ...]
    lists: tuple[tuple[str, Use], ...]
    counted_lists: ListsBudget

    @property
    def uses(self) -> tuple[Use, ...]:
        """All of them."""
        return (
            *self.account,
            *(use for each in self.rule_sets for use in each.uses),
            *(use for each in self.rule_sets for rule in each.rules for use in rule.uses),
            *(use for _, uses in self.policies for use in uses),
            *(use for _, use in self.lists),
        )

    @property
    def fits(self) -> bool:
        """Whether the service would take all of it."""
        over = any(use.over for use in self.uses)
        return not over and not any(each.cannot_go_live for each in self.rule_sets)


def budget_of(project: Project, packings: Sequence[Packing]) -> Budget:
    """What a project uses of the quotas in its environment, with its rule sets as they go live."""
    compiled = {each.name for packing in packings for each in packing.lists}
    refusing = refusing_of(project)
    return Budget(
        environment=project.environment.name,
        account=tuple(_account(project, len(compiled))),
        rule_sets=tuple(_rule_set(project, packing) for packing in packings),
        policies=tuple(
            (name, tuple(policy_uses(refusing.policies.get(name, policy))))
            for name, policy in project.traffic_policies.items()
        ),
        lists=tuple(list_uses(project)),
        counted_lists=ListsBudget(written=len(project.address_lists), compiled=len(compiled)),
    )


def _logical(packing: Packing) -> Iterator[LogicalRule]:
    for each in packing.rules:
        yield from each.sources
    for left_out in packing.left_out:
        yield left_out.rule


def _account(project: Project, compiled: int) -> Iterator[Use]:
    """What the account holds, with the address lists that the compiler makes."""
    for use in account_uses(project):
        is_lists = use.quota.kind is Kind.ADDRESS_LIST
        yield replace(use, used=use.used + compiled) if is_lists and compiled else use


def _rule_set(project: Project, packing: Packing) -> RuleSetBudget:
    rule_set, refusing = project.rule_sets[packing.rule_set], refusing_of(project)
    names = {rule.name for rule in _logical(packing)}
    return RuleSetBudget(
        packing=packing,
        logical=tuple(
            rule
            for rule in rule_set.live_rules(project.environment.name)
            if packing.ingress_point is None or rule.name in names
        ),
        rules=tuple(
            RuleBudget(
                live=each.rule.rule.name or each.rule.name,
                sources=each.sources,
                step=each.step,
                uses=tuple(rule_uses(each.rule)),
            )
            for each in packing.rules
        ),
        uses=tuple(rule_set_uses(rule_set, packing.live)),
        left_out=(
            *packing.left_out,
            *(
                LeftOutRule(rule=each.rule, why=each.told)
                for each in refusing.moved
                if each.rule_set == packing.rule_set
            ),
        ),
        staying=tuple(
            LeftOutRule(rule=each.rule, why=each.why)
            for each in refusing.staying
            if each.rule_set == packing.rule_set
        ),
        costs=tuple(
            ActionsCost(actions=_words(each), rules=each.rules, least=each.least)
            for each in packing.bounds.by_actions
        ),
    )


def _words(bound: ActionBound) -> str:
    said = []
    for action in bound.actions:
        target, kind = target_of(action), kind_of(action, stop=bound.stop)
        said.append(f"{kind}: {target}" if target else kind)
    return ", ".join(said)
