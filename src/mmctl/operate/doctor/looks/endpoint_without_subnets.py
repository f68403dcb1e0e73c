"""The VPC endpoint has no subnet, or its subnets have no address left.

Looked at:
    The subnets of the endpoint, their zones and free addresses.
Corrected by:
    `aws ec2 modify-vpc-endpoint --add-subnet-ids`: two zones, so that one may fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.operate.doctor.endpoints import each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.ec2 import VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the subnets of each."""
    yield from each_endpoint(scene, "subnets of the endpoint", _look)


def _look(scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    found = scene.services.network.subnets(endpoint.subnets) if endpoint.subnets else ()
    change = ("aws", "ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint.id)
    add = line_of(*change, "--add-subnet-ids", "SUBNET")
    if not found:
        yield FoundFault(
            text=f"VPC endpoint `{endpoint.id}` of `{point.name}` has no subnet",
            why="it has no network interface, so nothing can connect",
            commands=(add,),
        )
        return
    full = [each.id for each in found if each.free <= 0]
    if full:
        yield FoundFault(
            text=f"no free address in {names_of(full)} of VPC endpoint `{endpoint.id}`",
            why="the endpoint cannot grow or be repaired there",
            commands=(add,),
        )
    zones = sorted({each.zone for each in found})
    yield SoundPart(
        text=f"`{endpoint.id}` of `{point.name}`: {counted(len(found), 'subnet')} in "
        f"{', '.join(zones)}"
    )


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
