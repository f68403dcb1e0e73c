"""A file of rules as plain values that can be changed and written again.

Text is kept as it was written: a plain scalar stays plain, all others are quoted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.nodes import Node

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str"
Rule: TypeAlias = "dict[str, Tree]"

PART: Final = "--"
"""Between the name of a rule and what it is called as a part of it."""


class Plain(str):
    """A scalar without quotes."""

    __slots__ = ()


def tree_of(text: str) -> dict[str, Tree]:
    """The values of a file."""
    read = _read(YAML(pure=True).compose(text))
    assert isinstance(read, dict)
    return read


def _read(node: Node) -> Tree:
    match node:
        case MappingNode():
            return {key.value: _read(value) for key, value in node.value}
        case SequenceNode():
            return [_read(each) for each in node.value]
        case ScalarNode():
            return node.value if node.style else Plain(node.value)
        case _:
            raise TypeError(type(node))


def text_of(tree: Tree) -> str:
    """A file with these values."""
    return "".join(f"{line}\n" for line in _lines(tree))


def _lines(tree: Tree) -> Iterator[str]:
    match tree:
        case dict() if tree:
            for key, value in tree.items():
                yield from _headed(f"{_scalar(key)}:", value, _lines(value))
        case list() if tree:
            for value in tree:
                first, *rest = _lines(value)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
        case dict():
            yield "{}"
        case list():
            yield "[]"
        case _:
            yield tree if isinstance(tree, Plain) else json.dumps(tree, ensure_ascii=False)


def _headed(head: str, value: Tree, lines: Iterator[str]) -> Iterator[str]:
    if not value or isinstance(value, str):
        yield f"{head} {next(lines)}".rstrip()
        return
    yield head
    yield from (f"  {line}" for line in lines)


def _scalar(key: str) -> str:
    plain = key.replace("_", "").replace("-", "").isalnum()
    return key if plain else json.dumps(key, ensure_ascii=False)


def rules_of(tree: dict[str, Tree]) -> Iterator[Rule]:
    """The rules of a file, wherever they are."""
    for each in lists_of_rules(tree):
        yield from (entry for entry in each if isinstance(entry, dict) and "name" in entry)


def lists_of_rules(tree: dict[str, Tree]) -> Iterator[list[Tree]]:
    """The lists in a file that hold rules, to be changed."""
    rule_sets = tree.get("rule_sets")
    holders: list[Tree] = [tree]
    if isinstance(rule_sets, dict):
        holders += rule_sets.values()
    while holders:
        holder = holders.pop(0)
        listed = holder.get("rules") if isinstance(holder, dict) else None
        if isinstance(listed, list):
            yield listed
            holders += [each for each in listed if isinstance(each, dict) and "phase" in each]


def whole_rule_sets(tree: dict[str, Tree]) -> list[list[Tree]]:
    """The rules and phases of each rule set, to be changed."""
    rule_sets = tree.get("rule_sets")
    found = [
        each.get("rules")
        for each in (rule_sets.values() if isinstance(rule_sets, dict) else ())
        if isinstance(each, dict)
    ]
    return [rules for rules in found if isinstance(rules, list)]


def statements_of(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    """The statements of the traffic policies of a file."""
    policies = tree.get("traffic_policies")
    for policy in policies.values() if isinstance(policies, dict) else ():
        statements = policy.get("statements") if isinstance(policy, dict) else None
        for each in statements if isinstance(statements, list) else ():
            if isinstance(each, dict):
                yield each


def listed(holder: dict[str, Tree], key: str) -> list[dict[str, Tree]]:
    """The conditions under a key; none where the key is missing."""
    found = holder.get(key, [])
    assert isinstance(found, list)
    return [each for each in found if isinstance(each, dict)]
