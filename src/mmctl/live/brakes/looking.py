"""What brakes look for in a plan: its edits of objects, the rules of a rule set, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.live.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.language.project import Kind
    from mmctl.live.edits import Edit, EditKind
    from mmctl.live.plan import Plan


def of_objects(plan: Plan, resource: Kind, kind: EditKind) -> Iterator[Edit]:
    """The edits of one kind that speak of whole objects of one kind."""
    for edit in plan.edits:
        if edit.kind is kind and edit.resource is resource and not edit.of_rule:
            yield edit


def rules_of(thing: Any) -> list[dict[str, Any]]:
    """The rules of a rule set in canonical form; none where there is no rule set."""
    return [] if thing is None else list(canonical(thing)["Rules"])


def effect_of(rule: dict[str, Any]) -> dict[str, Any]:
    """What a rule does, whatever it is called."""
    return {member: value for member, value in rule.items() if member != "Name"}


def noun_of(edit: Edit) -> str:
    """What an edit speaks of: a rule, or the kind of object."""
    return "rule" if edit.of_rule else edit.resource.noun


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first of some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
