"""The rule is switched off, is for other environments, only marks, or has expired.

Looked at:
    `enabled`, `environments`, `shadow` and `expires` of the rule. Without --rule, how many rules of
    the files do not act here; that is no fault by itself.
Corrected by:
    `enabled: true`, the environment under `environments`, `mmctl promote`, or a later `expires`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.operate.doctor.asked_rules import all_rules, asked_rules
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look at what keeps a rule from acting."""
    if scene.asked.rule is None:
        idle = [rule for _, rule in all_rules(scene) if _why_not(scene, rule) is not None]
        yield SoundPart(text=f"{counted(len(idle), 'rule')} of the files switched off here")
        return
    for _, rule in asked_rules(scene):
        found = _why_not(scene, rule)
        if found is None:
            yield SoundPart(text=f"`{rule.name}` is enabled in {scene.project.environment.name}")
            continue
        why, *commands = found
        yield FoundFault(
            text=f"rule `{rule.name}` {why}",
            commands=(*commands, scene.applying()),
            place=place_of(rule.position),
        )


def _why_not(scene: Scene, rule: LogicalRule) -> tuple[str, ...] | None:
    """Why a rule does not act, and what changes that in the file."""
    environment = scene.project.environment.name
    if not rule.enabled:
        return "has `enabled: false`", "remove `enabled: false`"
    if not rule.lives_in(environment):
        listed = ", ".join(rule.environments or ())
        return (
            f"is for environment {listed}, not for {environment}",
            f"add `{environment}` to its `environments:`",
        )
    if rule.shadow:
        return "has `shadow: true`: it only marks", scene.command("promote", rule.name)
    if rule.expires is not None and rule.expires < scene.now.date():
        return f"expired on {rule.expires}", "remove it, or write a later `expires:`"
    return None


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
