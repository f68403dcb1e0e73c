"""HCL files of one folder → declared resources, as far as their values are literal.

Variables have their defaults, or what a `.tfvars` file says; locals are followed; references to
resources stay references. Functions, loops and modules are not evaluated: they are listed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from mmctl.interchange.infrastructure.secrets import is_called_secret
from mmctl.interchange.infrastructure.values import (
    ARN,
    ID,
    NAME,
    Hole,
    OpenText,
    Pointer,
    parts_of,
    text_of,
)
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.terraform.documents import ReadModule
from mmctl.interchange.terraform.expressions import ENVIRONMENT
from mmctl.interchange.terraform.given_variables import variables_of
from mmctl.interchange.terraform.hcl_reading import read_expression
from mmctl.interchange.terraform.hcl_values import (
    HclCall,
    HclCode,
    HclList,
    HclLiteral,
    HclMap,
    HclName,
    HclText,
)
from mmctl.interchange.terraform.provider_words import Evaluated, declared_of, noun_of
from mmctl.language.text.nodes import Mapping, Scalar, Sequence
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.infrastructure.values import Part
    from mmctl.interchange.terraform.hcl_values import HclBlock, HclValue
    from mmctl.interchange.terraform.provider_words import ProviderNode
    from mmctl.problem import Position

_RESOURCE: Final = Pattern(r"([a-z][a-z0-9_]*)\.([\w-]+)((?:\[[^\]]*\])?)\.([\w-]+)")
_DATA: Final = Pattern(r"(data\.[a-z][a-z0-9_]*)\.[\w-]+\.([\w-]+)")
_STEP: Final = Pattern(r"""([\w-]+)|\["([^"\\]*)"\]|\[([0-9]{1,9})\]""")
_DEEPEST: Final = 30
_SHORTEST_SECRET: Final = 4
"""Characters; a shorter text is in too many others."""
_NO_RESOURCES: Final = frozenset(
    {
        "variable", "locals", "output", "provider", "terraform", "data", "resource", "import",
        "moved", "removed", "check", "ephemeral", "action", "",
    }
)  # fmt: skip
_LOOPS: Final = ("for_each", "count")
_NOT_SET: Final = object()


@dataclass(slots=True, kw_only=True)
class HclModule:
    """The blocks of one folder."""

    blocks: list[HclBlock]
    given: dict[str, HclValue] = field(default_factory=dict)
    """Values of variables from `.tfvars` files."""
    variables: dict[str, HclBlock] = field(default_factory=dict)
    locals: dict[str, HclValue] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """The type of each resource, by its address."""
    read: ReadModule = field(default_factory=ReadModule)


def read_module(blocks: list[HclBlock], given: dict[str, HclValue]) -> ReadModule:
    """The resources that the blocks of a folder declare; `given` are values of variables."""
    module = HclModule(blocks=blocks, given=given, variables=variables_of(blocks))
    for block in blocks:
        if block.type == "locals":
            module.locals |= {name: value for name, (_, value) in block.attributes.items()}
        elif block.type == "resource" and len(block.labels) == 2:  # noqa: PLR2004 - type and name
            module.types[".".join(block.labels)] = block.labels[0]
    module.read.secrets |= _secrets(module)
    for block in blocks:
        if block.type == "resource":
            _resource(module, block)
        elif block.type == "module":
            name = f"module {' '.join(block.labels)}"
            why = "modules are not expanded"
            _leave(module, block.position, name, why, "give the plan or the state")
        elif block.type not in _NO_RESOURCES:
            _leave(module, block.position, f"block `{block.type}`", "mmctl does not know it")
    return module.read


def _secrets(module: HclModule) -> set[str]:
    """The texts of locals and variables that are called secret: they are shown nowhere."""
    defaults = {
        name: block.attributes["default"][1]
        for name, block in module.variables.items()
        if "default" in block.attributes
    }
    return {
        value.text
        for named in (module.locals, defaults, module.given)
        for name, value in named.items()
        if isinstance(value, HclLiteral) and not value.plain and is_called_secret(name)
        if len(value.text) >= _SHORTEST_SECRET
    }


def _leave(
    module: HclModule, place: Position, text: str, why: str, instead: str | None = None
) -> None:
    module.read.unread.append(Unread(place=place, text=text, why=why, instead=instead))


