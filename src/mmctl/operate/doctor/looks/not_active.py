"""The ingress point takes no mail: it is closed, not ready yet, or has failed.

Looked at:
    The status that GetIngressPoint gives, and `closed` in the files.
Corrected by:
    `mmctl apply`, which opens one that the files do not close; one that failed is deleted and made
    again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene, SeenPoint

_ACTIVE: Final = "ACTIVE"
_CLOSED: Final = "CLOSED"
_UNDER_WAY: Final = ("PROVISIONING", "UPDATING")
_NO_ENDPOINT: Final = "ASSOCIATED_VPC_ENDPOINT_DOES_NOT_EXIST"


def run(scene: Scene) -> Iterator[Said]:
    """Look at the status of each."""
    for each in scene.live_points():
        status = None if each.live is None else each.live.status
        if status == _ACTIVE:
            yield SoundPart(text=f"`{each.name}` is ACTIVE")
        else:
            yield _not_active(scene, each, status or "unknown")


def _not_active(scene: Scene, each: SeenPoint, status: str) -> FoundFault:
    place = place_of(each.logical.position)
    text = f"ingress point `{each.name}` is {status}"
    if status == _CLOSED and each.logical.closed:
        return FoundFault(
            text=f"{text}, as the files say",
            why="every sender is refused",
            commands=("remove `closed: true` from the ingress point", scene.applying()),
            place=place,
        )
    if status == _CLOSED:
        return FoundFault(
            text=f"{text}, and the files have it open",
            why="every sender is refused; somebody closed it by hand",
            commands=(scene.applying(), scene.command("drift")),
            place=place,
        )
    if status in _UNDER_WAY:
        return FoundFault(
            text=text,
            why="it takes mail once it is ACTIVE, some minutes after it was made or changed",
            commands=(scene.command("doctor", "--ingress-point", each.name),),
            place=place,
        )
    if status == _NO_ENDPOINT:
        return FoundFault(
            text=f"{text}: its VPC endpoint `{each.endpoint}` is gone",
            why="nothing can reach it, and an ingress point cannot change its endpoint",
            commands=(
                "name another endpoint under `network:` of the ingress point",
                scene.applying("--force", "endpoint-replacement"),
            ),
            place=place,
        )
    return FoundFault(
        text=text,
        why="it takes no mail, and no update brings it back",
        commands=(scene.command("plan"), "give it another `live_name`", scene.applying()),
        place=place,
    )


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
