"""A VPC is near the limit of interface endpoints.

Looked at:
    Where an ingress point is in a VPC: the VPC endpoints there, beside the quota that Service
    Quotas gives (L-29B6F2EB, interface VPC endpoints a VPC).
Corrected by:
    `aws service-quotas request-service-quota-increase --service-code vpc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.endpoints import inside_a_vpc
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.looks.endpoint_quota import NEAR
from mmctl.operate.doctor.said import FoundFault, NotLookedAt, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

CODE: Final = "L-29B6F2EB"


def run(scene: Scene) -> Iterator[Said]:
    """Count the endpoints beside ours."""
    ours = {point.endpoint for point in inside_a_vpc(scene)}
    found = scene.services.network.endpoints()
    most = scene.services.sending.quota("vpc", CODE)
    if most is None:
        yield NotLookedAt(
            what="how many endpoints a VPC may have", why=f"Service Quotas does not know {CODE}"
        )
        return
    for vpc in dict.fromkeys(each.vpc for each in found if each.id in ours):
        used = sum(each.vpc == vpc for each in found)
        text = f"{used} of {most:.0f} VPC endpoints in `{vpc}`"
        if used >= most * NEAR:
            increase = "aws service-quotas request-service-quota-increase --service-code vpc"
            yield FoundFault(
                text=f"{text} are used",
                why="another ingress point there finds no room",
                commands=(f"{increase} --quota-code {CODE} --desired-value {used * 2}",),
            )
        else:
            yield SoundPart(text=text)


LOOK = DoctorLook(symptom=Symptom.QUOTAS, text=__doc__, run=run)
