"""The rules changed after the message came.

Looked at:
    With --message-id: the time of the message in the log, beside the last change of the live rule
    sets and the applies of the history.
Corrected by:
    Nothing: the message met the rules of its time; `mmctl history diff` shows what they were.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mmctl.live.history.entries import EntryResult
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare the times."""
    message = scene.logged()
    if message is None:
        raise NotAsked(
            "the log has no record of the message",
            scene.command("logs", "--message-id", scene.asked.message_id or ""),
        )
    at = message.at
    # The history and the live rule sets say whole seconds.
    second = at.replace(microsecond=0)
    entries = [
        entry for entry in scene.history.entries() if entry.result is not EntryResult.NOTHING
    ]
    later = [entry for entry in entries if _time(entry.at) >= second]
    changed = [
        (live.name, live.changed_at)
        for live, _ in scene.rule_sets()
        if live.changed_at is not None and _time(live.changed_at) >= second
    ]
    came = f"the message came at {at:%Y-%m-%d %H:%M:%S} UTC"
    if later:
        first = later[0]
        if _time(first.at) == second:
            when, applied = "in the second of", "may not have applied"
        else:
            when, applied = "before", "did not apply"
        yield FoundFault(
            text=f"{came}, {when} {first.kind} {first.id}",
            why=f"rules that {first.id} brought {applied} to it",
            commands=(scene.command("history", "show", first.id),),
        )
    elif changed:
        name, when = changed[0]
        begun = f", unless {entries[-1].kind} {entries[-1].id} was still at work" if entries else ""
        yield FoundFault(
            text=f"{came}, and rule set `{name}` was changed at {when}",
            why=f"it met the rules of its time; no apply of this store changed them{begun}",
            commands=(scene.command("history", "--cloudtrail"), scene.command("drift")),
        )
    else:
        yield SoundPart(text=f"no rule set changed since the message came: {at:%Y-%m-%d %H:%M} UTC")


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
