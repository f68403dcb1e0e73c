"""The ingress point is in the files and not in the account.

Looked at:
    Whether each ingress point of the files is live in the account and region of the environment.
Corrected by:
    `mmctl apply`, or `--env` with the environment that is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare the ingress points of the files with those of the account."""
    identity = scene.service.identity
    found = list(scene.points())
    for each in found:
        if each.live is None:
            yield FoundFault(
                text=f"ingress point `{each.name}` is not live in account {identity.account}, "
                f"{identity.region}",
                why="no server listens for it there",
                commands=(scene.applying(),),
                place=place_of(each.logical.position),
            )
    live = [each.name for each in found if each.live is not None]
    if live:
        yield SoundPart(text=f"live: {names_of(live)}")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
