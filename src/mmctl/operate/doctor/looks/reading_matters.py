"""The outcome depends on how AWS's text is read.

Looked at:
    With --message: the message judged again under each other reading (`semantics:` in mmctl.yaml).
Corrected by:
    `mmctl send --probe`, which asks the service itself; or rules that do not depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.readings.matter import AGAINST_THE_GUIDE
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look which readings change the outcome."""
    found = [
        each
        for each in scene.judged().simulated.dependences
        if (each.reading, each.other) != AGAINST_THE_GUIDE
    ]
    for each in found:
        yield FoundFault(
            text=f"<{each.recipient}>: {each}",
            why=f"AWS's text leaves it open; the project reads `{each.chosen}`",
            commands=(scene.command("send", "--probe", "init", "probe"),),
        )
    if not found:
        yield SoundPart(text="no other reading changes the outcome of the message")


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
