"""The VPC endpoint is not available: pending, rejected, failed or being deleted.

Looked at:
    The state of the endpoint that DescribeVpcEndpoints gives.
Corrected by:
    Waiting while it is pending; another endpoint where it was rejected, failed or is going.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.endpoints import each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.ec2 import VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint

_AVAILABLE: Final = "available"


def run(scene: Scene) -> Iterator[Said]:
    """Look at the state of each."""
    yield from each_endpoint(scene, "state of the endpoint", _look)


def _look(_scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    text = f"VPC endpoint `{endpoint.id}` of `{point.name}` is {endpoint.state}"
    if endpoint.state == _AVAILABLE:
        yield SoundPart(text=text)
    else:
        yield FoundFault(
            text=text,
            why="nothing can reach the ingress point until it is available",
            commands=(
                line_of("aws", "ec2", "describe-vpc-endpoints", "--vpc-endpoint-ids", endpoint.id),
            ),
        )


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
