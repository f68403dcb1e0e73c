"""How much of each quota a project uses: all counting is here. No check lives here.

Quotas: `mmctl.model.quotas`. What others made in the same account counts too, but is unknown
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import addresses_in
from mmctl.language.project import LogicalIngressPoint, LogicalRuleSet
from mmctl.model.actions import row_of
from mmctl.model.conditions import values_of
from mmctl.model.quotas import (
    ACCOUNT_QUOTAS,
    ADDRESSES,
    RELAY_OR_SEND_ACTIONS,
    RULE_ACTIONS,
    RULE_CONDITIONS,
    RULE_EXCEPTIONS,
    RULES,
    STATEMENT_CONDITIONS,
    STATEMENTS,
    TAGS,
    VALUES,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import (
        LogicalRule,
        LogicalTrafficPolicy,
        Project,
        Resource,
    )
    from mmctl.model.enums import IngressPointType
    from mmctl.model.quotas import Quota
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path, Placed

_FEWER_ADDRESSES: Final = "put the addresses into an address list, or split the rule into two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How many there are of something that the service counts, and how many it allows."""

    quota: Quota
    used: int
    owner: Placed | None = None
    """What holds them, or the first one over the limit; None where there are none."""
    path: Path = ()
    where: str
    """The scope: `in an account and region`."""
    advice: str

    @property
    def noun(self) -> str:
        """What is counted: `archives`."""
        return self.quota.noun

    @property
    def limit(self) -> int:
        """How many the service allows."""
        return self.quota.most

    @property
    def over(self) -> int:
        """How many there are too many."""
        return max(0, self.used - self.limit)

    @property
    def message(self) -> str:
        """What is wrong when there are too many."""
        return f"the service takes {self.limit:,} {self.noun} {self.where}, got {self.used:,}"


def _use(
    quota: Quota,
    used: int,
    owner: Placed | None,
    path: Path = (),
    *,
    where: str | None = None,
    advice: str | None = None,
) -> Use:
    return Use(
        quota=quota,
        used=used,
        owner=owner,
        path=path,
        where=where or quota.within,
        advice=(advice or quota.advice).format(over=used - quota.most),
    )


def account_uses(project: Project) -> Iterator[Use]:
    """What the project uses of the quotas of an account and region."""
    for quota in ACCOUNT_QUOTAS:
        things = [
            resource
            for kind, resource in project.resources()
            if kind is quota.kind and (quota.type is None or _type_of(resource) is quota.type)
            for _ in range(_live_ones(project, resource))
        ]
        yield _use(quota, len(things), _first_beyond(quota, things))


def _live_ones(project: Project, resource: Resource) -> int:
    """How many the service holds of it: of a rule set perhaps one for each ingress point."""
    parts = project.parts_of(resource) if isinstance(resource, LogicalRuleSet) else {}
    return len(parts) or 1


def _type_of(resource: Resource) -> IngressPointType | None:
    return resource.ingress_point.type if isinstance(resource, LogicalIngressPoint) else None


def _first_beyond(quota: Quota, things: Sequence[Placed]) -> Placed | None:
    """The first one over the limit, else the last; None if there are none."""
    return things[min(quota.most, len(things) - 1)] if things else None


def policy_uses(policy: LogicalTrafficPolicy) -> Iterator[Use]:
    """What a traffic policy uses: its statements, and the conditions of each."""
    listed = policy.policy.policy_statements
    last = min(STATEMENTS.most, len(listed) - 1)
    yield _use(STATEMENTS, len(listed), policy, ("PolicyStatements", last) if listed else ())
    for index, statement in enumerate(listed):
        path: Path = ("PolicyStatements", index)
        count, most = len(statement.conditions), STATEMENT_CONDITIONS.most
        first_beyond = (*path, "Conditions", most) if count > most else path
        yield _use(STATEMENT_CONDITIONS, count, policy, first_beyond)


def list_uses(project: Project) -> Iterator[tuple[str, Use]]:
    """The addresses of each address list whose members are in the project, by its name."""
    for name, listed in project.address_lists.items():
        if listed.members is not None:
            yield name, _use(ADDRESSES, len(listed.members), listed, ("members",))


def tag_uses(project: Project) -> Iterator[Use]:
    """The tags of each resource."""
    for _, resource in project.resources():
        if resource.tags:
            yield _use(TAGS, len(resource.tags), resource, ("tags",))


def rule_set_uses(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> Iterator[Use]:
    """What a rule set uses; `live` are its rules in an environment."""
    handing_on = [rule for rule in live for each in rule.actions if row_of(each).handed_on]
    where = f"in rule set `{rule_set.name}`"
    for quota, rules in ((RULES, live), (RELAY_OR_SEND_ACTIONS, handing_on)):
        yield _use(quota, len(rules), _first_beyond(quota, rules), where=where)


def fits(rule: LogicalRule) -> bool:
    """Whether a rule uses no more than it may; nearly all rules fit, and need no counting."""
    return (
        len(rule.conditions) <= RULE_CONDITIONS.most
        and len(rule.unless) <= RULE_EXCEPTIONS.most
        and len(rule.actions) <= RULE_ACTIONS.most
        and all(
            len(values_of(condition)) <= VALUES.most
            for condition in (*rule.conditions, *rule.unless)
        )
    )


def rule_uses(rule: LogicalRule) -> Iterator[Use]:
    """What a rule uses: conditions, exceptions, the values of each, actions."""
    yield from _conditions(RULE_CONDITIONS, rule, "Conditions", rule.conditions)
    yield from _conditions(RULE_EXCEPTIONS, rule, "Unless", rule.unless)
    yield _use(RULE_ACTIONS, len(rule.actions), rule, ("Actions",))


def _conditions(
    quota: Quota, rule: LogicalRule, member: str, conditions: Sequence[RuleCondition]
) -> Iterator[Use]:
    yield _use(quota, len(conditions), rule, (member,))
    for index, condition in enumerate(conditions):
        values = values_of(condition)
        if values:
            path = (member, index, condition.kind, "Values")
            advice = _FEWER_ADDRESSES if addresses_in(condition) else None
            yield _use(VALUES, len(values), rule, path, advice=advice)
