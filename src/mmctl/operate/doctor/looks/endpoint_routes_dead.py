"""A route of the endpoint's subnets leads to something that is gone.

Looked at:
    The route tables of the endpoint's subnets: the route within the VPC, and routes in state
    `blackhole`, by which replies to senders elsewhere would go.
Corrected by:
    `aws ec2 replace-route` with a target that exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.endpoints import each_endpoint
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, line_of
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.live.aws.ec2 import VpcEndpoint, VpcRouteTable
    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the routes around each."""
    yield from each_endpoint(scene, "routes of the endpoint", _look)


def _look(scene: Scene, point: SeenPoint, endpoint: VpcEndpoint) -> Iterator[Said]:
    tables = _used(scene.services.network.route_tables(endpoint.vpc), endpoint.subnets)
    wrong = False
    for table in tables:
        for route in table.routes:
            if route.dead:
                wrong = True
                words = ("aws", "ec2", "replace-route", "--route-table-id", table.id)
                yield FoundFault(
                    text=f"route table `{table.id}` of `{endpoint.id}` of `{point.name}` leads "
                    f"{route.network} to `{route.target or 'nothing'}`, which is gone",
                    why="replies to senders there are lost, so that connections time out",
                    commands=(
                        line_of(*words, "--destination-cidr-block", route.network)
                        + " --gateway-id TARGET",
                    ),
                )
    if not tables:
        yield FoundFault(
            text=f"no route table is for the subnets of `{endpoint.id}` of `{point.name}`",
            why="replies go nowhere",
            commands=(
                line_of("aws", "ec2", "associate-route-table", "--subnet-id", *endpoint.subnets[:1])
                + " --route-table-id TABLE",
            ),
        )
    elif not wrong:
        named = names_of([each.id for each in tables])
        yield SoundPart(text=f"route tables of `{endpoint.id}` of `{point.name}`: {named}")


def _used(tables: Sequence[VpcRouteTable], subnets: Sequence[str]) -> list[VpcRouteTable]:
    """The tables of some subnets; one without its own has the main one."""
    own = [each for each in tables if {*each.subnets} & {*subnets}]
    with_own = {subnet for each in own for subnet in each.subnets}
    if all(each in with_own for each in subnets):
        return own
    return [*own, *(each for each in tables if each.main and each not in own)]


LOOK = DoctorLook(symptom=Symptom.VPC_ENDPOINT, text=__doc__, run=run)
