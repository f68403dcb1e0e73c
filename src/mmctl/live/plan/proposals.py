"""What a plan says about identity: possible renames, and names that clash.

A new object that differs from a deleted one only in its name may be the same one. A plan never
renames because of that: an archive would lose its mail, an ingress point its address. It
proposes the rename.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.state.canonical import canonical_pair
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject


def identity_notes(desired: LiveConfiguration, live: LiveConfiguration) -> Iterator[str]:
    """Sentences about assumed identities if the user may have meant something else."""
    for kind in Kind:
        new, going = _left_over(desired, live, kind)
        yield from _proposals(new, going)
        yield from _former_names_of_others(new, live)
        yield from _two_claims(desired, going)


def names_of_others(
    desired: LiveConfiguration, live: LiveConfiguration
) -> Iterator[tuple[LiveObject, LiveObject]]:
    """Desired objects whose live name belongs to somebody else's object, and that object."""
    wanted = desired.by_key()
    for thing in desired.objects:
        for other in live.of_kind(thing.kind):
            foreign = other.project != desired.project and other.key not in wanted
            if foreign and other.live_name == thing.live_name:
                yield thing, other


def alike_but_for_name(desired: LiveObject, live: LiveObject) -> bool:
    """Whether two objects differ in nothing but a name that can be changed."""
    if desired.kind.row.name_is_fixed:
        return False
    wanted, found = canonical_pair(desired, live)
    name = desired.kind.api_noun.name_member
    return {**wanted, name: ""} == {**found, name: ""}


def _left_over(
    desired: LiveConfiguration, live: LiveConfiguration, kind: Kind
) -> tuple[list[LiveObject], list[LiveObject]]:
    """What the plan creates, and what of this project it deletes."""
    wanted, found = desired.by_key(), live.by_key()
    new = [thing for thing in desired.of_kind(kind) if thing.key not in found]
    ours = (thing for thing in live.of_kind(kind) if thing.project == desired.project)
    return new, [thing for thing in ours if thing.key not in wanted]


def _proposals(new: list[LiveObject], going: list[LiveObject]) -> Iterator[str]:
    """Renames: each object that would be deleted is like exactly one new one."""
    pairs = []
    for thing in going:
        alike = [each for each in new if alike_but_for_name(each, thing)]
        if len(alike) != 1:
            return
        pairs.append((alike[0], thing))
    if len({each.name for each, _ in pairs}) < len(pairs):
        return
    for each, thing in pairs:
        yield (
            f"{thing.kind.noun} {thing.live_name} equals the new {each.name} except for its "
            f"name: if it is the same one, write `was: {thing.live_name}` at {each.name}, and it "
            f"is "
            "renamed"
        )


def _former_names_of_others(new: list[LiveObject], live: LiveConfiguration) -> Iterator[str]:
    for thing in new:
        for other in live.of_kind(thing.kind):
            if thing.was == other.live_name and other.project == live.project:
                yield (
                    f"{thing.kind.noun} {thing.name} is created: `was: {thing.was}` names what "
                    f"is {other.name} here"
                )


def _two_claims(desired: LiveConfiguration, going: list[LiveObject]) -> Iterator[str]:
    for thing in going:
        for each in desired.of_kind(thing.kind):
            if each.live_name == thing.live_name:
                yield (
                    f"{thing.kind.noun} {thing.live_name} ({thing.id}) is deleted, and another "
                    f"one, which {each.name} was before, gets its name"
                )
