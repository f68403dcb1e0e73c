"""A message that was accepted is lost, failed, or still waits.

Looked at:
    With --message-id: the records of the message, as `mmctl where` reads them.
Corrected by:
    The rule or action that is named; `mmctl logs --message-id` shows all of its records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.whereabouts.sentences import WhereSentences
from mmctl.operate.whereabouts.told import Noted, WhereState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

_WRONG: Final = (WhereState.LOST, WhereState.FAILED, WhereState.WAITING)


def run(scene: Scene) -> Iterator[Said]:
    """Follow the message to each recipient."""
    message = scene.logged()
    id_ = scene.asked.message_id or ""
    if message is None:
        yield NotLookedAt(
            what=f"what became of message {id_}",
            why="the log has no record of it; records come some minutes late",
            failed=False,
            help=scene.command("logs", "--message-id", id_),
        )
        return
    _, names = scene.read_log()
    sentences = WhereSentences(names, scene.project.environment.name)
    for ended in endings(message, names):
        at = sentences.of(message, ended, Noted())
        text = f"message {id_} to <{at.recipient}> {at.sentence}"
        if at.state in _WRONG:
            yield FoundFault(
                text=text,
                commands=(scene.command("logs", "--message-id", id_),),
                place=at.place,
            )
        elif at.state is WhereState.UNKNOWN:
            yield NotLookedAt(what=f"message {id_} to <{at.recipient}>", why=at.sentence)
        else:
            yield SoundPart(text=text)


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
