"""The port of the ingress point does not answer, or this machine may not use port 25.

Looked at:
    With --probe: a TCP connection to the ingress point: 587 where it has authentication, else 25.
Corrected by:
    Probing from a network that may use port 25, as most offices, clouds and CI runners may not;
    for ingress points in a VPC, from inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.probes import probed
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import ProbeStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Connect to each."""
    for each, found in probed(scene, ProbeStage.PORT):
        where = f"{found.host}:{found.port}"
        if found.stage is ProbeStage.BLOCKED:
            yield NotLookedAt(
                what=f"whether port 25 of `{each.name}` answers",
                why="port 25 is blocked on the way out of this machine, or the host is down",
                help="probe from a network that may use port 25",
            )
        elif found.stage is ProbeStage.PORT:
            yield FoundFault(
                text=f"{where} of ingress point `{each.name}` does not answer",
                why=found.message,
                commands=(scene.command("doctor", "--ingress-point", each.name),),
            )
        else:
            yield SoundPart(text=f"{where} of `{each.name}` answers")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
