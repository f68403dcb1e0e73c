"""The account has no room for another ingress point of a type.

Looked at:
    All ingress points of the account and region by type, ours or not, beside the service's limits.
Corrected by:
    Deleting one that nobody uses, or another account or region: the limits cannot be raised.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mmctl.live.state.inventory import listed
from mmctl.model.kinds import Kind, Noun
from mmctl.model.quotas import account_quotas
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

NEAR: Final = 0.9
"""The share of a limit from which on it is near."""


def run(scene: Scene) -> Iterator[Said]:
    """Count them by type."""
    found: Counter[str] = Counter()
    for line in listed(scene.service, Kind.INGRESS_POINT):
        answer = scene.service.get(Noun.INGRESS_POINT, line.id)
        if answer is not None:
            found[str(answer.get("Type"))] += 1
    for quota in account_quotas(Kind.INGRESS_POINT):
        used = found[str(quota.type)]
        text = f"{used} of {quota.most} {quota.noun}"
        if used >= quota.most * NEAR:
            yield FoundFault(
                text=f"{text} are used",
                why="another one is refused" if used >= quota.most else "soon there is no room",
                commands=("aws mailmanager list-ingress-points",),
            )
        else:
            yield SoundPart(text=text)


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
