"""Plans and states of Terraform in JSON → declared resources.

`terraform show -json` of a plan (`planned_values`, `configuration`, `resource_changes`) or of a
state (`values`), and state files of version 4. Source: "JSON Output Format", Terraform
documentation. Values that are marked as sensitive are never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.terraform.expressions import PlanModule, text_at
from mmctl.interchange.terraform.planned_values import (
    TRUE,
    PlannedValues,
    ResourceInstance,
    list_items,
)
from mmctl.interchange.terraform.provider_words import declared_of, noun_of
from mmctl.language.text.nodes import Mapping, Scalar
from mmctl.problem import Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.infrastructure.values import Declared
    from mmctl.interchange.terraform.provider_words import ProviderNode
    from mmctl.problem import Position

_STATE_VERSION: Final = "4"
_DEEPEST: Final = 40


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
    each: ResourceInstance,
    configuration: PlanModule | None,
    unknown: ProviderNode | None,
) -> None:
    found = noun_of(each.type)
    if found is None:
        read.others[each.type] = read.others.get(each.type, 0) + 1
        return
    module = _module_at(configuration, each.module)
    expressions = module.expressions(each.type, each.name) if module is not None else None
    planned = PlannedValues(secrets=read.secrets, module=module, all=expressions, instance=each)
    body = planned.merged(each.values, unknown, each.sensitive, expressions, ("",))
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


def _of_show(root: Mapping, read: ReadModule) -> Iterator[ResourceInstance]:
    """The resources of `planned_values` or `values`."""
    if text_at(root, "errored") == TRUE:
        _leave(read, root.position, "the plan", "Terraform stopped in an error: it is incomplete")
    values = root.get("planned_values") or root.get("values")
    module = values.get("root_module") if isinstance(values, Mapping) else None
    if not isinstance(module, Mapping):
        message = "expected `planned_values` or `values` with a `root_module`"
        help_ = "write it with `terraform show -json FILE`"
        read.problems.append(_problem(root.position, message, help_))
        return
    yield from _of_module(module, read, 0)


def _of_module(module: Mapping, read: ReadModule, depth: int) -> Iterator[ResourceInstance]:
    address = text_at(module, "address")
    for node in list_items(module.get("resources")):
        if not isinstance(node, Mapping) or not text_at(node, "type"):
            message = "expected a resource with a `type` and `values`"
            read.problems.append(_problem(node.position, message, None))
            continue
        if text_at(node, "mode") == "data" or text_at(node, "deposed_key"):
            continue
        values = node.get("values")
        label = text_at(node, "address")
        if not isinstance(values, Mapping) or not label:
            message = "expected a resource with an `address` and `values`"
            read.problems.append(_problem(node.position, message, None))
            continue
        yield ResourceInstance(
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
        for child in list_items(module.get("child_modules")):
            if isinstance(child, Mapping):
                yield from _of_module(child, read, depth + 1)


def _of_state_file(root: Mapping, read: ReadModule) -> Iterator[ResourceInstance]:
    """The resources of a state file of version 4."""
    if text_at(root, "version") != _STATE_VERSION:
        message = f"got a state file of version `{text_at(root, 'version')[:20]}`, expected 4"
        help_ = "write it with `terraform show -json`"
        read.problems.append(_problem(root.position, message, help_))
        return
    for node in list_items(root.get("resources")):
        if not isinstance(node, Mapping) or text_at(node, "mode") == "data":
            continue
        module, type_, name = (text_at(node, key) for key in ("module", "type", "name"))
        for instance in list_items(node.get("instances")):
            values = instance.get("attributes") if isinstance(instance, Mapping) else None
            if not isinstance(instance, Mapping) or not isinstance(values, Mapping):
                message = "expected an instance with `attributes`"
                read.problems.append(_problem(instance.position, message, None))
                continue
            if instance.get("deposed") is not None:
                continue
            index = _index(instance.get("index_key"))
            label = ".".join(part for part in (module, type_, name) if part) + index
            yield ResourceInstance(
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
        for path in list_items(paths)
        for step in list_items(path)[:1]
        if isinstance(step, Mapping) and isinstance(item := step.get("value"), Scalar)
    ]
    if not names:
        return None
    entries = {
        name.text: (name, Scalar(position=name.position, text=TRUE, plain=True, commented=False))
        for name in names
    }
    return Mapping(names[0].position, tuple(entries.values()))


def _index(node: ProviderNode | None) -> str:
    if not isinstance(node, Scalar) or (node.plain and node.text == "null"):
        return ""
    return f"[{node.text}]" if node.plain else f'["{node.text}"]'


def _changes(root: Mapping, read: ReadModule) -> dict[str, ProviderNode]:
    """What is unknown before the apply, by address; resources that the plan deletes are listed."""
    unknown: dict[str, ProviderNode] = {}
    for node in list_items(root.get("resource_changes")):
        change = node.get("change") if isinstance(node, Mapping) else None
        if not isinstance(change, Mapping):
            continue
        label = text_at(node, "address")
        actions = [
            item.text for item in list_items(change.get("actions")) if isinstance(item, Scalar)
        ]
        if actions == ["delete"] and noun_of(text_at(node, "type")) is not None:
            _leave(read, node.position, label, "the plan deletes it")
        after = change.get("after_unknown")
        if after is not None:
            unknown[label] = after
    return unknown


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
