"""Mail to a VPC endpoint is rejected in the network, or none comes at all.

Looked at:
    The flow logs of the endpoint's VPC and subnets, their last hour: records to ports 25 and 587 of
    the endpoint's network interfaces. Only flow logs in a log group are read.
Corrected by:
    The security group or network ACL that rejects; the looks at VPC endpoints name it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.ec2 import VpcFlowLog
    from mmctl.operate.doctor.scene import Scene, SeenPoint

HOURS: Final = timedelta(hours=1)
_DEFAULT: Final = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status"
)
_PORTS: Final = ("25", "587")
_MOST: Final = 100_000
"""Records that are read."""


def run(scene: Scene) -> Iterator[Said]:
    """Read the flow logs around each endpoint."""
    inside = [each for each in scene.live_points() if each.endpoint is not None]
    if not inside:
        raise NotAsked("no ingress point is in a VPC")
    for each in inside:
        yield from tried(f"flow logs of `{each.name}`", partial(_look, scene, each))


def _look(scene: Scene, point: SeenPoint) -> Iterator[Said]:
    network = scene.services.network
    id_ = point.endpoint or ""
    endpoint = network.endpoint(id_)
    if endpoint is None:
        raise NotAsked(f"VPC endpoint `{id_}` does not exist")
    logs = [each for each in network.flow_logs(endpoint.vpc, endpoint.subnets) if each.active]
    if not logs:
        raise NotAsked(
            f"VPC `{endpoint.vpc}` has no active flow log", scene.command("staging", "up")
        )
    readable = [each for each in logs if each.group is not None]
    if not readable:
        raise NotAsked("its flow logs go to a bucket or a stream, which is not read")
    interfaces = frozenset(network.interfaces(id_))
    seen, rejected = 0, dict[str, int]()
    for each in readable:
        for source, action in _records(scene, each, interfaces):
            seen += 1
            if action == "REJECT":
                rejected[source] = rejected.get(source, 0) + 1
    if rejected:
        some = ", ".join(f"{source} ({number})" for source, number in sorted(rejected.items())[:5])
        yield FoundFault(
            text=f"{counted(sum(rejected.values()), 'connection')} to `{point.name}` on ports 25 "
            f"and 587 were rejected in the last hour: from {some}",
            why="a security group or a network ACL does not let them in",
            commands=(scene.command("doctor", "--ingress-point", point.name),),
        )
    elif not seen:
        yield FoundFault(
            text=f"nothing came to `{point.name}` on ports 25 and 587 in the last hour",
            why="senders do not reach the network interfaces of the endpoint: name, route or "
            "their own outbound rules",
            commands=(scene.command("doctor", "--ingress-point", point.name),),
        )
    else:
        yield SoundPart(text=f"{counted(seen, 'record')} to `{point.name}`, none rejected")


def _records(
    scene: Scene, log: VpcFlowLog, interfaces: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Source and action of each record to a mail port of the endpoint."""
    named = log.format.replace("${", "").replace("}", "") or _DEFAULT
    names = {name: place for place, name in enumerate(named.split())}
    wanted = ("interface-id", "srcaddr", "dstport", "action")
    if any(name not in names for name in wanted):
        raise NotAsked(f"flow log `{log.id}` does not record {', '.join(wanted)}")
    group = scene.services.log_group(log.group or "")
    for number, event in enumerate(group.events(since=scene.now - HOURS)):
        if number >= _MOST:
            return
        parts = event.message.split()
        if len(parts) != len(names):
            continue
        interface, source, port, action = (parts[names[name]] for name in wanted)
        if interface in interfaces and port in _PORTS:
            yield source, action


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
