"""The VPC endpoint is of another service than the ingress point wants.

Looked at:
    Its service name: `com.amazonaws.REGION.mail-manager-smtp.` and `open`, `auth` or `mtls` as the
    type of the ingress point says, with `.fips` where its TLS policy is FIPS and nowhere else.
Corrected by:
    An endpoint of the right service: an endpoint cannot change its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.enums import TlsPolicy
from mmctl.operate.doctor.endpoints import each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.ec2 import VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Compare the service of each."""
    yield from each_endpoint(scene, "service of the endpoint", _look)


def _look(scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    fips = ".fips" if point.shape.tls_policy is TlsPolicy.FIPS else ""
    region, type_ = scene.service.identity.region, point.shape.type.lower()
    wanted = f"com.amazonaws.{region}.mail-manager-smtp.{type_}{fips}"
    if endpoint.service == wanted:
        yield SoundPart(text=f"`{endpoint.id}` of `{point.name}` is of {wanted}")
    else:
        yield FoundFault(
            text=f"VPC endpoint `{endpoint.id}` of `{point.name}` is of `{endpoint.service}`, "
            f"expected `{wanted}`",
            why=f"the ingress point is of type {type_}"
            + (", with TLS policy FIPS" if fips else ""),
            commands=(
                scene.command("foundation", "up"),
                scene.applying("--force", "endpoint-replacement"),
            ),
            place=place_of(point.logical.position),
        )


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
