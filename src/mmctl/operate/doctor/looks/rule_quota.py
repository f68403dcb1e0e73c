"""A rule set, list or policy is near a limit of Mail Manager.

Looked at:
    Live rules and their relay and send actions in each rule set, statements of policies, addresses
    of lists, beside the service's limits.
Corrected by:
    `mmctl budget`, which says what pins the order; rules that are joined, values in a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.actions import row_of
from mmctl.model.kinds import Kind
from mmctl.model.policies import TrafficPolicy
from mmctl.model.quotas import ADDRESSES, RELAY_OR_SEND_ACTIONS, RULES, STATEMENTS
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.looks.endpoint_quota import NEAR
from mmctl.operate.doctor.said import FoundFault, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.model.quotas import Quota
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Count what is live."""
    for what, quota, used in _uses(scene):
        text = f"{used} of {quota.most} {quota.noun} in {what}"
        if used >= quota.most * NEAR:
            yield FoundFault(
                text=f"{text} are used", why=quota.advice, commands=(scene.command("budget"),)
            )
        elif quota is RULES:
            yield SoundPart(text=text)


def _uses(scene: Scene) -> Iterator[tuple[str, Quota, int]]:
    for live, rule_set in scene.rule_sets():
        what = f"rule set `{live.name}`"
        yield what, RULES, len(rule_set.rules)
        handing = (row_of(action).handed_on for rule in rule_set.rules for action in rule.actions)
        yield what, RELAY_OR_SEND_ACTIONS, sum(handing)
    for live in scene.live().objects:
        if isinstance(live.shape, TrafficPolicy):
            yield f"policy `{live.name}`", STATEMENTS, len(live.shape.policy_statements)
        if live.kind is Kind.ADDRESS_LIST and live.members is not None:
            yield f"list `{live.name}`", ADDRESSES, len(live.members)


LOOK = DoctorLook(symptom=Symptom.QUOTAS, text=__doc__, run=run)
