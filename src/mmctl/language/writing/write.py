"""AWS's shapes → what a file says about them, and that → YAML: the reverse of the reader.

Reading what is written here yields the shape again. What the language cannot express raises
`CannotWrite`. Nothing here opens files.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mmctl.language.text.layout import Branch, Entry, Leaf, Tree, laid_out
from mmctl.language.writing.conditions import condition_to_file
from mmctl.language.writing.parts import CannotWrite, Data
from mmctl.language.writing.resources import (
    add_on_to_file,
    address_list_to_file,
    archive_to_file,
    ingress_point_to_file,
    relay_to_file,
    resource_to_file,
    traffic_policy_to_file,
)
from mmctl.language.writing.rules import (
    action_to_file,
    logical_names,
    rule_set_to_file,
    rule_to_file,
    unused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CannotWrite",
    "action_to_file",
    "add_on_to_file",
    "address_list_to_file",
    "archive_to_file",
    "condition_to_file",
    "ingress_point_to_file",
    "logical_names",
    "relay_to_file",
    "resource_to_file",
    "rule_set_to_file",
    "rule_to_file",
    "to_yaml",
    "traffic_policy_to_file",
    "unused",
]


def to_yaml(data: Mapping[str, Any]) -> str:
    """A file as YAML: sections, rules and resources below each other, their parts on one line."""
    root = Branch(mapping=True)
    for key, value in data.items():
        blank = [""] if root.entries and isinstance(value, (dict, list)) else []
        entry = Entry(key=Leaf(text=key), value=_tree(value, key, depth=1), before=blank)
        root.entries.append(entry)
    return laid_out(root)


_BELOW: Final = frozenset(
    {"rules", "statements", "conditions", "unless", "actions", "allow", "deny"}
)
"""Lists with each item on a separate line; all others are on one line if they fit."""
_APART: Final = "rules"
"""The list with an empty line between its items."""


def _tree(value: Any, key: str | None = None, *, depth: int) -> Tree:
    """`depth` counts levels below the file: 1 is a section, 2 a resource."""
    match value:
        case dict():
            return _mapping(value, flow=depth > 1 and not _has_list_below(value), depth=depth)
        case list():
            return _list(value, key, depth=depth)
        case bool():
            return Leaf(text="true" if value else "false", verbatim=True)
        case int():
            return Leaf(text=str(value), verbatim=True)
        case Decimal():
            return Leaf(text=format(value, "f"), verbatim=True)
        case str():
            return Leaf(text=value)
        case _:
            raise AssertionError(f"a {type(value).__name__} in a file")


def _mapping(value: Data, *, flow: bool, depth: int) -> Branch:
    entries = [
        Entry(key=Leaf(text=name), value=_tree(member, name, depth=depth + 1))
        for name, member in value.items()
    ]
    return Branch(mapping=True, entries=entries, flow=flow)


def _list(items: list[Any], key: str | None, *, depth: int) -> Branch:
    below = key in _BELOW
    branch = Branch(mapping=False, flow=not below)
    for item in items:
        value = (
            _mapping(item, flow=not below, depth=depth + 1)
            if isinstance(item, dict)
            else _tree(item, depth=depth + 1)
        )
        apart = key == _APART and bool(branch.entries)
        branch.entries.append(Entry(value=value, before=[""] if apart else []))
    return branch


def _has_list_below(value: Data) -> bool:
    return any(key in _BELOW for key in value)
