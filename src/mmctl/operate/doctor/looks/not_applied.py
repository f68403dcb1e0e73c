"""What the files say is not live.

Looked at:
    The live objects beside the files, as `mmctl plan` compares them, those that nobody changed by
    hand. With --rule, too, all of them: a rule that is not live yet may be what is missing.
Corrected by:
    `mmctl apply`, once `mmctl plan` shows what is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.compare.edits import Edit
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare the files with what is live."""
    drift = scene.read_drift()
    edits = [each for each in drift.not_applied if each.by_hand is None]
    if drift.not_applied and not edits:
        yield SoundPart(text="all that the files change is live; the rest was changed by hand")
        return
    if not edits:
        plan = scene.read_plan()
        yield SoundPart(text=f"what is live equals the files: digest {plan.digest_after[:12]}")
        return
    commands = [scene.command("plan"), scene.applying()]
    cut_off = f"; {drift.cut_off} was stopped part-way" if drift.cut_off else ""
    yield FoundFault(
        text=f"{counted(len(edits), 'change')} of the files not live: {_listed(edits)}{cut_off}",
        why="rules take effect when they are applied",
        commands=tuple(commands),
        place=next((each.place for each in edits if each.place), None),
    )


def _listed(edits: Sequence[Edit]) -> str:
    return names_of(list(dict.fromkeys(each.name for each in edits)))


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
