"""The VPC endpoint has no DNS name that senders could use.

Looked at:
    The DNS names of the endpoint, and whether private DNS is on. An ingress point in a VPC has no
    A record of its own.
Corrected by:
    The first name of the endpoint as the senders' server; DNS support of the VPC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.endpoints import each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.ec2 import VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the names of each."""
    yield from each_endpoint(scene, "names of the endpoint", _look)


def _look(_scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    private = "on" if endpoint.private_names else "off"
    if endpoint.names:
        yield SoundPart(
            text=f"`{point.name}` is reached as {endpoint.names[0]}; private DNS is {private}"
        )
    else:
        words = ("aws", "ec2", "modify-vpc-attribute", "--vpc-id", endpoint.vpc)
        yield FoundFault(
            text=f"VPC endpoint `{endpoint.id}` of `{point.name}` has no DNS name",
            why="senders have no name to connect to",
            commands=(
                line_of(*words, "--enable-dns-support"),
                line_of(*words, "--enable-dns-hostnames"),
            ),
        )


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
