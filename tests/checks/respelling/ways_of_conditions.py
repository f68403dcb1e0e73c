"""Ways to write conditions and values otherwise."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from changing import all_compared, as_before, compared_in, conditions_of, holders, keyed, several
from fixture_tree import Plain, listed, rules_of

if TYPE_CHECKING:
    from changing import Copy
    from fixture_tree import Tree

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

ADDRESS: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
DOMAIN: Final = re.compile(r"@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


# The other side: a condition is the exception of its opposite.


def on_the_other_side(copy: Copy) -> None:
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


def all_other_verdicts(copy: Copy) -> None:
    """`equals` as `not_equals` the other verdicts."""
    for condition in conditions_of(copy.tree):
        for key in ("spf", "dkim"):
            compared = condition.get(key)
            if isinstance(compared, dict):
                ((operator, value),) = compared.items()
                rest: list[Tree] = [each for each in VERDICTS if each not in several(value)]
                if rest:
                    condition[key] = {OPPOSITES_BOTH_WAYS[operator]: rest}
                    copy.changed = True


def in_lists(copy: Copy) -> None:
    """Addresses and domains of the envelope as members of address lists."""
    lists: dict[str, Tree] = {}
    for key, compared in compared_in(copy.tree, ENVELOPE):
        ((operator, value),) = compared.items()
        values = several(value)
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


def in_variables(copy: Copy) -> None:
    """Every value as a variable, and several as one variable that is a list."""
    variables: dict[str, Tree] = {}
    for compared in all_compared(copy.tree):
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


def in_other_order(copy: Copy) -> None:
    """Values and conditions from the last to the first."""
    for compared in all_compared(copy.tree):
        for operator, value in compared.items():
            if isinstance(value, list) and len(value) > 1:
                compared[operator] = value[::-1]
                copy.changed = True
    for holder, key in holders(copy.tree):
        several = holder.get(key)
        if isinstance(several, list) and len(several) > 1:
            holder[key] = several[::-1]
            copy.changed = True


def in_other_case(copy: Copy) -> None:
    """Texts in capital letters, and the words of the service in small ones."""
    for key, compared in keyed(copy.tree):
        for operator, value in compared.items():
            if operator in _NO_VALUES or "list" in operator or isinstance(value, dict):
                continue
            if key in {"message_size", "source_ip", "sender_ip", "sender_ipv6", "add_on"}:
                continue
            values = several(value)
            lower = key in {"spf", "dkim", "dmarc_policy", "tls_protocol"}
            swapped = [each.lower() if lower else each.upper() for each in values]
            if swapped != values and all(map(str.isascii, values)):
                compared[operator] = as_before(value, swapped)
                copy.changed = True


def in_halves(copy: Copy) -> None:
    """Networks as their two halves, and sizes in bytes."""
    for key, compared in keyed(copy.tree):
        for operator, value in compared.items():
            if operator in {"cidr_matches", "not_cidr_matches"}:
                halves = [half for each in several(value) for half in _halves(each)]
                copy.changed |= halves != several(value)
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


def members_as_values(copy: Copy) -> None:
    """Lists of addresses alone, or of domains alone, as the values that they stand for."""
    known = copy.tree.get("address_lists", {})
    for _, compared in compared_in(copy.tree, ENVELOPE):
        ((operator, name),) = compared.items()
        found = known.get(str(name)) if isinstance(known, dict) and "list" in operator else None
        members = several(found.get("members", "")) if isinstance(found, dict) else []
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
        used = {str(value) for each in all_compared(copy.tree) for value in each.values()}
        copy.tree["address_lists"] = {name: each for name, each in known.items() if name in used}


# Conditions: how many there are.


def with_more_than_is_needed(copy: Copy) -> None:
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
        rest: list[Tree] = [each for each in VERDICTS if each not in several(value)]
        return {key: {"not_equals": rest[-1:]}} if rest else None
    if operator in {"equals", "starts_with", "ends_with"} and key in SINGLE:
        return {key: {"contains": value}}
    return None


def a_condition_for_each_value(copy: Copy) -> None:
    """Several values of which none may match as several conditions."""
    for rule in rules_of(copy.tree):
        for side, operators in (("conditions", _NONE_OF), ("unless", ANY_OF)):
            parts = [part for each in listed(rule, side) for part in split(each, operators)]
            if len(parts) > len(listed(rule, side)):
                rule[side] = list(parts)
                copy.changed = True


_NONE_OF: Final = frozenset({"not_equals", "not_cidr_matches", "verdict_not_equals"})
ANY_OF: Final = frozenset(
    {"equals", "starts_with", "ends_with", "contains", "cidr_matches", "verdict_equals"}
)


def split(condition: dict[str, Tree], operators: frozenset[str]) -> list[dict[str, Tree]]:
    ((key, compared),) = condition.items()
    if not isinstance(compared, dict):
        return [condition]
    operator = next(iter(operators & compared.keys()), None)
    if operator is None or not isinstance(compared[operator], list):
        return [condition]
    return [{key: {**compared, operator: each}} for each in compared[operator]]


def one_condition_for_all_values(copy: Copy) -> None:
    """Conditions of which each has values that may not match as one condition."""
    for rule in rules_of(copy.tree):
        for side, operators in (("conditions", _NONE_OF), ("unless", ANY_OF)):
            merged: list[dict[str, Tree]] = []
            for each in listed(rule, side):
                if not any(_is_merged(into, each, operators) for into in merged):
                    merged.append(each)
            if len(merged) < len(listed(rule, side)):
                rule[side] = list(merged)
                copy.changed = True


def _is_merged(into: dict[str, Tree], each: dict[str, Tree], operators: frozenset[str]) -> bool:
    """Whether the values of a condition could be added to those of another."""
    ((key, compared),) = into.items()
    ((other_key, other),) = each.items()
    if key != other_key or not isinstance(compared, dict) or not isinstance(other, dict):
        return False
    operator = next(iter(operators & compared.keys() & other.keys()), None)
    if operator is None or {**compared, operator: ""} != {**other, operator: ""}:
        return False
    compared[operator] = [*several(compared[operator]), *several(other[operator])]
    return True
