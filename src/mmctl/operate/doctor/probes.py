"""Which ingress points a probe tells something about, at each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.said import NotAsked
from mmctl.operate.doctor.scene import ProbeStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import ProbeAnswer, Scene, SeenPoint


def probed(scene: Scene, stage: ProbeStage) -> Iterator[tuple[SeenPoint, ProbeAnswer]]:
    """The ingress points whose probe came as far as a stage, or failed there.

    Raises:
        NotAsked: nobody agreed to a probe, or none came as far.
    """
    prober = scene.probing
    order = list(ProbeStage)
    some, why = False, "no ingress point is live"
    for each in scene.live_points():
        try:
            found = prober.probe(each.name)
        except NotAsked as not_asked:
            why = not_asked.why
            continue
        if order.index(found.stage) >= order.index(stage):
            some = True
            yield each, found
        else:
            why = f"the probe of `{each.name}` ended before: {found.message}"
    if not some:
        raise NotAsked(why)
