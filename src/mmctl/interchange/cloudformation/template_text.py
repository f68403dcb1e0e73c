"""CloudFormation templates as text: YAML with short tags, JSON with `Fn::`.

Nothing here depends on a resource.
"""

from __future__ import annotations

import json
import textwrap
from typing import Any, TypeAlias, assert_never

from mmctl.language.text.layout import Branch, Entry, Leaf, Tree, laid_out
from mmctl.language.text.quoting import quoted
from mmctl.records import dataclass

_SECTIONS_DEPTH = 1
"""Keys above this depth have an empty line before them."""
_FOLDED = 90
"""A description with more characters than this is folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intrinsic:
    """An intrinsic function, in both spellings."""

    yaml: str
    json: Any

    @classmethod
    def reference(cls, name: str) -> Intrinsic:
        """The value of a parameter."""
        return cls(yaml=f"!Ref {name}", json={"Ref": name})

    @classmethod
    def attribute(cls, resource: str, attribute: str) -> Intrinsic:
        """An attribute of a resource."""
        return cls(
            yaml=f"!GetAtt {resource}.{attribute}", json={"Fn::GetAtt": [resource, attribute]}
        )

    @classmethod
    def substitution(cls, text: str) -> Intrinsic:
        """A text with `${…}` in it."""
        return cls(yaml=f"!Sub {quoted(text)}", json={"Fn::Sub": text})

    @classmethod
    def behind_slash(cls, resource: str, attribute: str) -> Intrinsic:
        """An attribute that is an id, or an ARN that ends in `/` and the id: the id.

        The value twice with a slash between is `id/id` or `arn:…/id/arn:…/id`: the second part
        of both is the id.
        """
        twice = f"${{{resource}.{attribute}}}/${{{resource}.{attribute}}}"
        return cls(
            yaml=f'!Select [1, !Split ["/", !Sub {quoted(twice)}]]',
            json={"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Sub": twice}]}]},
        )


Value: TypeAlias = "Intrinsic | dict[str, Value] | list[Value] | str | bool | int | float"
"""What a template holds."""


def as_json(document: Value) -> str:
    """The template as JSON."""
    return json.dumps(_spelled_out(document), indent=2, ensure_ascii=False) + "\n"


def as_yaml(document: Value) -> str:
    """The template as YAML."""
    root = _tree(document, depth=0)
    assert isinstance(root, Branch)  # noqa: S101 - a template is a mapping
    return laid_out(root)


def _spelled_out(value: Value) -> Any:
    match value:
        case Intrinsic():
            return value.json
        case dict():
            return {key: _spelled_out(member) for key, member in value.items()}
        case list():
            return [_spelled_out(item) for item in value]
        case str() | bool() | int() | float():
            return value
        case _:
            assert_never(value)


def _tree(value: Value, *, depth: int) -> Tree:
    match value:
        case Intrinsic():
            return Leaf(text=value.yaml, verbatim=True)
        case dict():
            entries = [
                Entry(
                    key=Leaf(text=key),
                    value=_tree(member, depth=depth + 1),
                    before=[""] if _apart(member, depth) else [],
                )
                for key, member in value.items()
            ]
            return Branch(mapping=True, entries=entries, flow=depth > 1 and _short(value))
        case list():
            items = [Entry(value=_tree(item, depth=depth + 1)) for item in value]
            return Branch(mapping=False, entries=items, flow=_short(value))
        case bool() | int() | float():
            return Leaf(text=json.dumps(value), verbatim=True)
        case str() if depth == 1 and len(value) > _FOLDED:
            return Leaf(text="", block=(">-", *textwrap.wrap(value, _FOLDED)))
        case str():
            return Leaf(text=value)
        case _:
            assert_never(value)


def _apart(member: Value, depth: int) -> bool:
    """Whether an empty line comes before a key: sections and resources have one."""
    return depth <= _SECTIONS_DEPTH and isinstance(member, dict)


def _short(value: dict[str, Value] | list[Value]) -> bool:
    """Whether a list or mapping may be on one line if it fits: it holds no other, and no calls."""
    members = value.values() if isinstance(value, dict) else value
    return not any(isinstance(member, (dict, list)) and member for member in members)
