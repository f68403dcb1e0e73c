"""Two ingress points name one VPC endpoint.

Looked at:
    The endpoint of every ingress point of the account and region, and of the files.
Corrected by:
    An endpoint for each: the service takes one endpoint for one ingress point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.state.inventory import listed
from mmctl.model.kinds import Kind, Noun
from mmctl.operate.doctor.endpoints import inside_a_vpc
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Count who uses each endpoint."""
    asked = inside_a_vpc(scene)
    users: dict[str, set[str]] = {}
    for line in listed(scene.service, Kind.INGRESS_POINT):
        answer = scene.service.get(Noun.INGRESS_POINT, line.id) or {}
        private = (answer.get("NetworkConfiguration") or {}).get("PrivateNetworkConfiguration")
        if private:
            users.setdefault(str(private["VpcEndpointId"]), set()).add(line.live_name)
    for point in scene.points():
        if point.endpoint is not None:
            users.setdefault(point.endpoint, set()).add(point.logical.live_name)
    for endpoint in dict.fromkeys(each.endpoint or "" for each in asked):
        names = sorted(users.get(endpoint, ()))
        if len(names) > 1:
            yield FoundFault(
                text=f"VPC endpoint `{endpoint}` is named by {names_of(names)}",
                why="one endpoint is for one ingress point: mail reaches one of them alone",
                commands=(scene.command("foundation", "up"), scene.applying()),
            )
        else:
            yield SoundPart(text=f"`{endpoint}` is for {names_of(names)} alone")


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
