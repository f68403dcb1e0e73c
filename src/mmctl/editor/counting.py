"""What a file has of something, beside how much of it the service takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.counted import counted, plural
from mmctl.editor.sites import VARIABLE
from mmctl.editor.values import variables_of
from mmctl.language.dialect.conditions import POLICY_CONDITION, RULE_CONDITION
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.model.kinds import Kind
from mmctl.model.quotas import (
    ADDRESSES,
    RULE_ACTIONS,
    RULE_CONDITIONS,
    RULE_EXCEPTIONS,
    RULES,
    STATEMENT_CONDITIONS,
    STATEMENTS,
    TAGS,
    VALUES,
    Quota,
    account_quotas,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Several

    from mmctl.editor.names import ProjectNames
    from mmctl.editor.standing import KeyStep, WordInFile
    from mmctl.language.text.nodes import Node

_QUOTAS: Final = {
    "conditions": RULE_CONDITIONS,
    "unless": RULE_EXCEPTIONS,
    "actions": RULE_ACTIONS,
    "statements": STATEMENTS,
    "allow": STATEMENT_CONDITIONS,
    "deny": STATEMENT_CONDITIONS,
    "members": ADDRESSES,
    "tags": TAGS,
}
"""By the key under which the things are."""
_FIELDS: Final = {*RULE_CONDITION.options, *POLICY_CONDITION.options}
_COMPARES_NAMES: Final = frozenset({"in_address_list", "not_in_address_list", "name", "field"})


def counted_against(
    names: ProjectNames, path: str, steps: Several[KeyStep], at: WordInFile
) -> Iterator[str]:
    """How many there are under a key, and how many the service takes."""
    keys = [step.key for step in steps if step.key is not None]
    if len(keys) == 1 and keys[0] in set(Kind):
        kind = Kind(keys[0])
        there = counted(len(names.known((kind,))), kind.noun, kind.plural)
        yield from (f"{_limit(each)}; this project has {there}." for each in account_quotas(kind))
        return
    quota = _quota(keys)
    if quota is None:
        return
    if quota is RULES:
        found = names.project.project
        rule_set = found.rule_sets.get(keys[-2]) if found is not None else None
        number = None if rule_set is None else len(rule_set.rules)
    else:
        number = _count(names, _value_at(names, path, at))
    if number is None:
        yield f"{_limit(quota)}."
    elif number > quota.most and quota in {RULES, VALUES}:
        yield f"{_limit(quota)}; here are {number:,}: `mmctl budget` shows how they are packed."
    else:
        yield f"{_limit(quota)}; here {plural(number, 'is', 'are')} {number:,}."


def _limit(quota: Quota) -> str:
    return f"Mail Manager takes {quota.most:,} {quota.noun} {quota.within}"


def _quota(keys: list[str]) -> Quota | None:
    if len(keys) > 1 and keys[-2] in _FIELDS and keys[-1] not in _COMPARES_NAMES:
        return VALUES
    if keys[-1] == "rules":
        in_rule_set = len(keys) > 1 and keys[:-2] == [Kind.RULE_SET.value]
        return RULES if in_rule_set else None
    return _QUOTAS.get(keys[-1])


def _count(names: ProjectNames, node: Node | None) -> int | None:
    """How many values there are, with those of variables that are spliced in."""
    match node:
        case Sequence():
            return sum(_one(names, item) for item in node.items)
        case Mapping():
            return len(node.entries)
        case Scalar():
            return _one(names, node)
        case None:
            return None
        case _:
            assert_never(node)


def _one(names: ProjectNames, node: Node) -> int:
    use = VARIABLE.fullmatch(node.text) if isinstance(node, Scalar) else None
    if use is None:
        return 1
    values = (value for _, value in variables_of(names, use[1]))
    return max((len(each.items) for each in values if isinstance(each, Sequence)), default=1)


def _value_at(names: ProjectNames, path: str, at: WordInFile) -> Node | None:
    """The value of the key that a word is, by the nodes of the file."""
    root = names.node(path)
    place = names.lines(path).position(at.start, path)
    found: Node | None = None
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for key, value in node.entries:
                start = key.position.column
                if key.position.line == place.line and start <= place.column <= start + 1:
                    found = value
                waiting.append(value)
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
    return found
