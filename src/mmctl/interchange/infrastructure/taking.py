"""Some kinds of resources leave another tool and come to mmctl; the rest stays there.

What comes is written as rule files; what rules name and what stays is bound by its id. Nothing here
knows a tool, and nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.references import references
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection

    from mmctl.interchange.api_json import Imported
    from mmctl.interchange.infrastructure.found import FoundInfrastructure, FoundResource
    from mmctl.model.kinds import Kind
    from mmctl.problem import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLeft:
    """A place in what stays that names something that leaves."""

    position: Position
    member: str
    """The member of the API: `RuleSetId`."""
    by: FoundResource
    to: FoundResource


@dataclass(slots=True, kw_only=True)
class Taking:
    """Which resources leave a tool."""

    taken: list[FoundResource] = field(default_factory=list)
    left: list[FoundResource] = field(default_factory=list)
    references: list[ReferenceLeft] = field(default_factory=list)
    """The places that must say an id before what they name can leave."""
    bindings: dict[Kind, dict[str, str]] = field(default_factory=dict)
    """Ids of what stays and is named by what leaves; stand-ins where no file has the id."""
    unbound: list[FoundResource] = field(default_factory=list)
    """Those of which no file has the id."""


def taking(found: FoundInfrastructure, kinds: Collection[Kind]) -> Taking:
    """What leaves if these kinds do, and what else that touches."""
    made = Taking()
    for resource in found.resources:
        (made.taken if resource.kind in kinds else made.left).append(resource)
    leaving = {(each.kind, each.name): each for each in made.taken}
    staying = {(each.kind, each.name): each for each in made.left}
    for resource in made.left:
        for reference in references(resource.shape) if resource.shape is not None else ():
            to = leaving.get((reference.kind, reference.name))
            if to is not None:
                made.references.append(
                    ReferenceLeft(
                        position=resource.positions.at(reference.path),
                        member=next(str(p) for p in reversed(reference.path) if isinstance(p, str)),
                        by=resource,
                        to=to,
                    )
                )
    for resource in made.taken:
        for reference in references(resource.shape) if resource.shape is not None else ():
            named = staying.get((reference.kind, reference.name))
            if named is not None:
                _bind(made, named)
    return made


def _bind(made: Taking, resource: FoundResource) -> None:
    ids = made.bindings.setdefault(resource.kind, {})
    if resource.name in ids:
        return
    ids[resource.name] = resource.id or f"id-of-{resource.name}"
    if resource.id is None:
        made.unbound.append(resource)


def only_taken(imported: Imported, made: Taking) -> None:
    """Leave out of an import what stays with the other tool."""
    kinds = {each.kind for each in made.taken}
    imported.sections = {kind: each for kind, each in imported.sections.items() if kind in kinds}
    text = str(imported.sections)
    imported.needed = {
        name: each for name, each in imported.needed.items() if f"${{vars.{name}}}" in text
    }
    stays = tuple(f"{each.kind.noun} `{each.name}`:" for each in made.left)
    imported.notes = [note for note in imported.notes if not note.startswith(stays)]
    left = {each.name for each in made.left}
    imported.certificates = {
        file: each
        for file, each in imported.certificates.items()
        if not any(file.startswith(f"{name}-") for name in left)
    }
