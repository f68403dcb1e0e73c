"""How a project fits the quotas of the service: what it uses of each, and which are used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.quota_uses import (
    account_uses,
    list_uses,
    policy_uses,
    rule_set_uses,
    rule_uses,
)
from mmctl.model.quotas import RULES
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.analysis.quota_uses import Use
    from mmctl.language.project import LogicalRule, LogicalRuleSet, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBudget:
    """A live rule, the logical rule that it is compiled from, and what it uses."""

    live: str
    logical: LogicalRule
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetBudget:
    """A rule set in its environment."""

    name: str
    rules: tuple[RuleBudget, ...]
    uses: tuple[Use, ...]
    limit: int = RULES.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the project uses in one environment."""

    environment: str
    account: tuple[Use, ...]
    """Of an account and region; what others made there counts too, but is unknown here."""
    rule_sets: tuple[RuleSetBudget, ...]
    policies: tuple[tuple[str, tuple[Use, ...]], ...]
    lists: tuple[tuple[str, Use], ...]

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


def budget_of(project: Project) -> Budget:
    """What a project uses of the quotas in its environment."""
    return Budget(
        environment=project.environment.name,
        account=tuple(account_uses(project)),
        rule_sets=tuple(
            _rule_set(rule_set, project.environment.name) for rule_set in project.rule_sets.values()
        ),
        policies=tuple(
            (name, tuple(policy_uses(policy))) for name, policy in project.traffic_policies.items()
        ),
        lists=tuple(list_uses(project)),
    )


def _rule_set(rule_set: LogicalRuleSet, environment: str) -> RuleSetBudget:
    live = rule_set.live_rules(environment)
    return RuleSetBudget(
        name=rule_set.name,
        rules=tuple(
            RuleBudget(live=rule.rule.name or rule.name, logical=rule, uses=tuple(rule_uses(rule)))
            for rule in live
        ),
        uses=tuple(rule_set_uses(rule_set, live)),
    )
