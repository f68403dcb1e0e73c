"""Where a shape names other resources: rules name relays, archives, lists and add-ons, and so on.

A reference is a logical name, `id:…` for something that the project does not manage, or an ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from mmctl.language.project import Reference
from mmctl.model.kinds import NAMED_BY, Kind
from mmctl.model.shape import LOGICAL, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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


def references(shape: Shape) -> Iterator[Reference]:
    """Every reference in a shape, with the path of the member that holds it."""
    yield from _found(shape.to_api(), ())


def with_references(shape: S, rename: Callable[[Reference], str]) -> S:
    """The same shape with other names in its references."""
    members = shape.to_api()
    for reference in list(_found(members, ())):
        *parents, last = reference.path
        holder: Any = members
        for part in parents:
            holder = holder[part]
        holder[last] = rename(reference)
    return type(shape).model_validate(members, by_alias=True, by_name=False, context=LOGICAL)


def _found(value: Any, path: Path) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from _found(item, (*path, index))
    elif isinstance(value, dict):
        for key, member in value.items():
            kind = _MEMBERS.get(key) if not isinstance(member, dict) else None
            if kind is None:
                if isinstance(member, dict | list):
                    yield from _found(member, (*path, key))
            elif isinstance(member, list):
                for index, name in enumerate(member):
                    yield Reference(kind=kind, name=name, path=(*path, key, index))
            else:
                yield Reference(kind=kind, name=member, path=(*path, key))
