"""The same rules in other spellings: a function for each way to write them otherwise.

Each changes a file wherever its way applies, and only where the mail that rules are for stays the
same; the caller proves that it did.
"""

from __future__ import annotations

import ipaddress
import re
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

from fixture_tree import (
    PART,
    Plain,
    listed,
    lists_of_rules,
    rules_of,
    statements_of,
    text_of,
    whole_rule_sets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fixture_tree import Rule, Tree

OPPOSITES: Final = {
    "equals": "not_equals",
    "verdict_equals": "verdict_not_equals",
    "in_address_list": "not_in_address_list",
    "cidr_matches": "not_cidr_matches",
    "less_than": "greater_than_or_equal",
    "greater_than": "less_than_or_equal",
}
OPPOSITES_BOTH_WAYS: Final = OPPOSITES | {value: key for key, value in OPPOSITES.items()}
FLAGS: Final = {"true": "false", "false": "true"}
VERDICTS: Final = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")
ENVELOPE: Final = frozenset({"recipient", "mail_from"})
SINGLE: Final = ENVELOPE | {"helo"}
NOT_TEXT: Final = frozenset({"spf", "dkim", "dmarc_policy", "source_ip", "message_size", "add_on"})
ADDRESS: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
DOMAIN: Final = re.compile(r"@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
CHANGES: Final = frozenset({"add_header", "replace_recipient"})
ENDS: Final = frozenset({"drop", "stop"})


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """A project that says the same in other words."""

    files: Mapping[str, str]
    """The rules, by path below the folder of rules."""
    settings: str = ""
    """What its project file says besides."""
    environment: str = "local"


@dataclass
class _Copy:
    """A file that is being changed."""

    tree: dict[str, Tree]
    changed: bool = False
    settings: dict[str, Tree] = field(default_factory=dict)
    files: dict[str, Tree] = field(default_factory=dict)
    environment: str = "local"

    def spelling(self) -> Spelling | None:
        if not self.changed:
            return None
        files = {name: text_of(tree) for name, tree in self.files.items()}
        return Spelling(
            files={"rules.yaml": text_of(self.tree), **files},
            settings=text_of(self.settings) if self.settings else "",
            environment=self.environment,
        )


def spellings(tree: dict[str, Tree]) -> Iterator[tuple[str, Spelling]]:
    """The spellings of a file, each with the name of its way."""
    for name, respell in WAYS.items():
        copy = _Copy(deepcopy(tree))
        respell(copy)
        spelling = copy.spelling()
        if spelling is not None:
            yield name, spelling


# The other side: a condition is the exception of its opposite.


def on_the_other_side(copy: _Copy) -> None:
    """Conditions under `unless` as their opposites, and exceptions as conditions."""
    for rule in rules_of(copy.tree):
        sides: dict[str, list[Tree]] = {"conditions": [], "unless": []}
        for side, other in (("conditions", "unless"), ("unless", "conditions")):
            for each in listed(rule, side):
                opposite = _opposite(each)
                sides[side if opposite is None else other].append(opposite or each)
                copy.changed |= opposite is not None
        for side, conditions in sides.items():
            rule.pop(side, None)
            if conditions:
                rule[side] = conditions


def _opposite(condition: dict[str, Tree]) -> dict[str, Tree] | None:
    """The condition that holds where this one does not; None: there is none."""
    ((key, compared),) = condition.items()
    if isinstance(compared, str):
        return {key: Plain(FLAGS[compared])}
    if not isinstance(compared, dict) or key == "add_on":
        return None
    if not OPPOSITES_BOTH_WAYS.keys() & compared.keys():
        return None
    return {key: {OPPOSITES_BOTH_WAYS.get(name, name): value for name, value in compared.items()}}


# Values: where they are written, how, and in which order.


def all_other_verdicts(copy: _Copy) -> None:
    """`equals` as `not_equals` the other verdicts."""
    for condition in _conditions(copy.tree):
        for key in ("spf", "dkim"):
            compared = condition.get(key)
            if isinstance(compared, dict):
                ((operator, value),) = compared.items()
                rest: list[Tree] = [each for each in VERDICTS if each not in _several(value)]
                if rest:
                    condition[key] = {OPPOSITES_BOTH_WAYS[operator]: rest}
                    copy.changed = True


def in_lists(copy: _Copy) -> None:
    """Addresses and domains of the envelope as members of address lists."""
    lists: dict[str, Tree] = {}
    for key, compared in _compared(copy.tree, ENVELOPE):
        ((operator, value),) = compared.items()
        values = _several(value)
        member = ADDRESS if operator in {"equals", "not_equals"} else DOMAIN
        if operator in {"starts_with", "contains"} or not all(map(member.fullmatch, values)):
            continue
        if "list" in operator:
            continue
        star = "*" if operator == "ends_with" else ""
        name = f"spelled-{key.replace('_', '-')}-{len(lists) + 1}"
        members: list[Tree] = [f"{star}{each}" for each in values]
        lists[name] = {"members": members}
        negated = operator == "not_equals"
        compared.clear()
        compared["not_in_address_list" if negated else "in_address_list"] = Plain(name)
    if lists:
        before = copy.tree.get("address_lists", {})
        assert isinstance(before, dict)
        copy.tree["address_lists"] = {**before, **lists}
        copy.changed = True


def in_variables(copy: _Copy) -> None:
    """Every value as a variable, and several as one variable that is a list."""
    variables: dict[str, Tree] = {}
    for compared in _all_compared(copy.tree):
        for operator, value in compared.items():
            if operator in _NO_VALUES or not isinstance(value, str | list):
                continue
            name = f"v{len(variables) + 1}"
            variables[name] = value
            alone = f"${{vars.{name}}}"
            compared[operator] = [alone] if isinstance(value, list) else alone
    if variables:
        copy.settings["vars"] = variables
        copy.changed = True


_NO_VALUES: Final = frozenset({"name", "field", "attribute", "is", "minimum"})


def in_other_order(copy: _Copy) -> None:
    """Values and conditions from the last to the first."""
    for compared in _all_compared(copy.tree):
        for operator, value in compared.items():
            if isinstance(value, list) and len(value) > 1:
                compared[operator] = value[::-1]
                copy.changed = True
    for holder, key in _holders(copy.tree):
        several = holder.get(key)
        if isinstance(several, list) and len(several) > 1:
            holder[key] = several[::-1]
            copy.changed = True


def in_other_case(copy: _Copy) -> None:
    """Texts in capital letters, and the words of the service in small ones."""
    for key, compared in _keyed(copy.tree):
        for operator, value in compared.items():
            if operator in _NO_VALUES or "list" in operator or isinstance(value, dict):
                continue
            if key in {"message_size", "source_ip", "sender_ip", "sender_ipv6", "add_on"}:
                continue
            values = _several(value)
            lower = key in {"spf", "dkim", "dmarc_policy", "tls_protocol"}
            swapped = [each.lower() if lower else each.upper() for each in values]
            if swapped != values and all(map(str.isascii, values)):
                compared[operator] = _as_before(value, swapped)
                copy.changed = True


def in_halves(copy: _Copy) -> None:
    """Networks as their two halves, and sizes in bytes."""
    for key, compared in _keyed(copy.tree):
        for operator, value in compared.items():
            if operator in {"cidr_matches", "not_cidr_matches"}:
                halves = [half for each in _several(value) for half in _halves(each)]
                copy.changed |= halves != _several(value)
                compared[operator] = [Plain(each) if ":" not in each else each for each in halves]
            if key == "message_size" and isinstance(value, str) and value.endswith(("KB", "MB")):
                zeros = {"K": "000", "M": "000000"}[value[-2]]
                number = value[:-2].strip()
                if number.isdigit():
                    compared[operator] = Plain(number + zeros)
                    copy.changed = True


def _halves(network: str) -> list[str]:
    try:
        read = ipaddress.ip_network(network)
    except ValueError:
        return [network]
    if "/" not in network or read.prefixlen == read.max_prefixlen:
        return [network]
    return [str(half) for half in read.subnets(prefixlen_diff=1)]


def members_as_values(copy: _Copy) -> None:
    """Lists of addresses alone, or of domains alone, as the values that they stand for."""
    known = copy.tree.get("address_lists", {})
    for _, compared in _compared(copy.tree, ENVELOPE):
        ((operator, name),) = compared.items()
        found = known.get(str(name)) if isinstance(known, dict) and "list" in operator else None
        members = _several(found.get("members", "")) if isinstance(found, dict) else []
        negated = operator == "not_in_address_list"
        if members and all(map(ADDRESS.fullmatch, members)):
            del compared[operator]
            compared["not_equals" if negated else "equals"] = list(members)
            copy.changed = True
        elif members and not negated and all(DOMAIN.fullmatch(each[1:]) for each in members):
            del compared[operator]
            compared["ends_with"] = [each[1:] for each in members]
            copy.changed = True
    if copy.changed and isinstance(known, dict):
        used = {str(value) for each in _all_compared(copy.tree) for value in each.values()}
        copy.tree["address_lists"] = {name: each for name, each in known.items() if name in used}


# Conditions: how many there are.


def with_more_than_is_needed(copy: _Copy) -> None:
    """Conditions with another one beside them that holds wherever they do."""
    for rule in rules_of(copy.tree):
        conditions = listed(rule, "conditions")
        more = [wide for each in conditions if (wide := _wider(each)) is not None]
        if more:
            rule["conditions"] = [*conditions, *more]
            copy.changed = True


def _wider(condition: dict[str, Tree]) -> dict[str, Tree] | None:
    """A condition that holds wherever this one does."""
    ((key, compared),) = condition.items()
    if not isinstance(compared, dict) or len(compared) > 1:
        return None
    ((operator, value),) = compared.items()
    if key in {"spf", "dkim"} and operator == "equals":
        rest: list[Tree] = [each for each in VERDICTS if each not in _several(value)]
        return {key: {"not_equals": rest[-1:]}} if rest else None
    if operator in {"equals", "starts_with", "ends_with"} and key in SINGLE:
        return {key: {"contains": value}}
    return None


def a_condition_for_each_value(copy: _Copy) -> None:
    """Several values of which none may match as several conditions."""
    for rule in rules_of(copy.tree):
        for side, several in (("conditions", _NONE_OF), ("unless", _ANY_OF)):
            split = [part for each in listed(rule, side) for part in _split(each, several)]
            if len(split) > len(listed(rule, side)):
                rule[side] = list(split)
                copy.changed = True


_NONE_OF: Final = frozenset({"not_equals", "not_cidr_matches", "verdict_not_equals"})
_ANY_OF: Final = frozenset(
    {"equals", "starts_with", "ends_with", "contains", "cidr_matches", "verdict_equals"}
)


def _split(condition: dict[str, Tree], operators: frozenset[str]) -> list[dict[str, Tree]]:
    ((key, compared),) = condition.items()
    if not isinstance(compared, dict):
        return [condition]
    operator = next(iter(operators & compared.keys()), None)
    if operator is None or not isinstance(compared[operator], list):
        return [condition]
    return [{key: {**compared, operator: each}} for each in compared[operator]]


def one_condition_for_all_values(copy: _Copy) -> None:
    """Conditions of which each has values that may not match as one condition."""
    for rule in rules_of(copy.tree):
        for side, several in (("conditions", _NONE_OF), ("unless", _ANY_OF)):
            merged: list[dict[str, Tree]] = []
            for each in listed(rule, side):
                if not any(_is_merged(into, each, several) for into in merged):
                    merged.append(each)
            if len(merged) < len(listed(rule, side)):
                rule[side] = list(merged)
                copy.changed = True


def _is_merged(into: dict[str, Tree], each: dict[str, Tree], several: frozenset[str]) -> bool:
    """Whether the values of a condition could be added to those of another."""
    ((key, compared),) = into.items()
    ((other_key, other),) = each.items()
    if key != other_key or not isinstance(compared, dict) or not isinstance(other, dict):
        return False
    operator = next(iter(several & compared.keys() & other.keys()), None)
    if operator is None or {**compared, operator: ""} != {**other, operator: ""}:
        return False
    compared[operator] = [*_several(compared[operator]), *_several(other[operator])]
    return True


# Rules: how many there are, and where they are.


def a_rule_for_each_value(copy: _Copy) -> None:
    """A condition with several values as several rules, where mail ends at each of them."""
    _divided(copy, _by_values)


def a_rule_for_each_connection(copy: _Copy) -> None:
    """Each rule with a condition as two: one for mail over TLS, and one for the rest.

    What rules below may ask about is left to one rule.
    """
    _divided(copy, _by_connection)


def _divided(copy: _Copy, parts: Callable[[Rule], list[Rule]]) -> None:
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
        parts = _split(condition, _ANY_OF)
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


def in_phases(copy: _Copy) -> None:
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


def in_other_files(copy: _Copy) -> None:
    """Each rule in a file of its own, which the rule set includes."""
    number = count(1)
    for rules in whole_rule_sets(copy.tree):
        for place, rule in enumerate(rules):
            if isinstance(rule, dict) and "name" in rule:
                file = f"part-{next(number)}.yaml"
                copy.files[file] = {"version": Plain("1"), "rules": [rule]}
                rules[place] = {"include": [file]}
                copy.changed = True


def in_another_environment(copy: _Copy) -> None:
    """The rules for another environment alone."""
    for rule in rules_of(copy.tree):
        rule["environments"] = [Plain("prod")]
        copy.changed = True
    copy.environment = "prod"


DIVIDING: Final = frozenset({"a_rule_for_each_value", "a_rule_for_each_connection"})
"""The ways that make several rules of one: what is said about one may be untrue about a part."""
WAYS: Final[Mapping[str, Callable[[_Copy], None]]] = {
    each.__name__: each
    for each in (
        on_the_other_side,
        all_other_verdicts,
        in_lists,
        members_as_values,
        in_variables,
        in_other_order,
        in_other_case,
        in_halves,
        with_more_than_is_needed,
        a_condition_for_each_value,
        one_condition_for_all_values,
        a_rule_for_each_value,
        a_rule_for_each_connection,
        in_phases,
        in_other_files,
        in_another_environment,
    )
}


def _holders(tree: dict[str, Tree]) -> Iterator[tuple[dict[str, Tree], str]]:
    """Where conditions are listed: what has them, and under which key."""
    for rule in rules_of(tree):
        yield rule, "conditions"
        yield rule, "unless"
    for statement in statements_of(tree):
        yield statement, "allow"
        yield statement, "deny"


def _conditions(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    for holder, key in _holders(tree):
        yield from listed(holder, key)


def _keyed(tree: dict[str, Tree]) -> Iterator[tuple[str, dict[str, Tree]]]:
    """What conditions compare with: the key of the operand, and the operators."""
    for condition in _conditions(tree):
        ((key, compared),) = condition.items()
        if isinstance(compared, dict):
            yield key, compared


def _all_compared(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    for _, compared in _keyed(tree):
        yield compared


def _compared(tree: dict[str, Tree], keys: frozenset[str]) -> Iterator[tuple[str, dict[str, Tree]]]:
    return ((key, compared) for key, compared in _keyed(tree) if key in keys)


def _several(value: Tree) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _as_before(value: Tree, values: list[str]) -> Tree:
    return list(values) if isinstance(value, list) else values[0]
