"""The name of the ingress point has no address.

Looked at:
    With --probe: the addresses of the A record that GetIngressPoint gives.
Corrected by:
    Waiting some minutes after the ingress point was made; then the resolver of this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.probes import probed
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import ProbeStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Resolve the name of each."""
    for each, found in probed(scene, ProbeStage.NAME):
        if found.stage is ProbeStage.NAME:
            yield FoundFault(
                text=f"`{found.host}` of ingress point `{each.name}` has no address",
                why=found.message,
                commands=(f"dig +short {found.host}",),
            )
        else:
            where = ", ".join(found.addresses) or "an address"
            yield SoundPart(text=f"`{found.host}` of `{each.name}` is {where}")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