def _resource(module: HclModule, block: HclBlock) -> None:
    label = ".".join(block.labels)
    found = noun_of(block.labels[0]) if len(block.labels) == 2 else None  # noqa: PLR2004 - as above
    if found is None:
        type_ = block.labels[0] if block.labels else "resource"
        module.read.others[type_] = module.read.others.get(type_, 0) + 1
        return
    for loop in _LOOPS:
        if loop in block.attributes:
            why = f"`{loop}` is not evaluated here"
            place = block.attributes[loop][0]
            _leave(module, place, label, why, "give the plan or the state")
            return
    dynamic = _dynamic(block)
    if dynamic is not None:
        why = f"`dynamic {' '.join(dynamic.labels)}` in it is not evaluated here"
        _leave(module, dynamic.position, label, why, "give the plan or the state")
        return
    provider, noun = found
    body = _body(module, block, label)
    declared = declared_of(label, noun, provider, body, block.position)
    declared.retained = _is_kept(block)
    module.read.declared.append(declared)


def _dynamic(block: HclBlock) -> HclBlock | None:
    """The first block in a block that a loop makes: without it, the rest would mean less."""
    for inner in block.blocks:
        found = inner if inner.type == "dynamic" else _dynamic(inner)
        if found is not None:
            return found
    return None


def _is_kept(block: HclBlock) -> bool:
    """Whether Terraform refuses to destroy it."""
    for inner in block.blocks:
        if inner.type == "lifecycle" and "prevent_destroy" in inner.attributes:
            value = inner.attributes["prevent_destroy"][1]
            return isinstance(value, HclLiteral) and value.text == "true"
    return False


def _body(module: HclModule, block: HclBlock, label: str) -> Mapping:
    """Attributes and blocks as one mapping; blocks of one type are a list."""
    entries: dict[str, tuple[Scalar, Any]] = {}
    for name, (position, value) in block.attributes.items():
        key = Scalar(position, name, False, False)
        entries[name] = (key, _node(module, value, f"{label}.{name}", 0))
    lists: dict[str, list[Mapping]] = {}
    count = Counter(inner.type for inner in block.blocks)
    for inner in block.blocks:
        number = f".{len(lists.get(inner.type, ()))}" if count[inner.type] > 1 else ""
        body = _body(module, inner, f"{label}.{inner.type}{number}")
        lists.setdefault(inner.type, []).append(body)
        entries.setdefault(inner.type, (Scalar(inner.position, inner.type, False, False), None))
    for name, bodies in lists.items():
        key, _ = entries[name]
        entries[name] = (key, Sequence(key.position, tuple(bodies)))
    return Mapping(block.position, tuple(entries.values()))


def _node(module: HclModule, value: HclValue, key: str, depth: int) -> ProviderNode:
    """A value with what is known of it put in its place."""
    if depth > _DEEPEST:
        return _hole(value.position, key, "it is nested too deep to be evaluated here")
    match value:
        case HclLiteral():
            return Scalar(value.position, value.text, value.plain, False)
        case HclList():
            nodes = tuple(
                _node(module, item, f"{key}.{number}", depth + 1)
                for number, item in enumerate(value.items)
            )
            return Sequence(value.position, nodes)  # type: ignore[arg-type]
        case HclMap():
            entries = tuple(
                (
                    _key(module, name, key, depth),
                    _node(module, item, f"{key}.{name.text}", depth + 1),
                )
                for name, item in value.entries
            )
            return Mapping(value.position, entries)  # type: ignore[arg-type]
        case HclName():
            return _named(module, value, key, depth)
        case HclText():
            return _interpolated(module, value, key, depth)
        case HclCall(name="jsonencode", arguments=(HclMap(entries=()),)):
            return Scalar(value.position, "{}", False, False)
        case HclCall():
            why = f"`{value.name}()` is not evaluated here"
            return _hole(value.position, key, why)
        case HclCode():
            return _hole(value.position, key, f"`{_short(value.text)}` is not evaluated here")


def _key(module: HclModule, name: HclLiteral, key: str, depth: int) -> Scalar:
    """The key of a map; one in brackets is evaluated, and stays plain if it is unknown."""
    if not name.plain:
        return Scalar(name.position, name.text, False, False)
    found = _node(module, read_expression(name.text, name.position), key, depth + 1)
    if isinstance(found, Scalar):
        return Scalar(name.position, found.text, False, False)
    return Scalar(name.position, f"({name.text})", True, False)


def _hole(position: Position, key: str, why: str) -> Evaluated:
    return Evaluated(position, OpenText((Hole(key=key, why=why),)))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - characters that are shown


