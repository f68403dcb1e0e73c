"""Plans and states of Terraform in JSON → declared resources.

`terraform show -json` of a plan (`planned_values`, `configuration`, `resource_changes`) or of a
state (`values`), and state files of version 4. Source: "JSON Output Format", Terraform
documentation. Values that are marked as sensitive are never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.infrastructure.values import Hole, OpenText
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.terraform.expressions import (
    PlanModule,
    references_in,
    text_at,
    unknown_value,
)
from mmctl.interchange.terraform.provider_words import Evaluated, declared_of, noun_of
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.infrastructure.values import Declared
    from mmctl.interchange.terraform.provider_words import ProviderNode
    from mmctl.problem import Position

_STATE_VERSION: Final = "4"
_DEEPEST: Final = 40
_TRUE: Final = "true"


@dataclass(slots=True, kw_only=True)
class ReadModule:
    """What a file of Terraform has."""

    declared: list[Declared] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    """How many resources of other types there are."""
    secrets: set[str] = field(default_factory=set)
    """Values that are marked as sensitive."""


@dataclass(slots=True, kw_only=True)
class _Instance:
    """One resource of a document."""

    label: str
    type: str
    name: str
    index: str
    module: str
    values: Mapping
    sensitive: ProviderNode | None
    position: Position


def read_document(root: Mapping) -> ReadModule:
    """The resources of a plan or a state."""
    read = ReadModule()
    if root.get("lineage") is not None or text_at(root, "version") == _STATE_VERSION:
        instances = list(_of_state_file(root, read))
    else:
        instances = list(_of_show(root, read))
    labels = {each.label for each in instances}
    configuration = _configuration(root, labels)
    unknown = _changes(root, read)
    for each in instances:
        _declare(read, each, configuration, unknown.get(each.label))
    return read


def _declare(
    read: ReadModule,
    each: _Instance,
    configuration: PlanModule | None,
    unknown: ProviderNode | None,
) -> None:
    found = noun_of(each.type)
    if found is None:
        read.others[each.type] = read.others.get(each.type, 0) + 1
        return
    module = _module_at(configuration, each.module)
    expressions = module.expressions(each.type, each.name) if module is not None else None
    overlay = _Overlay(read=read, module=module, all=expressions, instance=each)
    body = overlay.merged(each.values, unknown, each.sensitive, expressions, ("",))
    if isinstance(body, Mapping):
        declared = declared_of(each.label, found[1], found[0], body, each.position)
        read.declared.append(declared)


def _module_at(root: PlanModule | None, path: str) -> PlanModule | None:
    module = root
    names = [part.split("[")[0] for part in path.split("module.") if part]
    for name in names:
        module = module.child(name.strip(".")) if module is not None else None
    return module


def _configuration(root: Mapping, labels: set[str]) -> PlanModule | None:
    configuration = root.get("configuration")
    node = configuration.get("root_module") if isinstance(configuration, Mapping) else None
    return PlanModule(path="", node=node, labels=labels) if isinstance(node, Mapping) else None


# -- where resources are


def _of_show(root: Mapping, read: ReadModule) -> Iterator[_Instance]:
    """The resources of `planned_values` or `values`."""
    if text_at(root, "errored") == _TRUE:
        _leave(read, root.position, "the plan", "Terraform stopped in an error: it is incomplete")
    values = root.get("planned_values") or root.get("values")
    module = values.get("root_module") if isinstance(values, Mapping) else None
    if not isinstance(module, Mapping):
        message = "expected `planned_values` or `values` with a `root_module`"
        help_ = "write it with `terraform show -json FILE`"
        read.problems.append(_problem(root.position, message, help_))
        return
    yield from _of_module(module, read, 0)


def _of_module(module: Mapping, read: ReadModule, depth: int) -> Iterator[_Instance]:
    address = text_at(module, "address")
    for node in _items(module.get("resources")):
        if not isinstance(node, Mapping) or not text_at(node, "type"):
            message = "expected a resource with a `type` and `values`"
            read.problems.append(_problem(node.position, message, None))
            continue
        if text_at(node, "mode") == "data":
            continue
        values = node.get("values")
        label = text_at(node, "address")
        if not isinstance(values, Mapping) or not label:
            message = "expected a resource with an `address` and `values`"
            read.problems.append(_problem(node.position, message, None))
            continue
        yield _Instance(
            label=label,
            type=text_at(node, "type"),
            name=text_at(node, "name"),
            index=_index(node.get("index")),
            module=address,
            values=values,
            sensitive=node.get("sensitive_values"),
            position=node.position,
        )
    if depth < _DEEPEST:
        for child in _items(module.get("child_modules")):
            if isinstance(child, Mapping):
                yield from _of_module(child, read, depth + 1)


def _of_state_file(root: Mapping, read: ReadModule) -> Iterator[_Instance]:
    """The resources of a state file of version 4."""
    if text_at(root, "version") != _STATE_VERSION:
        message = f"got a state file of version `{text_at(root, 'version')[:20]}`, expected 4"
        help_ = "write it with `terraform show -json`"
        read.problems.append(_problem(root.position, message, help_))
        return
    for node in _items(root.get("resources")):
        if not isinstance(node, Mapping) or text_at(node, "mode") == "data":
            continue
        module, type_, name = (text_at(node, key) for key in ("module", "type", "name"))
        for instance in _items(node.get("instances")):
            values = instance.get("attributes") if isinstance(instance, Mapping) else None
            if not isinstance(instance, Mapping) or not isinstance(values, Mapping):
                message = "expected an instance with `attributes`"
                read.problems.append(_problem(instance.position, message, None))
                continue
            if instance.get("deposed") is not None:
                continue
            index = _index(instance.get("index_key"))
            label = ".".join(part for part in (module, type_, name) if part) + index
            yield _Instance(
                label=label,
                type=type_,
                name=name,
                index=index,
                module=module,
                values=values,
                sensitive=_marked(instance.get("sensitive_attributes")),
                position=instance.position,
            )


def _marked(paths: ProviderNode | None) -> Mapping | None:
    """Paths of sensitive attributes as what `sensitive_values` has: what they begin with."""
    names = [
        item
        for path in _items(paths)
        for step in _items(path)[:1]
        if isinstance(step, Mapping) and isinstance(item := step.get("value"), Scalar)
    ]
    if not names:
        return None
    entries = {
        name.text: (name, Scalar(position=name.position, text=_TRUE, plain=True, commented=False))
        for name in names
    }
    return Mapping(names[0].position, tuple(entries.values()))


def _index(node: ProviderNode | None) -> str:
    if not isinstance(node, Scalar) or (node.plain and node.text == "null"):
        return ""
    return f"[{node.text}]" if node.plain else f'["{node.text}"]'


def _items(node: Any) -> tuple[Any, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _changes(root: Mapping, read: ReadModule) -> dict[str, ProviderNode]:
    """What is unknown before the apply, by address; resources that the plan deletes are listed."""
    unknown: dict[str, ProviderNode] = {}
    for node in _items(root.get("resource_changes")):
        change = node.get("change") if isinstance(node, Mapping) else None
        if not isinstance(change, Mapping):
            continue
        label = text_at(node, "address")
        actions = [item.text for item in _items(change.get("actions")) if isinstance(item, Scalar)]
        if actions == ["delete"] and noun_of(text_at(node, "type")) is not None:
            _leave(read, node.position, label, "the plan deletes it")
        after = change.get("after_unknown")
        if after is not None:
            unknown[label] = after
    return unknown


# -- values, and what is unknown or secret in them


@dataclass(slots=True, kw_only=True)
class _Overlay:
    """Puts what is unknown or sensitive over the values of one resource."""

    read: ReadModule
    module: PlanModule | None
    all: ProviderNode | None
    instance: _Instance

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
        self.read.secrets.update(found)
        if not found:
            return None
        key = f"{self.instance.name} {'_'.join(path[1:])}"
        why = f"`{'.'.join(path[1:])}` is sensitive: its value is not written"
        hole = Hole(key=key, why=why, secret=True)
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
        value = unknown_value(self.module, expression, member, self.instance.index, key)
        position = unknown.position if unknown is not None else self.instance.position
        return Evaluated(position, value, perhaps=perhaps)


def _is_true(node: ProviderNode | None) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text == _TRUE


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
    items = _items(node)
    return items[index] if index < len(items) else None


def _texts(node: ProviderNode | None) -> Iterator[str]:
    """The texts in a value that is sensitive as a whole."""
    if isinstance(node, Scalar) and node.text not in {"null", ""}:
        yield node.text
    for item in _items(node):
        yield from _texts(item)
    for _, value in node.entries if isinstance(node, Mapping) else ():
        yield from _texts(value)


def _leave(read: ReadModule, place: Position, text: str, why: str) -> None:
    read.unread.append(Unread(place=place, text=text, why=why))


def _problem(position: Position, message: str, help_: str | None) -> Problem:
    return Problem(
        check="broken-export",
        severity=Severity.ERROR,
        position=position,
        message=message,
        help=help_,
    )
