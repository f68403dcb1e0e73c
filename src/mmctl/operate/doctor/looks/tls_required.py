"""The TLS policy refuses clients that should get in.

Looked at:
    The live TLS policy of each ingress point, beside the files and beside the cases that are
    accepted without TLS.
Corrected by:
    `tls_policy: optional` where clients without STARTTLS must get in; else the client's own TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.enums import TlsPolicy
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the policy, and at the message that is asked about."""
    for each in scene.live_points():
        policy, wanted = each.shape.tls_policy, each.logical.ingress_point.tls_policy
        if policy is None:
            yield SoundPart(text=f"`{each.name}` has no TLS policy in its answer")
        elif wanted is not None and policy is not wanted:
            yield FoundFault(
                text=f"the live TLS policy of `{each.name}` is {policy}, the files want {wanted}",
                why="clients are refused, or let in, that should not be",
                commands=(scene.applying(),),
                place=place_of(each.logical.position),
            )
        elif policy is not TlsPolicy.OPTIONAL and _comes_without(scene, each):
            yield FoundFault(
                text=f"the message comes without TLS, and `{each.name}` has TLS policy {policy}",
                why="the server answers 530 before it takes an address",
                commands=(
                    "let the client use STARTTLS, or write `tls_policy: optional`",
                    scene.applying(),
                ),
                place=place_of(each.logical.position),
            )
        else:
            yield SoundPart(text=f"TLS policy of `{each.name}`: {policy}")


def _comes_without(scene: Scene, point: SeenPoint) -> bool:
    """Whether the message of `--message` states a session without TLS at this ingress point."""
    if scene.read_message is None or scene.asked.ingress_point not in {None, point.name}:
        return False
    session = scene.judged().simulated.submission.session
    return str(session.tls).upper() in {"NONE", "TLSVERSION.NONE"}


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
