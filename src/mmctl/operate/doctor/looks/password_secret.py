"""The secret with the SMTP password of an ingress point is gone, or has no password in it.

Looked at:
    The secret that an ingress point with authentication names: that it exists, is not being
    deleted, and has the key `password`. The value is not printed.
Corrected by:
    `aws secretsmanager put-secret-value`, with a JSON object that has `password`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom, tried
from mmctl.operate.doctor.scene import place_of
from mmctl.operate.doctor.secrets import absent, lacks, put_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene, SeenPoint


def run(scene: Scene) -> Iterator[Said]:
    """Look at the secret of each ingress point that names one."""
    found = [each for each in scene.points() if _secret(each) is not None]
    if not found:
        raise NotAsked("no ingress point names a secret")
    for each in found:
        yield from tried(f"secret of `{each.name}`", partial(_look, scene, each))


def _look(scene: Scene, point: SeenPoint) -> Iterator[Said]:
    arn = _secret(point) or ""
    yield from absent(scene, arn, f"ingress point `{point.name}`")
    missing = lacks(scene, arn, ("password",))
    if missing:
        yield FoundFault(
            text=f"the secret of ingress point `{point.name}` {missing}",
            why="no client can log in",
            commands=(put_value(arn, "password"),),
            place=place_of(point.logical.position),
        )
    else:
        yield SoundPart(text=f"the secret of `{point.name}` has `password`")


def _secret(point: SeenPoint) -> str | None:
    settings = point.logical.ingress_point.ingress_point_configuration
    return None if settings is None else settings.secret_arn


LOOK = DoctorLook(symptom=Symptom.CONNECTION, text=__doc__, run=run)
