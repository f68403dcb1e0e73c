"""The account is in the sandbox of SES, so that mail to strangers is not sent.

Looked at:
    Where a rule sends or bounces: whether SES v2 has production access for the account, and whether
    sending is enabled.
Corrected by:
    `aws sesv2 put-account-details --production-access-enabled`, which AWS reviews.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.said import FoundFault, NotAsked, Said, SoundPart, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene

_ASK: Final = "aws sesv2 put-account-details --production-access-enabled"


def run(scene: Scene) -> Iterator[Said]:
    """Ask for the account, if a rule sends through it."""
    senders = [
        rule.name or ""
        for _, rule_set in scene.rule_sets()
        for rule in rule_set.rules
        if any(action.send is not None or action.bounce is not None for action in rule.actions)
    ]
    if not senders:
        raise NotAsked("no rule sends or bounces through SES")
    account = scene.services.sending.account()
    if not account.production:
        yield FoundFault(
            text=f"the account is in the sandbox, and rule `{senders[0]}` sends through SES",
            why="mail to addresses that are not verified is refused",
            commands=(f"{_ASK} --mail-type TRANSACTIONAL --website-url URL",),
        )
    if not account.enabled:
        yield FoundFault(
            text=f"sending is disabled for the account, and rule `{senders[0]}` sends through SES",
            why="the action fails",
            commands=("aws sesv2 put-account-sending-attributes --sending-enabled",),
        )
    if account.production and account.enabled:
        yield SoundPart(text="the account has production access, and sends")


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
