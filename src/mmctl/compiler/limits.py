"""What the service takes at most, held against logical rules; each excess is a problem.

Limits: "Quotas in Amazon SES", section Mail Manager, and the API's own list sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.model.rules import RuleCondition
    from mmctl.problem import Path

CHECK: Final = "capacity"

MAX_RULES: Final = 40
MAX_VALUES: Final = 10
MAX_CONDITIONS: Final = 10
MAX_ACTIONS: Final = 10
MAX_OUTGOING_ACTIONS: Final = 10
"""Relay and send actions in one rule set, each kind counted by itself."""


def over_capacity(rule_set: LogicalRuleSet, live: Sequence[LogicalRule]) -> Iterator[Problem]:
    """Every way in which the live rules of a set are more than the service takes."""
    for rule in live:
        yield from _rule_problems(rule)
    if len(live) > MAX_RULES:
        yield _too_many(
            live[MAX_RULES], (), f"rules in rule set `{rule_set.name}`", MAX_RULES, len(live)
        )
    for kind in ("Relay", "Send"):
        using = [rule for rule in live for action in rule.actions if action.kind == kind]
        if len(using) > MAX_OUTGOING_ACTIONS:
            what = f"{kind.lower()} actions in rule set `{rule_set.name}`"
            yield _too_many(using[MAX_OUTGOING_ACTIONS], (), what, MAX_OUTGOING_ACTIONS, len(using))


def _rule_problems(rule: LogicalRule) -> Iterator[Problem]:
    parts: tuple[tuple[str, Sequence[RuleCondition]], ...] = (
        ("Conditions", rule.conditions),
        ("Unless", rule.unless),
    )
    for member, conditions in parts:
        if len(conditions) > MAX_CONDITIONS:
            what = "conditions in one rule" if member == "Conditions" else "unless in one rule"
            yield _too_many(rule, (member,), what, MAX_CONDITIONS, len(conditions))
        for index, condition in enumerate(conditions):
            values = getattr(condition.value, "values", ())
            if len(values) > MAX_VALUES:
                path = (member, index, condition.kind, "Values")
                yield _too_many(rule, path, "values in one condition", MAX_VALUES, len(values))
    if len(rule.actions) > MAX_ACTIONS:
        yield _too_many(rule, ("Actions",), "actions in one rule", MAX_ACTIONS, len(rule.actions))


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
    "relay": "let one rule relay for several conditions, or use fewer relays in this rule set",
    "send": "let one rule send for several conditions",
    "conditions": "put what may stand together into an address list, or use two rules",
    "unless": "put the exceptions into an address list",
    "values": "put the addresses into an address list, or split the rule into two",
    "actions": "split the rule into two with the same conditions",
}
