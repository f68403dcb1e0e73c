"""The ingress point refuses the login.

Looked at:
    With --probe: AUTH, where the ingress point has authentication, at the A record that
    GetIngressPoint gave, once its certificate is verified, with the variable
    `MMCTL_SMTP_…` of `smtp_password_env`. The password is not printed.
Corrected by:
    The password in the variable; `mmctl apply` sends one that was changed to the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.enums import IngressPointType
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.probes import probed
from mmctl.operate.doctor.said import FoundFault, NotAsked, NotLookedAt, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import ProbeStage, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look at the login of each session."""
    asked = False
    for each, found in probed(scene, ProbeStage.LOGIN):
        if each.shape.type is not IngressPointType.AUTH:
            continue
        asked = True
        why = scene.probing.why_no_login(each.name)
        if found.stage is ProbeStage.LOGIN:
            yield FoundFault(
                text=f"ingress point `{each.name}` refuses the login",
                why=found.message,
                commands=(
                    f"export {each.logical.smtp_password_env or 'MMCTL_SMTP_PASSWORD'}=…",
                    scene.applying(),
                ),
                place=place_of(each.logical.position),
            )
        elif found.logged_in:
            yield SoundPart(text=f"`{each.name}` accepts the login")
        else:
            yield NotLookedAt(
                what=f"the login at `{each.name}`",
                why=why or "the certificate was not verified",
                failed=False,
            )
    if not asked:
        raise NotAsked("no ingress point that answers has authentication")


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
