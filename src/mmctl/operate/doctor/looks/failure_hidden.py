"""A delivery that fails loses the mail without a trace: `on_failure: drop`, and no copy.

Looked at:
    The rules of the files that deliver: what `on_failure` says, and whether a rule before them
    keeps a copy.
Corrected by:
    An archive in the first rule; `mmctl explain lost-when-relay-fails` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import delivers, ends, stores
from mmctl.model.actions import Does
from mmctl.model.enums import ActionFailurePolicy
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom
from mmctl.operate.doctor.scene import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.language.project import LogicalRule, LogicalRuleSet
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look for the first delivery without a copy, once a rule set."""
    used = {each.logical.ingress_point.rule_set_id for each in scene.points()}
    for rule_set in scene.project.rule_sets.values():
        if rule_set.name not in used:
            continue
        found = _first(rule_set, scene.project.environment.name)
        if found is None:
            yield SoundPart(text=f"`{rule_set.name}`: a failed delivery keeps a copy, or goes on")
            continue
        rule, drops = found
        if not drops:
            text = f"`{rule.name}` ends its mail after the delivery, failed or not, without a copy"
            yield SoundPart(text=f"{text}: lint says `lost-when-relay-fails`")
            continue
        yield FoundFault(
            text=f"if the delivery of rule `{rule.name}` fails, `on_failure: drop` ends the mail, "
            "and there is no copy",
            why="the mail is gone, and only the log says so",
            commands=(
                scene.command("explain", "lost-when-relay-fails"),
                "archive all mail in the first rule",
                scene.applying(),
            ),
            place=place_of(rule.position),
        )


def _first(rule_set: LogicalRuleSet, environment: str) -> tuple[LogicalRule, bool] | None:
    for rule in rule_set.live_rules(environment):
        if stores(rule):
            return None
        if not delivers(rule):
            continue
        place = rule.does.index(Does.DELIVERS)
        if rule.actions[place].failure_policy is ActionFailurePolicy.DROP:
            return rule, True
        if ends(rule) and rule.stop:
            return rule, False
    return None


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
