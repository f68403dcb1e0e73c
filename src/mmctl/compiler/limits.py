"""What the service takes at most, held against logical rules; each excess is a problem.

Limits: "Quotas in Amazon SES", section Mail Manager, and the API's own list sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.quotas import QUOTAS
from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

CHECK: Final = "capacity"


def over_capacity(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> Iterator[Problem]:
    """Every way in which the live rules of a set are more than the service takes."""
    for rule in live:
        yield from _rule_problems(rule)
    if len(live) > QUOTAS.rules:
        yield _too_many(
            live[QUOTAS.rules], (), f"rules in rule set `{rule_set.name}`", QUOTAS.rules, len(live)
        )
    handing_on = [
        rule for rule in live for action in rule.actions if action.kind in {"Relay", "Send"}
    ]
    most = QUOTAS.relay_or_send_actions
    if len(handing_on) > most:
        what = f"relay or send actions in rule set `{rule_set.name}`"
        yield _too_many(handing_on[most], (), what, most, len(handing_on))


def _rule_problems(rule: LogicalRule) -> Iterator[Problem]:
    parts: tuple[tuple[str, Sequence[RuleCondition]], ...] = (
        ("Conditions", rule.conditions),
        ("Unless", rule.unless),
    )
    for member, conditions in parts:
        if len(conditions) > QUOTAS.rule_conditions:
            what = "conditions in one rule" if member == "Conditions" else "unless in one rule"
            yield _too_many(rule, (member,), what, QUOTAS.rule_conditions, len(conditions))
        for index, condition in enumerate(conditions):
            values = getattr(condition.value, "values", ())
            if len(values) > QUOTAS.values:
                path = (member, index, condition.kind, "Values")
                yield _too_many(rule, path, "values in one condition", QUOTAS.values, len(values))
    if len(rule.actions) > QUOTAS.rule_actions:
        yield _too_many(
            rule, ("Actions",), "actions in one rule", QUOTAS.rule_actions, len(rule.actions)
        )


def _too_many(rule: LogicalRule, path: Path, what: str, limit: int, got: int) -> Problem:
    try:
        position = rule.positions.at(path) if path else rule.position
    except KeyError:
        position = rule.position
    return Problem(
        check=CHECK,
        severity=Severity.ERROR,
        position=position,
        message=f"rule `{rule.name}`: the service takes {limit} {what}, got {got}",
        help=_ADVICE[what.split(maxsplit=1)[0]],
    )


_ADVICE: Final = {
    "rules": "join rules that do the same, or move some to a rule set of another ingress point",
    "relay": "let one rule relay or send for several conditions",
    "conditions": "put what may stand together into an address list, or use two rules",
    "unless": "put the exceptions into an address list",
    "values": "put the addresses into an address list, or split the rule into two",
    "actions": "split the rule into two with the same conditions",
}
