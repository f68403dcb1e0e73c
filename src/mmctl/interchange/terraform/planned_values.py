"""The values of one resource in a plan or a state, with holes where they are unknown or sensitive.

Source: "JSON Output Format", Terraform documentation: `after_unknown`, `sensitive_values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.infrastructure.values import Hole, OpenText
from mmctl.interchange.terraform.expressions import references_in, unknown_value
from mmctl.interchange.terraform.provider_words import Evaluated
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.terraform.expressions import PlanModule
    from mmctl.interchange.terraform.provider_words import ProviderNode
    from mmctl.problem import Position

TRUE: Final = "true"


@dataclass(slots=True, kw_only=True)
class ResourceInstance:
    """One resource of a document."""

    label: str
    type: str
    name: str
    index: str
    module: str
    values: Mapping
    sensitive: ProviderNode | None
    position: Position


@dataclass(slots=True, kw_only=True)
class PlannedValues:
    """Puts what is unknown or sensitive over the values of one resource."""

    secrets: set[str]
    """Where values are kept that are marked as sensitive."""
    module: PlanModule | None
    all: ProviderNode | None
    """The expressions of the whole resource."""
    instance: ResourceInstance

    def merged(
        self,
        values: ProviderNode | None,
        unknown: ProviderNode | None,
        sensitive: ProviderNode | None,
        expression: ProviderNode | None,
        path: tuple[str, ...],
        *,
        stated: bool = False,
    ) -> ProviderNode | None:
        """The value with a hole where it is unknown or sensitive.

        `stated`: what is around it has an expression, so that it would have one as well.
        """
        if _is_true(sensitive):
            return self._secret(values, path)
        if _is_true(unknown):
            return (
                None if stated and expression is None else self._unknown(unknown, expression, path)
            )
        if isinstance(values, Sequence):
            return self._list(values, unknown, sensitive, expression, path)
        if isinstance(values, Mapping) or isinstance(unknown, Mapping):
            return self._object(values, unknown, sensitive, expression, path)
        return values

    def _list(
        self,
        values: Sequence,
        unknown: ProviderNode | None,
        sensitive: ProviderNode | None,
        expression: ProviderNode | None,
        path: tuple[str, ...],
    ) -> Sequence:
        items = []
        for index, item in enumerate(values.items):
            inner = expression if _is_whole(expression) else _at(expression, index)
            at = (*path, str(index))
            merged = self.merged(item, _at(unknown, index), _at(sensitive, index), inner, at)
            items.append(item if merged is None else merged)
        return Sequence(values.position, tuple(items))  # type: ignore[arg-type]

    def _object(
        self,
        values: ProviderNode | None,
        unknown: ProviderNode | None,
        sensitive: ProviderNode | None,
        expression: ProviderNode | None,
        path: tuple[str, ...],
    ) -> Mapping:
        known = values if isinstance(values, Mapping) else None
        entries: dict[str, tuple[Scalar, Any]] = {}
        sides = (known, unknown if isinstance(unknown, Mapping) else None)
        for key, _ in [entry for side in sides if side is not None for entry in side.entries]:
            if key.text in entries:
                continue
            merged = self.merged(
                _member(known, key.text),
                _member(unknown, key.text),
                _member(sensitive, key.text),
                expression if _is_whole(expression) else _member(expression, key.text),
                (*path, key.text),
                stated=expression is not None,
            )
            if merged is not None:
                entries[key.text] = (key, merged)
        position = known.position if known is not None else self.instance.position
        return Mapping(position, tuple(entries.values()))

    def _secret(self, values: ProviderNode | None, path: tuple[str, ...]) -> Evaluated | None:
        found = list(_texts(values))
        self.secrets.update(found)
        if not found:
            return None
        key = f"{self.instance.name} {'_'.join(path[1:])}"
        why = f"`{'.'.join(path[1:])}` is sensitive: its value is not written"
        hole = Hole(key=key, why=why, secret=True, scope=self.instance.label)
        position = values.position if values is not None else self.instance.position
        return Evaluated(position, OpenText((hole,)))

    def _unknown(
        self, unknown: ProviderNode | None, expression: ProviderNode | None, path: tuple[str, ...]
    ) -> Evaluated | None:
        if len(path) == 2 and expression is None:  # noqa: PLR2004 - an attribute of the resource
            return None  # Nobody wrote it: the provider computes it.
        key = f"{self.instance.name} {'_'.join(path[1:])}"
        perhaps = _is_whole(expression) and len(path) > 2  # noqa: PLR2004 - as above
        if perhaps and not list(references_in(expression)):
            return None
        if expression is None:
            expression = self.all
        member = next(part for part in reversed(path) if not part.isdigit())
        hole = Hole(key=key, why=f"`{key}` is known after the apply", scope=self.instance.label)
        value = unknown_value(self.module, expression, member, self.instance.index, hole)
        position = unknown.position if unknown is not None else self.instance.position
        return Evaluated(position, value, perhaps=perhaps)


def _is_true(node: ProviderNode | None) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text == TRUE


def _is_whole(node: ProviderNode | None) -> bool:
    """Whether an expression is about a whole value, and not about its members."""
    return (
        isinstance(node, Mapping)
        and bool(node.entries)
        and all(key.text in {"references", "constant_value"} for key, _ in node.entries)
    )


def _member(node: ProviderNode | None, key: str) -> ProviderNode | None:
    if isinstance(node, Sequence) and len(node.items) == 1:
        node = node.items[0]
    return node.get(key) if isinstance(node, Mapping) else None


def _at(node: ProviderNode | None, index: int) -> ProviderNode | None:
    if isinstance(node, Mapping) and index == 0:
        return node
    items = list_items(node)
    return items[index] if index < len(items) else None


def _texts(node: ProviderNode | None) -> Iterator[str]:
    """The texts in a value that is sensitive as a whole."""
    if isinstance(node, Scalar) and node.text not in {"null", ""}:
        yield node.text
    for item in list_items(node):
        yield from _texts(item)
    for _, value in node.entries if isinstance(node, Mapping) else ():
        yield from _texts(value)


def list_items(node: Any) -> tuple[Any, ...]:
    """The items of a list; of anything else none."""
    return node.items if isinstance(node, Sequence) else ()