def _named(module: HclModule, value: HclName, key: str, depth: int) -> ProviderNode:
    first, *steps = _steps(value.text)
    if first == "var" and steps:
        return _variable(module, value, steps, depth)
    if first == "local" and steps:
        local = module.locals.get(steps[0])
        if local is None:
            return _hole(value.position, value.text, f"`{value.text}` is not defined here")
        node = _node(module, local, value.text, depth + 1)
        return _moved(_inside(node, steps[1:], value), value.position)
    data = _DATA.fullmatch(value.text)
    if data is not None and (environment := ENVIRONMENT.get((data[1], data[2]))) is not None:
        why = f"it is the {environment}"
        hole = Hole(key=value.text, why=why, environment=environment)
        return Evaluated(value.position, OpenText((hole,)))
    found = _RESOURCE.fullmatch(value.text)
    noun = noun_of(found[1]) if found is not None else None
    if found is not None and noun is not None:
        return _pointed(module, value, f"{found[1]}.{found[2]}", found[3], found[4])
    why = f"`{value.text}` is known after the apply"
    return _hole(value.position, value.text if first != "each" else key, why)


def _pointed(
    module: HclModule, value: HclName, address: str, index: str, attribute: str
) -> ProviderNode:
    if address not in module.types:
        return _hole(value.position, value.text, f"there is no resource `{address}` here")
    if index:
        return _hole(value.position, value.text, f"`{address}` is made by a loop")
    kind = {"arn": ARN, "id": ID, "name": NAME}.get(attribute.rsplit("_", 1)[-1], attribute)
    return Evaluated(value.position, OpenText((Pointer(label=address, attribute=kind),)))


def _variable(module: HclModule, value: HclName, steps: list[str], depth: int) -> ProviderNode:
    name = steps[0]
    block = module.variables.get(name)
    given = module.given.get(name)
    secret = block is not None and _is_true(block, "sensitive")
    if secret or (block is not None and _is_true(block, "ephemeral")):
        why = f"variable `{name}` is sensitive: its value is not written"
        hole = Hole(key=name, why=why, secret=True)
        return Evaluated(value.position, OpenText((hole,)))
    if given is None and block is not None and "default" in block.attributes:
        given = block.attributes["default"][1]
    if given is None or (isinstance(given, HclLiteral) and given.plain and given.text == "null"):
        return _hole(value.position, name, f"variable `{name}` has no default")
    node = _node(module, given, f"var.{name}", depth + 1)
    return _moved(_inside(node, steps[1:], value), value.position)


def _is_true(block: HclBlock, name: str) -> bool:
    _, value = block.attributes.get(name, (None, None))
    return isinstance(value, HclLiteral) and value.text == "true"


def _steps(text: str) -> list[str]:
    """What a name leads through: `local.hosts["mx"]` is `local`, `hosts`, `mx`."""
    return [found[1] or found[2] or found[3] for found in _STEP.finditer(text)]


def _inside(node: ProviderNode, steps: list[str], value: HclName) -> ProviderNode:
    """A member of a map or an item of a list: `local.hosts.mx`, `var.words[0]`."""
    for step in steps:
        inner = node.get(step) if isinstance(node, Mapping) else None
        if isinstance(node, Sequence) and step.isdecimal() and int(step) < len(node.items):
            inner = node.items[int(step)]
        if inner is None:
            return _hole(value.position, value.text, f"`{value.text}` is not evaluated here")
        node = inner
    return node


def _moved(node: ProviderNode, position: Position) -> ProviderNode:
    """The value at the place where it is used."""
    match node:
        case Scalar():
            return Scalar(position, node.text, node.plain, False)
        case Evaluated():
            return Evaluated(position, node.tree)
        case Sequence():
            return Sequence(position, node.items)
        case Mapping():
            return Mapping(position, node.entries)


def _interpolated(module: HclModule, value: HclText, key: str, depth: int) -> ProviderNode:
    parts: list[Part] = []
    for number, (code, text) in enumerate(value.template.parts):
        if not code:
            parts.append(text)
            continue
        if text.startswith("%"):
            return _hole(value.position, key, "`%{…}` is not evaluated here")
        inner = read_expression(text.strip().strip("~").strip(), value.position)
        node = _node(module, inner, f"{key}.{number}", depth + 1)
        own = _parts(node)
        if own is None:
            return _hole(value.position, key, f"`${{{_short(text)}}}` is no text")
        parts += own
    tree = text_of(parts)
    if isinstance(tree, str):
        return Scalar(value.position, tree, False, False)
    return Evaluated(value.position, tree)


def _parts(node: ProviderNode) -> tuple[Part, ...] | None:
    if isinstance(node, Evaluated):
        return parts_of(node.tree)
    return (node.text,) if isinstance(node, Scalar) else None
