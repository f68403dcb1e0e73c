"""A role that a rule names is gone, or does not let SES assume it.

Looked at:
    Each role of the rules: that it exists, and that its trust policy lets ses.amazonaws.com assume
    it for rule sets of this account. The policy is read by mmctl; what it cannot be sure of is
    `not known`.
Corrected by:
    `mmctl plan --iam trust`, whose document `aws iam update-assume-role-policy` puts on the role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.model.things import ROLE
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import looked_at_each
from mmctl.operate.doctor.policies import PolicyAnswer, PolicyRequest, account_of, verdict_of
from mmctl.operate.doctor.said import (
    FoundFault,
    NotAsked,
    NotLookedAt,
    Said,
    SoundPart,
    Symptom,
    line_of,
)
from mmctl.operate.doctor.scene import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.named import NamedUse
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Read the trust policy of each role."""
    return looked_at_each(scene, ROLE, "role", "no rule names a role", _look)


def _look(scene: Scene, use: NamedUse) -> Iterator[Said]:
    if account_of(use.name) != scene.service.identity.account:
        raise NotAsked(f"it is a role of account {account_of(use.name)}")
    role = scene.services.roles.role(use.name)
    rules = names_of(use.rules)
    trust = scene.command("plan", "--iam", "trust") + " -o trust.json"
    if role is None:
        yield FoundFault(
            text=f"rules {rules} name the role {use.name}, which does not exist",
            why="the action fails for every message",
            commands=(trust, scene.command("foundation", "up")),
        )
        return
    match verdict_of([role.trust], trust_request(scene)):
        case PolicyAnswer.ALLOWED:
            yield SoundPart(text=f"{role.arn} lets SES assume it")
        case PolicyAnswer.NOT_KNOWN:
            yield NotLookedAt(
                what=f"whether {role.arn} lets SES assume it",
                why="its trust policy has conditions that depend on what is unknown here",
            )
        case PolicyAnswer.DENIED | PolicyAnswer.NOT_ALLOWED as verdict:
            yield FoundFault(
                text=f"the role {role.arn} of rules {rules} does not let ses.amazonaws.com assume "
                "it" + (": a statement denies it" if verdict is PolicyAnswer.DENIED else ""),
                why="the action fails for every message",
                commands=(
                    trust,
                    line_of("aws", "iam", "update-assume-role-policy", "--role-name", role.name)
                    + " --policy-document file://trust.json",
                ),
            )
        case never:
            assert_never(never)


def trust_request(scene: Scene) -> PolicyRequest:
    """What Mail Manager asks of STS: for some rule set of this account and region."""
    identity = scene.service.identity
    some = f"arn:{identity.partition}:ses:{identity.region}:{identity.account}"
    return PolicyRequest(
        principals=frozenset({"ses.amazonaws.com"}),
        action="sts:AssumeRole",
        keys={
            "aws:sourceaccount": identity.account,
            "aws:sourcearn": f"{some}:mailmanager-rule-set/*",
            "sts:externalid": None,
            "aws:multifactorauthpresent": None,
        },
    )


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
