"""The VPC endpoints of ingress points, for the looks that are about one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.said import NotAsked, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.live.aws.ec2 import VpcEndpoint
    from mmctl.operate.doctor.said import Said
    from mmctl.operate.doctor.scene import Scene, SeenPoint

MAIL_PORTS: Final = (25, 587)
REPLIES: Final = (1024, 65_535)
"""The ports that a client may choose for the other end, by RFC 6056."""


def inside_a_vpc(scene: Scene) -> list[SeenPoint]:
    """The ingress points that take mail from a VPC endpoint, as live or as the files want.

    Raises:
        NotAsked: there is none.
    """
    found = [each for each in scene.points() if each.endpoint is not None]
    if not found:
        raise NotAsked("no ingress point is in a VPC")
    return found


def each_endpoint(
    scene: Scene,
    what: str,
    look: Callable[[Scene, SeenPoint, VpcEndpoint], Iterable[Said]],
) -> Iterator[Said]:
    """What a look says of the endpoint of each ingress point; of those that exist."""
    for point in inside_a_vpc(scene):
        yield from tried(f"{what} of `{point.name}`", partial(_existing, scene, point, look))


def _existing(
    scene: Scene,
    point: SeenPoint,
    look: Callable[[Scene, SeenPoint, VpcEndpoint], Iterable[Said]],
) -> Iterator[Said]:
    endpoint = scene.services.network.endpoint(point.endpoint or "")
    if endpoint is None:
        raise NotAsked(f"VPC endpoint `{point.endpoint}` does not exist")
    yield from look(scene, point, endpoint)
