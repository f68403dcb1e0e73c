"""A declared resource → the shape of the API, with stand-ins where values are unknown.

Texts and numbers take the type that the API has in their place, as CloudFormation and Terraform
convert them. Members that this version does not know are listed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, get_args

from mmctl.interchange.infrastructure.found import UNKNOWN_VALUE, FoundResource, OpenValue
from mmctl.interchange.infrastructure.secrets import masked
from mmctl.interchange.infrastructure.stand_ins import VariableStandIns, as_hole, holes
from mmctl.interchange.infrastructure.values import OpenText, Plain, Pointer
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.refusals import refusals
from mmctl.model.kinds import NAMED_BY, Kind
from mmctl.model.shape import OneOf, Shape, ShapeError
from mmctl.problem import Position, Positions, Problem, Severity
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from mmctl.interchange.infrastructure.values import Declared, Tree
    from mmctl.problem import Path

REFERS: Final[Mapping[str, Kind]] = {
    **NAMED_BY,
    **{kind.row.api.id_member: kind for kind in Kind},
}
"""Members that hold a reference, with the kind that they name."""
_ROUNDS: Final = 40
_SHOWN: Final = 60
_STATE_IT: Final = (
    "give the parameter a default, or a value: `--parameter NAME=VALUE`; of Terraform, the plan or "
    "the state has them"
)
_NUMBERS: Final = frozenset({"int_type", "float_type", "int_parsing", "float_parsing"})


@dataclass(slots=True, kw_only=True)
class ResourceLinks:
    """What references lead to."""

    labels: Mapping[str, tuple[Kind, str]]
    """Kind and logical name of each resource, by its label."""
    ids: Mapping[tuple[Kind, str], str]
    """Logical names by ids and ARNs, where the files know these."""


@dataclass(slots=True, kw_only=True)
class _Fitted:
    """One resource on its way to a shape."""

    resource: FoundResource
    shape: type[Shape]
    links: ResourceLinks
    stand_ins: VariableStandIns
    file_positions: _ResourcePlaces
    written: dict[Path, str] = field(default_factory=dict)
    """Scalars as written, by their place."""
    texts: dict[Path, OpenText] = field(default_factory=dict)
    """Texts that are unknown, by their place."""
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def fit(
    resource: FoundResource,
    declared: Declared,
    members: Mapping[str, Tree],
    links: ResourceLinks,
    stand_ins: VariableStandIns,
) -> tuple[list[Unread], list[Problem]]:
    """Give a resource its members and shape; returns what is left out, and what is refused."""
    resource.positions = Positions(declared.places)
    fitted = _Fitted(
        resource=resource,
        shape=resource.kind.row.shape,
        links=links,
        stand_ins=stand_ins,
        file_positions=_ResourcePlaces(declared.places, resource.label),
    )
    resource.members = _flat(fitted, dict(members), ())
    _shape(fitted)
    _open_values(fitted)
    return fitted.unread, fitted.problems


def _flat(fitted: _Fitted, tree: Any, path: Path) -> Any:
    """Properties as plain members; what is written or not known is kept by its place."""
    match tree:
        case dict():
            return {key: _flat(fitted, value, (*path, key)) for key, value in tree.items()}
        case list():
            return [_flat(fitted, item, (*path, index)) for index, item in enumerate(tree)]
        case OpenText():
            return _unknown(fitted, tree, path)
        case Plain():
            fitted.written[path] = tree.text
            value = tree.value
        case _:
            value = tree
    kind = _referred(path)
    if kind is not None and isinstance(value, str):
        return _reference(fitted, kind, value)
    return value


def _referred(path: Path) -> Kind | None:
    member = next((part for part in reversed(path) if isinstance(part, str)), "")
    return REFERS.get(member)


def _reference(fitted: _Fitted, kind: Kind, value: str) -> str:
    """A logical name for what is in the files, else the id, marked as one."""
    known = fitted.links.ids.get((kind, value))
    if known is not None:
        return known
    return value if value.startswith(("arn:", "id:")) else f"id:{value}"


def _unknown(fitted: _Fitted, text: OpenText, path: Path) -> str | int:
    kind = _referred(path)
    pointers = [part for part in text.parts if isinstance(part, Pointer)]
    if kind is not None and len(pointers) == 1:
        there = fitted.links.labels.get(pointers[0].label)
        if there is not None and there[0] is kind:
            return there[1]
    if kind is not None and (own := _own_id(kind, text)) is not None:
        return f"id:{own}"
    if kind is not None and not _is_arn(text):
        text = OpenText(("id:", *text.parts))
    fitted.texts[path] = text
    fitted.stand_ins.expect(text, str(path[-1]))
    return fitted.stand_ins.text(text)


def _own_id(kind: Kind, text: OpenText) -> str | None:
    """The id in an ARN of this environment: a file names it by that alone."""
    if any(not isinstance(part, str) and as_hole(part).environment is None for part in text.parts):
        return None
    shown = "".join(
        part if isinstance(part, str) else f"{{{as_hole(part).environment}}}" for part in text.parts
    )
    start = f"arn:{{partition}}:ses:{{region}}:{{account}}:{kind.row.referred.arn_part}/"
    return shown.removeprefix(start) if shown.startswith(start) else None


def _is_arn(text: OpenText) -> bool:
    first = text.parts[0]
    return isinstance(first, str) and first.startswith("arn:")


# -- members → shape


def _shape(fitted: _Fitted) -> None:
    """Find the shape of the members, with other types and stand-ins if need be."""
    error: ShapeError | None = None
    for _ in range(_ROUNDS):
        try:
            fitted.resource.shape = fitted.resource.kind.row.shape.of_api(fitted.resource.members)
        except ShapeError as found:
            error = found
        else:
            return
        changed = [_better(fitted, detail) for detail in error.errors()]
        if not any(changed):
            break
    if error is not None:
        _refuse(fitted, error)


def _better(fitted: _Fitted, detail: ErrorDetails) -> bool:
    """Change what was refused, if there is something else to try."""
    path: Path = tuple(detail["loc"])
    value = _at(fitted.resource.members, path)
    if detail["type"] == "extra_forbidden":
        return _leave_out(fitted, path, value)
    open_path = next(
        (path[:end] for end in range(len(path), 0, -1) if path[:end] in fitted.texts), None
    )
    if open_path is not None:
        return _other_stand_in(fitted, open_path, detail["type"])
    if detail["type"] == "string_type" and isinstance(value, int | float):
        _put(fitted.resource.members, path, fitted.written.get(path, _as_text(value)))
        return True
    if detail["type"] in _NUMBERS and isinstance(value, str):
        number = _as_number(value)
        if number is not None:
            _put(fitted.resource.members, path, number)
            return True
    return False


def _as_text(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_number(value: str) -> int | float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _leave_out(fitted: _Fitted, path: Path, value: Any) -> bool:
    """Leave a member out that this version does not know, unless it is all that is there."""
    holder = _at(fitted.resource.members, path[:-1])
    union = _shape_at(fitted.shape, path[:-1])
    if union is not None and issubclass(union, OneOf) and len(holder) == 1:
        return False
    del holder[path[-1]]
    fitted.unread.append(
        Unread(
            place=fitted.file_positions.at(path),
            text=masked(f"{fitted.resource.label}: {_path_text(path)}: {_short(value)}"),
            why=f"this version of mmctl does not know the member `{path[-1]}`",
            instead="update mmctl, or keep this resource where it is",
        )
    )
    return True


def _other_stand_in(fitted: _Fitted, path: Path, error: str) -> bool:
    text = fitted.texts[path]
    if error in {"tuple_type", "list_type"}:
        fitted.texts[(*path, 0)] = fitted.texts.pop(path)
        _put(fitted.resource.members, path, [fitted.stand_ins.text(text)])
        return True
    variables = fitted.stand_ins.variables(text)
    if not [each for each in variables if fitted.stand_ins.next_form(each)]:
        return False
    for each, other in fitted.texts.items():
        if set(variables) & set(fitted.stand_ins.variables(other)):
            _put(fitted.resource.members, each, fitted.stand_ins.text(other))
    return True


def _refuse(fitted: _Fitted, error: ShapeError) -> None:
    """A problem for each refused member; where a value is unknown, why."""
    details = {tuple(detail["loc"]): detail for detail in error.errors()}
    refused = refusals(error, fitted.shape, (), fitted.file_positions, fitted.resource.kind.noun)
    for path, problem in zip(details, refused, strict=False):
        text = next(
            (
                fitted.texts[path[:end]]
                for end in range(len(path), 0, -1)
                if path[:end] in fitted.texts
            ),
            None,
        )
        if text is None:
            fitted.problems.append(problem)
            continue
        hole = next(iter(holes(text)), None)
        why = "its value is unknown" if hole is None else hole.why
        fitted.problems.append(
            Problem(
                check=UNKNOWN_VALUE,
                severity=Severity.ERROR,
                position=problem.position,
                message=f"`{fitted.file_positions.shown(path)}`: {why}, and nothing else fits here",
                help=(hole.instead if hole is not None else None) or _STATE_IT,
            )
        )


def _open_values(fitted: _Fitted) -> None:
    for path, text in fitted.texts.items():
        unknown = [part for part in text.parts if not isinstance(part, str)]
        why = next((hole.why for hole in holes(text)), "it depends on the environment")
        fitted.resource.open[path] = OpenValue(
            position=fitted.resource.positions.at(path),
            stand_in=_at(fitted.resource.members, path),
            written=fitted.stand_ins.written(text),
            why=why if unknown else "it is unknown",
            variables=fitted.stand_ins.variables(text),
        )


# -- places and members by path


class _ResourcePlaces:
    """The places of members, as `refusals` asks for them."""

    def __init__(self, places: Mapping[Path, Position], label: str) -> None:
        self._positions = Positions(places)
        self._label = label
        self.file = self._positions.at(()).file

    def at(self, path: Path) -> Position:
        """The place of a member, or of the nearest member around it."""
        return self._positions.at(path)

    def shown(self, path: Path) -> str:
        """A path as people write it, with the name of the resource."""
        return f"{self._label}.{_path_text(path)}".rstrip(".")


def _path_text(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _at(members: Any, path: Path) -> Any:
    for part in path:
        try:
            members = members[part]
        except (KeyError, IndexError, TypeError):
            return None
    return members


def _put(members: Any, path: Path, value: Any) -> None:
    holder = _at(members, path[:-1])
    if isinstance(holder, dict | list):
        holder[path[-1]] = value  # type: ignore[index]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _shape_at(shape: type[Shape], path: Path) -> type[Shape] | None:
    current: type[Shape] | None = shape
    for part in path:
        if isinstance(part, str) and current is not None:
            fields = current.model_fields.values()
            annotation = next((each.annotation for each in fields if each.alias == part), None)
            current = next(_shapes_in(annotation), None)
    return current


def _shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)
