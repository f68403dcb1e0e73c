"""The security groups let no mail in, or do not let the senders' mail out.

Looked at:
    The inbound rules of the endpoint's security groups for TCP 25 and 587, and the outbound rules
    of the groups that they name as senders.
Corrected by:
    `aws ec2 authorize-security-group-ingress`, or `…-egress` for the senders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.endpoints import MAIL_PORTS, each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.aws.ec2 import PortOpening, SecurityGroup, VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the groups of each."""
    yield from each_endpoint(scene, "security groups of the endpoint", _look)


def _look(scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    network = scene.services.network
    groups = network.groups(endpoint.groups) if endpoint.groups else ()
    letting = {port: list(_letting(groups, port)) for port in MAIL_PORTS}
    if not any(letting.values()):
        yield _closed(point, endpoint, endpoint.groups)
        return
    open_ports = [str(port) for port, found in letting.items() if found]
    senders = {group for found in letting.values() for each in found for group in each.groups}
    senders -= {group.id for group in groups}
    outside = (
        [each for each in network.groups(sorted(senders)) if not _lets_out(each)]
        if (senders)
        else []
    )
    for each in outside:
        yield FoundFault(
            text=f"security group `{each.id}`, which `{endpoint.id}` of `{point.name}` admits, "
            "lets no TCP 25 or 587 out",
            why="its machines cannot connect to the endpoint",
            commands=(_authorize("egress", each.id, port=587, to=("--cidr", "NETWORK")),),
        )
    if not outside:
        yield SoundPart(
            text=f"{names_of(endpoint.groups)} of `{point.name}`: port {' and '.join(open_ports)}"
        )


def _closed(point: SeenPoint, endpoint: VpcEndpoint, groups: Sequence[str]) -> FoundFault:
    named = names_of(groups) or "none"
    return FoundFault(
        text=f"the security groups of VPC endpoint `{endpoint.id}` of `{point.name}` let no TCP 25 "
        f"or 587 in: {named}",
        why="every connection to the ingress point times out",
        commands=(
            _authorize(
                "ingress",
                groups[0] if groups else "GROUP",
                port=587,
                to=("--source-group", "SENDERS"),
            ),
        ),
    )


def _letting(groups: Sequence[SecurityGroup], port: int) -> Iterator[PortOpening]:
    for group in groups:
        for each in group.inbound:
            if each.lets(port) and (each.networks or each.groups or each.lists):
                yield each


def _lets_out(group: SecurityGroup) -> bool:
    return any(each.lets(port) for each in group.outbound for port in MAIL_PORTS)


def _authorize(way: str, group: str, *, port: int, to: tuple[str, str]) -> str:
    words = ("aws", "ec2", f"authorize-security-group-{way}", "--group-id", group)
    return line_of(*words, "--protocol", "tcp", "--port", str(port), *to)


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
