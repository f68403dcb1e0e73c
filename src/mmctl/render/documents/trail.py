"""Who changed what, as a member of `mmctl/history@1` and `mmctl/drift@1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mmctl.operate.trail.authors import Author
    from mmctl.operate.trail.reading import Trail
    from mmctl.operate.trail.subjects import TrailChange


def trail_document(trail: Trail) -> dict[str, Any]:
    """What was looked at."""
    return {
        "source": trail.source,
        "first": _time(trail.first),
        "last": _time(trail.last),
        "records": trail.records,
        "damaged": len(trail.damaged) + trail.more_damage,
        "full": trail.full,
    }


def changes_document(found: Sequence[TrailChange], trail: Trail) -> dict[str, Any]:
    """The writes, oldest first, and what was looked at."""
    return trail_document(trail) | {"writes": [change_document(each) for each in found]}


def change_document(change: TrailChange) -> dict[str, Any]:
    """One write."""
    event = change.event
    return {
        "id": event.id,
        "at": _time(event.at),
        "operation": event.name,
        "who": event.who,
        "role": event.role,
        "source_ip": event.source_ip,
        "kind": change.noun,
        "name": change.name,
        "rules": None if change.rules is None else list(change.rules),
        "address": change.address,
        "refused": event.error,
        "entry": change.entry,
        "by_hand": change.by_hand,
    }


def author_document(author: Author) -> dict[str, Any]:
    """Who made a change that drift found."""
    return change_document(author.change) | {"certain": author.certain}


def _time(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}Z"
