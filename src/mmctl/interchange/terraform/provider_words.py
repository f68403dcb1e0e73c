"""Arguments of the providers `aws` and `awscc` → members of the API.

`aws` has blocks, which plans and states show as lists of one; `awscc` has nested attributes, and
texts of JSON for structures without members (`drop = "{}"`). Source: the schemas of both providers
(registry.terraform.io/providers/hashicorp/aws and …/hashicorp/awscc).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args, get_origin

from mmctl.interchange.infrastructure.values import (
    Declared,
    Hole,
    OpenText,
    Plain,
    Pointer,
    known_text,
)
from mmctl.interchange.terraform.spelling import SINGULAR, snake
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.model.kinds import API, KIND_OF, Noun
from mmctl.model.members import pascal
from mmctl.model.resources import AddonInstance
from mmctl.model.shape import Shape
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.interchange.infrastructure.values import Tree
    from mmctl.problem import Path, Position

_PLURAL: Final = {name: member for member, name in SINGULAR.items()}
_EMPTY_IS_ABSENT: Final = frozenset({"Conditions", "Unless"})
_OF_TERRAFORM: Final = frozenset(
    {
        "id", "arn", "tags_all", "region", "timeouts", "status", "a_record", "archive_state",
        "created_timestamp", "last_updated_timestamp", "last_modified_timestamp", "created_date",
        "last_modification_date", "addon_name_id", "count", "for_each", "provider", "depends_on",
        "lifecycle", "provisioner", "connection",
    }
)  # fmt: skip
"""Arguments and attributes that no Create request has."""
PREFIXES: Final = {
    "aws_mailmanager_": "aws",
    "awscc_ses_mail_manager_": "awscc",
    "awscc_logs_": "awscc",
    "aws_cloudwatch_log_": "aws",
}
"""How the types of each provider begin."""
_LOGS: Final = {"delivery_source": "DeliverySource", "delivery": "Delivery"}
_DESTINATION: Final = "delivery_destination"
_SHOWN: Final = 5
_NOUNS: Final = {snake(noun): noun.value for noun in Noun}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A value that an expression has, as far as the files know it."""

    position: Position
    tree: Tree
    perhaps: bool = False
    """Whether nobody may have written it: the provider fills in what is not set."""


ProviderNode: TypeAlias = "Scalar | Sequence | Mapping | Evaluated"
"""A value of an argument; lists and mappings of these."""


def noun_of(type_: str) -> tuple[str, str] | None:
    """The provider and the noun of a type; None: it has nothing to do with Mail Manager."""
    for prefix, provider in PREFIXES.items():
        if type_.startswith(prefix):
            word = type_.removeprefix(prefix)
            of_logs = "log" in prefix
            noun = (_LOGS | {_DESTINATION: "DeliveryDestination"}) if of_logs else _NOUNS
            return (provider, noun[word]) if word in noun else None
    return None


@dataclass(slots=True, kw_only=True)
class _Converted:
    places: dict[Path, Position] = field(default_factory=dict)
    perhaps: list[str] = field(default_factory=list)
    """Optional arguments of which nobody knows whether they are set."""


def declared_of(
    label: str, noun: str, provider: str, body: Mapping, position: Position
) -> Declared:
    """A resource with its arguments in the words of the API."""
    converted = _Converted(places={(): position})
    if noun not in {*Noun}:
        properties = _log_members(converted, noun, body)
    else:
        properties = _resource_members(converted, Noun(noun), provider, body)
    id_, arn = _identity(noun, body)
    return Declared(
        noun=noun,
        label=label,
        properties=properties,
        places=converted.places,
        id=id_,
        arn=arn,
        notes=_notes(label, converted.perhaps),
    )


def _notes(label: str, perhaps: list[str]) -> list[str]:
    if not perhaps:
        return []
    listed = ", ".join(f"`{each}`" for each in perhaps[:_SHOWN])
    more = f" and {len(perhaps) - _SHOWN} more" if len(perhaps) > _SHOWN else ""
    return [
        (
            f"{label}: the plan does not say whether {listed}{more} are set; "
            "the state after the apply does"
        )
    ]


def _identity(noun: str, body: Mapping) -> tuple[str | None, str | None]:
    """Id and ARN, where a state has them."""
    word = snake(noun)
    found = [
        next(
            (
                node.text
                for name in names
                if isinstance(node := body.get(name), Scalar) and node.text and not node.plain
            ),
            None,
        )
        for names in ((f"{word}_id", "id"), (f"{word}_arn", "arn"))
    ]
    return found[0], found[1]


def _log_members(converted: _Converted, noun: str, body: Mapping) -> dict[str, Tree]:
    properties: dict[str, Tree] = {}
    for key, node in body.entries:
        member = pascal(key.text)
        if member == "DeliveryDestinationConfiguration":
            inner = _only(node)
            if isinstance(inner, Mapping):
                properties |= _log_members(converted, noun, inner)
            continue
        tree = _leaf(node) if isinstance(node, Scalar | Evaluated) else None
        if tree is not None:
            properties[member] = tree
            converted.places[(member,)] = key.position
    return properties


def _resource_members(
    converted: _Converted, noun: Noun, provider: str, body: Mapping
) -> dict[str, Tree]:
    shape = AddonInstance if noun is Noun.ADDON_INSTANCE else KIND_OF[noun].row.shape
    own = {*_OF_TERRAFORM, snake(noun.id_member), snake(noun.arn_member)}
    if noun is not Noun.ADDON_SUBSCRIPTION:
        own |= {"addon_name"}
    properties: dict[str, Tree] = {}
    for key, node in body.entries:
        if key.text == "tags":
            _tags(converted, key, node, properties)
            continue
        if key.text in own and not (key.text == "region" and noun not in API):
            continue
        member = _member(shape, key.text)
        if provider == "aws" and key.text == "name" and noun.name_member in _members_of(shape):
            member = noun.name_member
        _put(converted, properties, (member,), (shape, key, node))
    for each in shape.model_fields.values():
        if each.required and each.alias in SINGULAR:
            properties.setdefault(each.alias, [])  # No block of it is a list of none.
    return properties


