"""The ingress point uses another rule set, or the rule is in one that no ingress point uses.

Looked at:
    The live rule set of each ingress point beside the files; with --rule, whether an ingress point
    uses the rule set that it is in.
Corrected by:
    `mmctl apply`; `rule_set:` of the ingress point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.kinds import Kind
from mmctl.model.resources import IngressPoint
from mmctl.operate.doctor.asked_rules import asked_rules
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import names_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look which rule set each ingress point uses."""
    wanted = _wanted(scene)
    for point in scene.live_points():
        uses, wants = point.shape.rule_set_id, wanted.get(point.name)
        if wants is not None and uses != wants:
            yield FoundFault(
                text=f"ingress point `{point.name}` uses rule set `{uses}`, the files say "
                f"`{wants}`",
                why="its mail meets other rules",
                commands=(scene.applying("--force", "entrance"),),
                place=place_of(point.logical.position),
            )
        else:
            yield SoundPart(text=f"`{point.name}` uses rule set `{uses}`")
    if scene.asked.rule is not None:
        yield from _of_rule(scene)


def _of_rule(scene: Scene) -> Iterator[Said]:
    """Whether mail comes to the rule sets with the rule."""
    used = {each.logical.ingress_point.rule_set_id for each in scene.points()}
    for rule_set, rule in asked_rules(scene):
        if rule_set.name not in used:
            points = names_of(list(scene.project.ingress_points)) or "none"
            yield FoundFault(
                text=f"rule `{rule.name}` is in rule set `{rule_set.name}`, which no ingress point "
                "that is asked about uses",
                why=f"ingress points: {points}",
                commands=(f"write `rule_set: {rule_set.name}`", scene.applying()),
                place=place_of(rule.position),
            )


def _wanted(scene: Scene) -> dict[str, str]:
    """The rule set that the files want for each ingress point, by the name of what is compiled."""
    found = scene.read_plan().desired.of_kind(Kind.INGRESS_POINT)
    return {
        each.name: each.shape.rule_set_id for each in found if isinstance(each.shape, IngressPoint)
    }


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
