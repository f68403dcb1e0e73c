"""How much of each quota a project uses: what is counted, in one place. No check lives here.

Quotas: `mmctl.model.quotas`. What others have made in the same account counts too; it is not known
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mmctl.analysis.project_conditions import address_attribute
from mmctl.model.actions import row_of
from mmctl.model.enums import IngressPointType
from mmctl.model.kinds import Kind
from mmctl.model.quotas import QUOTAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet, LogicalTrafficPolicy, Project
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path, Placed

_COUNTED: Final = (
    Kind.RULE_SET,
    Kind.TRAFFIC_POLICY,
    Kind.RELAY,
    Kind.ADDRESS_LIST,
    Kind.ARCHIVE,
)
"""Kinds of which an account may have so many, whatever their type."""
_FEWER_ADDRESSES: Final = "put the addresses into an address list, or split the rule into two"
_FEWER_VALUES: Final = "split the rule into two: only addresses can be in an address list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How many there are of something that the service counts, and how many it takes."""

    noun: str
    """What is counted: `archives`."""
    where: str
    """In what: `in an account and region`."""
    used: int
    limit: int
    owner: Placed | None = None
    """What holds them, or the first one too many; None where there are none."""
    path: Path = ()
    advice: str

    @property
    def over(self) -> int:
        """How many there are too many."""
        return max(0, self.used - self.limit)

    @property
    def message(self) -> str:
        """What is wrong where there are too many."""
        return f"the service takes {self.limit:,} {self.noun} {self.where}, got {self.used:,}"


def account_uses(project: Project) -> Iterator[Use]:
    """What the project takes of an account and region."""
    for kind in _COUNTED:
        things = tuple(project.of_kind(kind).values())
        yield _of_account(things, getattr(QUOTAS, kind.value), kind.value.replace("_", " "))
    for type_ in IngressPointType:
        points = tuple(
            point for point in project.ingress_points.values() if point.ingress_point.type is type_
        )
        limit = getattr(QUOTAS, f"{type_.lower()}_ingress_points")
        yield _of_account(points, limit, f"{type_.lower()} ingress points")


def _of_account(things: Sequence[Placed], limit: int, noun: str) -> Use:
    over = len(things) - limit
    return Use(
        noun=noun,
        where="in an account and region",
        used=len(things),
        limit=limit,
        owner=things[min(limit, len(things) - 1)] if things else None,
        advice=f"remove {over}, or use a second account or region",
    )


def policy_uses(policy: LogicalTrafficPolicy) -> Iterator[Use]:
    """What a traffic policy has room for: its statements, and the conditions of each."""
    listed = policy.policy.policy_statements
    yield Use(
        noun="statements",
        where="in a policy",
        used=len(listed),
        limit=QUOTAS.statements,
        owner=policy,
        path=("PolicyStatements", min(QUOTAS.statements, len(listed) - 1)) if listed else (),
        advice="join statements, or put addresses into an address list",
    )
    for index, statement in enumerate(listed):
        path: Path = ("PolicyStatements", index)
        over = len(statement.conditions) > QUOTAS.statement_conditions
        yield Use(
            noun="conditions",
            where="in a statement",
            used=len(statement.conditions),
            limit=QUOTAS.statement_conditions,
            owner=policy,
            path=(*path, "Conditions", QUOTAS.statement_conditions) if over else path,
            advice="split it into two",
        )


def list_uses(project: Project) -> Iterator[tuple[str, Use]]:
    """The addresses of each address list whose members the project holds, by its name."""
    for name, listed in project.address_lists.items():
        if listed.members is not None:
            yield (
                name,
                Use(
                    noun="addresses",
                    where="in an address list",
                    used=len(listed.members),
                    limit=QUOTAS.addresses,
                    owner=listed,
                    path=("members",),
                    advice="use a second list, or a wildcard such as `*@example.com` for many "
                    "addresses",
                ),
            )


def tag_uses(project: Project) -> Iterator[Use]:
    """The tags of each resource."""
    for _, resource in project.resources():
        if resource.tags:
            yield Use(
                noun="tags",
                where="on a resource",
                used=len(resource.tags),
                limit=QUOTAS.tags,
                owner=resource,
                path=("tags",),
                advice="remove some",
            )


def rule_set_uses(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> Iterator[Use]:
    """What a rule set has room for; `live` are its rules in an environment."""
    yield Use(
        noun="rules",
        where=f"in rule set `{rule_set.name}`",
        used=len(live),
        limit=QUOTAS.rules,
        owner=live[min(QUOTAS.rules, len(live) - 1)] if live else None,
        advice="join rules that do the same, or move some to a rule set of another ingress point",
    )
    handing_on = [rule for rule in live for each in rule.actions if row_of(each).handed_on]
    most = QUOTAS.relay_or_send_actions
    yield Use(
        noun="relay or send actions",
        where=f"in rule set `{rule_set.name}`",
        used=len(handing_on),
        limit=most,
        owner=handing_on[min(most, len(handing_on) - 1)] if handing_on else None,
        advice="let one rule relay or send for several conditions",
    )


def rule_uses(rule: LogicalRule) -> Iterator[Use]:
    """What a rule has room for: conditions, exceptions, the values of each, actions."""
    yield from _conditions(
        rule,
        "Conditions",
        rule.conditions,
        "conditions",
        "put what may stand together into an address list, or use two rules",
    )
    yield from _conditions(
        rule,
        "Unless",
        rule.unless,
        "conditions under `unless`",
        "put the exceptions into an address list",
    )
    yield Use(
        noun="actions",
        where="in one rule",
        used=len(rule.actions),
        limit=QUOTAS.rule_actions,
        owner=rule,
        path=("Actions",),
        advice="split the rule into two with the same conditions",
    )


def _conditions(
    rule: LogicalRule, member: str, conditions: Sequence[RuleCondition], noun: str, advice: str
) -> Iterator[Use]:
    yield Use(
        noun=noun,
        where="in one rule",
        used=len(conditions),
        limit=QUOTAS.rule_conditions,
        owner=rule,
        path=(member,),
        advice=advice,
    )
    for index, condition in enumerate(conditions):
        values = getattr(condition.value, "values", None)
        if values is not None:
            yield Use(
                noun="values",
                where="in one condition",
                used=len(values),
                limit=QUOTAS.values,
                owner=rule,
                path=(member, index, condition.kind, "Values"),
                advice=_FEWER_ADDRESSES if address_attribute(condition) else _FEWER_VALUES,
            )
