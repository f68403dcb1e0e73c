"""Where a shape names other resources: rules name relays, archives, lists and add-ons, and so on.

A reference is a logical name, `id:…` for something that the project does not manage, or an ARN.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from mmctl.language.project import Reference
from mmctl.model.kinds import NAMED_BY, Kind
from mmctl.model.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mmctl.problem import Path

S = TypeVar("S", bound=Shape)

_MEMBERS: Final[Mapping[str, Kind]] = {
    **NAMED_BY,
    **{kind.row.api.id_member: kind for kind in Kind},
}
"""Members that hold a reference; `Relay` is also the name of the action that holds one."""


def is_raw(name: str) -> bool:
    """Whether a reference is an id or an ARN, not a logical name."""
    return name.startswith(("id:", "arn:"))


def references(shape: Shape) -> Sequence[Reference]:
    """Every reference in a shape, with the path of the member that holds it."""
    # Whoever reads, checks and compiles a project asks for those of each rule.
    held, known = _KNOWN.get(id(shape), (None, ()))
    if held is shape:
        return known
    found: list[Reference] = []
    _collect(shape, (), found)
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[id(shape)] = shape, found
    return found


_KNOWN: Final[dict[int, tuple[Shape, Sequence[Reference]]]] = {}
"""The references of shapes, by the id of the shape, which lives as long as it is here."""
_MOST_KNOWN: Final = 4096


def with_references(shape: S, rename: Callable[[Reference], str]) -> S:
    """The same shape with other names in its references."""
    members = shape.to_api()
    for reference in references(shape):
        *parents, last = reference.path
        holder: Any = members
        for part in parents:
            holder = holder[part]
        holder[last] = rename(reference)
    return type(shape).logical(members)


def _collect(shape: Shape, path: Path, found: list[Reference]) -> None:
    for name, member, kind in _holders(type(shape)):  # type: ignore[arg-type]
        value = getattr(shape, name)
        if isinstance(value, Shape):
            _collect(value, (*path, member), found)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Shape):
                    _collect(item, (*path, member, index), found)
                elif kind is not None:
                    found.append(Reference(kind=kind, name=item, path=(*path, member, index)))
        elif value is not None and kind is not None:
            found.append(Reference(kind=kind, name=value, path=(*path, member)))


@cache
def _holders(shape: type[Shape]) -> tuple[tuple[str, str, Kind | None], ...]:
    """The members that may hold references, with AWS's name and the kind that they name.

    Most of a rule is what it compares, and holds none: that is not looked at.
    """
    members = (
        (name, str(field.alias), field.annotation) for name, field in shape.model_fields.items()
    )
    return tuple(
        (name, alias, _MEMBERS.get(alias))
        for name, alias, annotation in members
        if alias in _MEMBERS or any(_holders(inner) for inner in _shapes_in(annotation))  # type: ignore[arg-type]
    )


def _shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)
