"""Somebody changed the live rules by hand.

Looked at:
    The live objects beside the state that the last apply left, as `mmctl drift` compares them.
Corrected by:
    `mmctl apply`, which undoes it, or `mmctl drift --write`, which takes it into the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare what is live with what was applied last."""
    drift = scene.read_drift()
    if not drift.known:
        raise NotAsked("nothing was applied from this store", scene.command("apply"))
    # With --rule, too, all of them: another rule that somebody added may take the mail before it.
    edits = drift.by_hand
    if not edits:
        yield SoundPart(text="nothing was changed by hand since the last apply")
        return
    listed = names_of(list(dict.fromkeys(each.name for each in edits)))
    yield FoundFault(
        text=f"{counted(len(edits), 'change')} by hand since the last apply: {listed}",
        why="what is live is not what was tried",
        commands=(
            scene.command("drift"),
            scene.command("apply", "--force", "drift"),
            scene.command("drift", "--write"),
        ),
        place=next((each.place for each in edits if each.place), None),
    )


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
