"""Who made the changes that drift finds: the last write by hand that is about the same thing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.compiler.configuration import Key, LiveConfiguration, LiveObject
    from mmctl.live.compare.edits import Edit
    from mmctl.operate.trail.subjects import TrailChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The write that made a change."""

    change: TrailChange
    certain: bool
    """Whether the trail says that it changed this rule, and not only the object around it."""


def authors_of(
    edits: Sequence[Edit], changes: Sequence[TrailChange], live: LiveConfiguration
) -> dict[int, Author]:
    """Who made each edit, by its place; one that no write is about is left out."""
    by_object: dict[Key, list[TrailChange]] = {}
    for change in changes:
        if change.by_hand and change.key is not None:
            by_object.setdefault(change.key, []).append(change)
    things = {thing.key: thing for thing in live.objects}
    found: dict[int, Author] = {}
    for place, edit in enumerate(edits):
        about = by_object.get(edit.of, [])
        author = _author(edit, about, things)
        if author is not None:
            found[place] = author
    return found


def _author(
    edit: Edit, about: Sequence[TrailChange], things: Mapping[Key, LiveObject]
) -> Author | None:
    newest = list(reversed(about))
    if edit.of_rule:
        names = set(_live_names(edit, things.get(edit.of)))
        for change in newest:
            if change.rules is None:
                return Author(change=change, certain=False)
            if names.intersection(change.rules):
                return Author(change=change, certain=True)
        return None
    if edit.path.startswith("members"):
        said = json.dumps([edit.before, edit.after], ensure_ascii=False)
        for change in newest:
            if change.address is not None and change.address in said:
                return Author(change=change, certain=True)
    return Author(change=newest[0], certain=len(newest) == 1) if newest else None


def _live_names(edit: Edit, thing: LiveObject | None) -> Iterator[str]:
    """The live names that the rule of an edit may have."""
    yield from edit.live_rules
    if edit.rule is not None:
        yield edit.rule
    for name in (edit.before, edit.after):
        if isinstance(name, str):
            yield name
    for place, origin in enumerate(() if thing is None else thing.origins):
        rules = getattr(thing.shape, "rules", ()) if thing is not None else ()
        if edit.rule in origin.logical and place < len(rules) and rules[place].name:
            yield rules[place].name
