"""A network ACL denies mail to the endpoint, or the replies from it.

Looked at:
    The network ACL of each subnet of the endpoint: TCP 25 and 587 in, and the ports 1024 to 65535
    of replies out, for the networks of the VPC. The first entry that fits decides.
Corrected by:
    `aws ec2 create-network-acl-entry` with a lower number.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from mmctl.operate.doctor.endpoints import MAIL_PORTS, REPLIES, each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.aws.ec2 import NetworkAcl, VpcEndpoint
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the lists around each."""
    yield from each_endpoint(scene, "network ACLs of the endpoint", _look)


def _look(scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    network = scene.services.network
    clients = network.networks(endpoint.vpc)
    acls = [each for each in network.acls(endpoint.vpc) if {*each.subnets} & {*endpoint.subnets}]
    wrong = False
    for acl in acls:
        ports = [port for port in MAIL_PORTS if _lets(acl, port, clients, outbound=False)]
        replies = all(_lets(acl, port, clients, outbound=True) for port in REPLIES)
        if not ports:
            wrong = True
            yield _denied(acl, point, endpoint, clients, inbound=True)
        elif not replies:
            wrong = True
            yield _denied(acl, point, endpoint, clients, inbound=False)
    if not wrong:
        named = names_of([each.id for each in acls]) or "none"
        yield SoundPart(text=f"network ACLs of `{endpoint.id}` of `{point.name}`: {named}")


def _lets(acl: NetworkAcl, port: int, clients: Sequence[str], *, outbound: bool) -> bool:
    """Whether some network of the VPC gets through: it may be enough that one does."""
    return any(_decides(acl, port, client, outbound=outbound) for client in clients)


def _decides(acl: NetworkAcl, port: int, client: str, *, outbound: bool) -> bool:
    """What the first entry says that fits all of a network; one that fits a part may decide too."""
    partly = False
    for entry in acl.entries:
        if entry.outbound is not outbound or not entry.fits(port):
            continue
        inside, overlaps = _covers(entry.network, client)
        if inside:
            return entry.allows or partly
        partly = partly or (overlaps and entry.allows)
    return partly


def _covers(network: str, client: str) -> tuple[bool, bool]:
    """Whether a network has all of another, and whether it has a part of it."""
    ours, theirs = ip_network(network, strict=False), ip_network(client, strict=False)
    if ours.version != theirs.version:
        return False, False
    return theirs.subnet_of(ours), theirs.overlaps(ours)  # type: ignore[arg-type]


def _denied(
    acl: NetworkAcl,
    point: SeenPoint,
    endpoint: VpcEndpoint,
    clients: Sequence[str],
    *,
    inbound: bool,
) -> FoundFault:
    what = "TCP 25 and 587 in" if inbound else "replies to ports 1024 to 65535 out"
    ports = "From=587,To=587" if inbound else f"From={REPLIES[0]},To={REPLIES[1]}"
    words = ("aws", "ec2", "create-network-acl-entry", "--network-acl-id", acl.id)
    way = "--ingress" if inbound else "--egress"
    free = min((each.number for each in acl.entries if each.outbound is not inbound), default=2) - 1
    return FoundFault(
        text=f"network ACL `{acl.id}` denies {what} for `{endpoint.id}` of `{point.name}`",
        why="connections to the ingress point time out",
        commands=(
            line_of(
                *words,
                way,
                "--rule-number",
                str(max(1, free)),
                "--protocol",
                "tcp",
                "--port-range",
                ports,
                "--cidr-block",
                clients[0] if clients else "NETWORK",
                "--rule-action",
                "allow",
            ),
        ),
    )


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
