"""Ways to write one rule as several, or elsewhere."""

from __future__ import annotations

from copy import deepcopy
from itertools import count
from typing import TYPE_CHECKING, Final

from fixture_tree import PART, Plain, listed, lists_of_rules, rules_of, whole_rule_sets
from ways_of_conditions import ANY_OF, FLAGS, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from changing import Copy
    from fixture_tree import Rule, Tree

CHANGES: Final = frozenset({"add_header", "replace_recipient"})
ENDS: Final = frozenset({"drop", "stop"})

# Rules: how many there are, and where they are.


def a_rule_for_each_value(copy: Copy) -> None:
    """A condition with several values as several rules, where mail ends at each of them."""
    _divided(copy, _by_values)


def a_rule_for_each_connection(copy: Copy) -> None:
    """Each rule with a condition as two: one for mail over TLS, and one for the rest.

    What rules below may ask about is left to one rule.
    """
    _divided(copy, _by_connection)


def _divided(copy: Copy, parts: Callable[[Rule], list[Rule]]) -> None:
    for rules in lists_of_rules(copy.tree):
        divided: list[Tree] = []
        for rule in rules:
            found = parts(rule) if isinstance(rule, dict) and "name" in rule else []
            copy.changed |= len(found) > 1
            if len(found) > 1:
                name = str(found[0]["name"])[:28]
                found = [
                    {**part, "name": name + (f"{PART}{number}" if number else "")}
                    for number, part in enumerate(found)
                ]
            divided += found or [rule]
        rules[:] = divided


def _by_values(rule: Rule) -> list[Rule]:
    conditions = listed(rule, "conditions")
    if not _ends(rule):
        return []
    for place, condition in enumerate(conditions):
        parts = split(condition, ANY_OF)
        if len(parts) > 1:
            alone = [deepcopy(rule) for _ in parts]
            for each, part in zip(alone, parts, strict=True):
                each["conditions"] = [*conditions[:place], part, *conditions[place + 1 :]]
            return alone
    return []


def _by_connection(rule: Rule) -> list[Rule]:
    conditions, actions = listed(rule, "conditions"), rule.get("actions", [])
    if isinstance(actions, list) and any(_action(each) in CHANGES for each in actions):
        return []
    if not conditions or any("tls" in each for each in (*conditions, *listed(rule, "unless"))):
        return []
    parts = []
    for flag in FLAGS:
        part = deepcopy(rule)
        part["conditions"] = [*conditions, {"tls": Plain(flag)}]
        parts.append(part)
    return parts


def _ends(rule: Rule) -> bool:
    actions = rule.get("actions", [])
    return isinstance(actions, list) and any(_action(each) in ENDS for each in actions)


def _action(action: Tree) -> str:
    return next(iter(action)) if isinstance(action, dict) else str(action)


def in_phases(copy: Copy) -> None:
    """Each rule in a phase of its own, which has the conditions and exceptions."""
    number = count(1)
    for rules in whole_rule_sets(copy.tree):
        for place, rule in enumerate(rules):
            if isinstance(rule, dict) and "name" in rule:
                sides: dict[str, Tree] = {
                    side: rule.pop(side) for side in ("conditions", "unless") if side in rule
                }
                rules[place] = {"phase": f"phase-{next(number)}", **sides, "rules": [rule]}
                copy.changed = True


def in_other_files(copy: Copy) -> None:
    """Each rule in a file of its own, which the rule set includes."""
    number = count(1)
    for rules in whole_rule_sets(copy.tree):
        for place, rule in enumerate(rules):
            if isinstance(rule, dict) and "name" in rule:
                file = f"part-{next(number)}.yaml"
                copy.files[file] = {"version": Plain("1"), "rules": [rule]}
                rules[place] = {"include": [file]}
                copy.changed = True


def in_another_environment(copy: Copy) -> None:
    """The rules for another environment alone."""
    for rule in rules_of(copy.tree):
        rule["environments"] = [Plain("prod")]
        copy.changed = True
    copy.environment = "prod"
