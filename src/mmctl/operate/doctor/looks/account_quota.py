"""The account is near a limit of Mail Manager.

Looked at:
    All rule sets, policies, relays, lists and archives of the account and region, ours or not,
    beside the service's limits.
Corrected by:
    Deleting what nobody uses, or another account or region: the limits cannot be raised.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.live.state.inventory import listed
from mmctl.model.quotas import ACCOUNT_QUOTAS
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.looks.endpoint_quota import NEAR
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom, tried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.model.quotas import Quota
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Count the objects of each kind; ingress points are counted by type elsewhere."""
    for quota in ACCOUNT_QUOTAS:
        if quota.kind is not None and quota.type is None:
            yield from tried(quota.noun, partial(_look, scene, quota))


def _look(scene: Scene, quota: Quota) -> Iterator[Said]:
    if quota.kind is None:
        return
    used = sum(1 for _ in listed(scene.service, quota.kind))
    text = f"{used} of {quota.most} {quota.noun}"
    if used >= quota.most * NEAR:
        noun = quota.kind.api_noun.api.plural
        yield FoundFault(
            text=f"{text} are used",
            why=quota.advice.format(over=max(1, used - quota.most)),
            commands=(f"aws mailmanager list-{_dashed(noun)}",),
        )
    else:
        yield SoundPart(text=text)


def _dashed(noun: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in noun).lstrip("-")


LOOK = DoctorLook(symptom=Symptom.QUOTAS, text=__doc__, run=run)