def _tag_key(name: Scalar) -> Tree:
    """The key of a tag; one that is an expression, and so plain, is unknown."""
    if not name.plain:
        return name.text
    return OpenText((Hole(key=name.text, why=f"`{name.text[:60]}` is not evaluated here"),))


def _tags(
    converted: _Converted, key: Scalar, node: ProviderNode, properties: dict[str, Tree]
) -> None:
    """A map of tags, or a list of keys and values."""
    tags: list[Tree] = []
    converted.places[("Tags",)] = key.position
    entries = node.entries if isinstance(node, Mapping) else ()
    for name, value in entries:
        converted.places["Tags", len(tags)] = name.position
        tags.append({"Key": _tag_key(name), "Value": _leaf(value)})
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping):
            converted.places["Tags", len(tags)] = item.position
            tags.append({pascal(name.text): _leaf(value) for name, value in item.entries})
    if isinstance(node, Evaluated):
        tags.append(node.tree)
    if tags:
        properties["Tags"] = tags


def _members_of(shape: type[Shape]) -> dict[str, Any]:
    return {str(each.alias): each.annotation for each in shape.model_fields.values()}


def _member(shape: type[Shape] | None, word: str) -> str:
    """The member that an argument is; the words of an unknown one in the API's spelling."""
    members = _members_of(shape) if shape is not None else {}
    plural = _PLURAL.get(word)
    if plural is not None and plural in members:
        return plural
    return next((member for member in members if snake(member) == word), pascal(word))


def _put(
    converted: _Converted,
    properties: dict[str, Tree],
    path: Path,
    found: tuple[type[Shape] | None, Scalar, ProviderNode],
) -> None:
    """Add a member, if it is there at all: plans and states show absent ones as null or empty."""
    shape, key, node = found
    member = str(path[-1])
    annotation = _members_of(shape).get(member) if shape is not None else None
    if isinstance(node, Evaluated) and node.perhaps and _is_left_out(shape, member, node):
        if _is_text(annotation):
            converted.perhaps.append(_shown(path))
        return
    value = _value(converted, annotation, node, path)
    if value is None or (member in _EMPTY_IS_ABSENT and value == []):
        return
    if annotation is None and value in ([], {}, ""):
        return
    properties[member] = value
    converted.places[path] = key.position


def _value(converted: _Converted, annotation: Any, node: ProviderNode, path: Path) -> Tree:
    inner = next(_shapes_in(annotation), None)
    listed = _is_list(annotation)
    if isinstance(node, Evaluated) or (isinstance(node, Scalar) and inner is None):
        return _leaf(node)
    if isinstance(node, Scalar):
        return {} if known_text(_leaf(node)) == "{}" else _leaf(node)
    if inner is not None and listed:
        items = node.items if isinstance(node, Sequence) else (node,)
        return _items(converted, inner, items, path)
    if inner is not None or annotation is None:
        only = _only(node) if inner is not None else node
        if isinstance(only, Mapping):
            return _structure(converted, inner, only, path)
        if isinstance(only, Sequence):
            return _items(converted, inner, only.items, path) if only.items else None
        return None if only is None else _leaf(only)
    if isinstance(node, Sequence):
        return _items(converted, None, node.items, path)
    return _structure(converted, None, node, path)


def _items(
    converted: _Converted, shape: type[Shape] | None, items: tuple[Any, ...], path: Path
) -> Tree:
    values: list[Tree] = []
    for item in items:
        at = (*path, len(values))
        converted.places[at] = item.position
        if isinstance(item, Mapping):
            values.append(_structure(converted, shape, item, at))
        elif isinstance(item, Sequence):
            values.append(_items(converted, shape, item.items, at))
        else:
            values.append(_leaf(item))
    return values


def _structure(
    converted: _Converted, shape: type[Shape] | None, node: Mapping, path: Path
) -> dict[str, Tree]:
    properties: dict[str, Tree] = {}
    for key, value in node.entries:
        at = (*path, _member(shape, key.text))
        _put(converted, properties, at, (shape, key, value))
    return properties


def _only(node: Any) -> Any:
    """The one item of a list, as blocks of which there is one are shown."""
    if isinstance(node, Sequence) and len(node.items) <= 1:
        return node.items[0] if node.items else None
    return node


def _leaf(node: Any) -> Tree:
    if isinstance(node, Evaluated):
        return node.tree
    if not isinstance(node, Scalar):
        return None
    if not node.plain:
        return node.text
    if node.text in {"true", "false"}:
        return Plain(node.text, node.text == "true")
    if node.text == "null":
        return None
    number = float(node.text)
    return Plain(node.text, int(number) if number.is_integer() else number)


def _is_left_out(shape: type[Shape] | None, member: str, node: Evaluated) -> bool:
    """Whether a member that may not be set is none that the API requires."""
    annotation = _members_of(shape).get(member) if shape is not None else None
    if next(_shapes_in(annotation), None) is not None:
        return True  # No resource is named by a structure.
    pointed = isinstance(node.tree, OpenText) and isinstance(node.tree.parts[0], Pointer)
    required = shape is not None and any(
        each.required for each in shape.model_fields.values() if each.alias == member
    )
    return not pointed and not required


def _is_text(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, str) and not issubclass(annotation, Enum)
    return any(_is_text(part) for part in get_args(annotation))


def _shown(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(_is_list(part) for part in get_args(annotation))


def _shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)
