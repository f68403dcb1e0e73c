"""The account has sent nearly as much in 24 hours as SES lets it.

Looked at:
    Where a rule sends or bounces: the sending quota of SES v2, and what was sent in 24 hours.
Corrected by:
    A higher quota: `aws service-quotas request-service-quota-increase` for `ses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.looks.endpoint_quota import NEAR
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Compare the quota with what was sent."""
    if not any(
        action.send is not None or action.bounce is not None
        for _, rule_set in scene.rule_sets()
        for rule in rule_set.rules
        for action in rule.actions
    ):
        raise NotAsked("no rule sends or bounces through SES")
    account = scene.services.sending.account()
    if account.a_day < 0:
        yield SoundPart(text="SES has no limit for the messages of 24 hours")
        return
    text = f"{account.sent:,.0f} of {account.a_day:,.0f} messages in 24 hours"
    if account.sent >= account.a_day * NEAR:
        yield FoundFault(
            text=f"{text} were sent",
            why="SES refuses what is above, and the action fails",
            commands=("aws service-quotas list-service-quotas --service-code ses",),
        )
    else:
        yield SoundPart(text=text)


LOOK = DoctorLook(symptom=Symptom.QUOTAS, text=__doc__, run=run)
