"""The VPC endpoint of the ingress point does not exist.

Looked at:
    Whether EC2 knows the endpoint that the ingress point names, in this account and region.
Corrected by:
    An endpoint of the service that the type wants; `mmctl foundation up` makes one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.operate.doctor.endpoints import inside_a_vpc
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, tried
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Ask for each endpoint."""
    for point in inside_a_vpc(scene):
        yield from tried(f"endpoint of `{point.name}`", partial(_look, scene, point))


def _look(scene: Scene, point: SeenPoint) -> Iterator[Said]:
    identity = scene.service.identity
    if scene.services.network.endpoint(point.endpoint or "") is None:
        yield FoundFault(
            text=f"ingress point `{point.name}` names VPC endpoint `{point.endpoint}`, which does "
            f"not exist in account {identity.account}, {identity.region}",
            why="nothing can reach the ingress point",
            commands=(
                scene.command("foundation", "status"),
                "name the endpoint under `network:`",
                scene.applying("--force", "endpoint-replacement"),
            ),
            place=place_of(point.logical.position),
        )
    else:
        yield SoundPart(text=f"`{point.endpoint}` of `{point.name}` exists")


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
