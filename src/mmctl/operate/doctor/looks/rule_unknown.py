"""The rule is not in the files.

Looked at:
    With --rule: whether a rule set of the project has a rule of this name.
Corrected by:
    The name that is meant; `mmctl diff` shows where it went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.language.text.suggest import did_you_mean
from mmctl.operate.doctor.asked_rules import all_rules, asked_name
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look for the rule by its name."""
    name = asked_name(scene)
    found = [rule for _, rule in all_rules(scene) if rule.name == name]
    for rule in found:
        yield SoundPart(text=f"`{name}` is at {place_of(rule.position)}")
    if not found:
        names = [rule.name for _, rule in all_rules(scene)]
        near = did_you_mean(name, names)
        yield FoundFault(
            text=f"no rule set has a rule `{name}`",
            why=near or "it was removed, renamed, or is in another project",
            commands=(scene.command("diff", "live", "."),),
        )


LOOK = DoctorLook(symptom=Symptom.RULE, text=__doc__, run=run)
