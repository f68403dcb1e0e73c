"""What answers does not speak SMTP, or refuses the session.

Looked at:
    With --probe: the greeting of the server, and its answer to EHLO.
Corrected by:
    The DNS name or proxy that leads elsewhere; an ingress point that is closed refuses here.
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
    """Read the greeting of each."""
    for each, found in probed(scene, ProbeStage.GREETING):
        if found.stage is ProbeStage.GREETING:
            yield FoundFault(
                text=f"{found.host}:{found.port} of ingress point `{each.name}` refuses the "
                "session",
                why=found.message,
                commands=(scene.command("doctor", "--ingress-point", each.name),),
            )
        else:
            yield SoundPart(text=f"`{each.name}` greets: {found.greeting or '220'}")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
