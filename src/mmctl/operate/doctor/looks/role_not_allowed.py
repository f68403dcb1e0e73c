"""A role that a rule names may not do what its action needs.

Looked at:
    What `mmctl plan --iam rules` prints for the role, asked of IAM's simulator
    (`iam:SimulatePrincipalPolicy`). Where that is not permitted, the role's own policies are read
    by mmctl; what it cannot be sure of is `not known`.
Corrected by:
    `mmctl plan --iam rules:ROLE`, whose document `aws iam put-role-policy` puts on the role.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.errors import CouldNot
from mmctl.live.aws.roles import IamDecision
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import accesses_of
from mmctl.operate.doctor.policies import PolicyAnswer, PolicyRequest, account_of, verdict_of
from mmctl.operate.doctor.resource_policies import also_allows
from mmctl.operate.doctor.said import (
    FoundFault,
    NotAsked,
    NotLookedAt,
    Said,
    SoundPart,
    Symptom,
    line_of,
    tried,
)
from mmctl.operate.doctor.scene import names_of
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.roles import IamRole
    from mmctl.operate.doctor.named import NeededAccess
    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Ask about each role and what it needs."""
    needed = list(accesses_of(scene))
    if not needed:
        raise NotAsked("no rule names a role")
    for each in needed:
        what = f"what {each.role} may do"
        yield from tried(what, partial(_look, scene, each))


def _look(scene: Scene, need: NeededAccess) -> Iterator[Said]:
    if account_of(need.role) != scene.service.identity.account:
        raise NotAsked(f"it is a role of account {account_of(need.role)}")
    role = scene.services.roles.role(need.role)
    if role is None:
        raise NotAsked("the role does not exist")
    need = replace(need, resources=tuple(_resource(scene, each) for each in need.resources))
    error: CouldNot | None = None
    try:
        verdicts = _simulated(scene, need)
    except CouldNot as refused_to_ask:
        error = refused_to_ask
        verdicts = _read(scene, role, need)
    unsure = sorted(each for each, found in verdicts.items() if found is PolicyAnswer.NOT_KNOWN)
    if unsure:
        yield NotLookedAt(
            what=f"whether {role.arn} may {', '.join(unsure)}",
            why="IAM's simulator does not say it for sure"
            if error is None
            else f"{error.message}; its policies do not say it for sure",
            permission=getattr(error, "action", None),
            help=None if error is None else error.help,
        )
    refused = [
        each
        for each, found in verdicts.items()
        if found in {PolicyAnswer.DENIED, PolicyAnswer.NOT_ALLOWED}
    ]
    if refused:
        yield _refused(scene, role, need, refused, denied=PolicyAnswer.DENIED in verdicts.values())
    elif PolicyAnswer.NOT_KNOWN not in verdicts.values():
        yield SoundPart(text=f"{role.arn} may {', '.join(need.actions)}")


def _resource(scene: Scene, arn: str) -> str:
    """The ARN that policies name: of a key by its alias that of the key.

    Raises:
        NotAsked, CouldNot: there is no such key, or nobody says.
    """
    service, _, name = arn.partition(":kms:")
    if not (service.startswith("arn:") and ":alias/" in name):
        return arn
    key = scene.services.things.key(arn)
    if key is None:
        raise NotAsked(f"the key {arn} does not exist")
    return key.arn


def _refused(
    scene: Scene, role: IamRole, need: NeededAccess, refused: list[str], *, denied: bool
) -> FoundFault:
    policy = scene.command("plan", "--iam", f"rules:{role.name}") + " -o policy.json"
    return FoundFault(
        text=f"the role {role.arn} of rules {names_of(need.rules)} may not {', '.join(refused)}"
        + (": a policy denies it" if denied else ""),
        why=f"on {need.resources[-1]}: the action fails for every message",
        commands=(
            policy,
            line_of("aws", "iam", "put-role-policy", "--role-name", role.name)
            + " --policy-name mmctl-rules --policy-document file://policy.json",
        ),
    )


def _simulated(scene: Scene, need: NeededAccess) -> dict[str, PolicyAnswer]:
    """What IAM's simulator says of each action: on one of its resources is enough."""
    answers = scene.services.roles.simulate(need.role, need.actions, need.resources)
    found: dict[str, list[PolicyAnswer]] = {action: [] for action in need.actions}
    for each in answers:
        if each.decision is IamDecision.ALLOWED:
            verdict = PolicyAnswer.ALLOWED
        elif each.decision is IamDecision.EXPLICIT_DENY:
            verdict = PolicyAnswer.DENIED
        elif each.missing or each.decision is IamDecision.UNKNOWN:
            verdict = PolicyAnswer.NOT_KNOWN
        else:
            verdict = PolicyAnswer.NOT_ALLOWED
        found.setdefault(each.action, []).append(verdict)
    together = {action: _best(verdicts) for action, verdicts in found.items()}
    return {
        action: _with_resource(scene, need, action, verdict) for action, verdict in together.items()
    }


def _read(scene: Scene, role: IamRole, need: NeededAccess) -> dict[str, PolicyAnswer]:
    """What the role's own policies say; a boundary or an organization may still deny it.

    Raises:
        CouldNot: they cannot be read.
    """
    documents = scene.services.roles.policies(role.name)
    found = {}
    for action in need.actions:
        verdicts = [
            verdict_of(documents, PolicyRequest(action=action, resource=resource))
            for resource in need.resources
        ]
        verdict = _with_resource(scene, need, action, _best(verdicts))
        bounded = role.bounded and verdict is PolicyAnswer.ALLOWED
        found[action] = PolicyAnswer.NOT_KNOWN if bounded else verdict
    return found


def _with_resource(
    scene: Scene, need: NeededAccess, action: str, verdict: PolicyAnswer
) -> PolicyAnswer:
    """In one account, the policy of the bucket, topic, function or key may allow it too."""
    if verdict is not PolicyAnswer.NOT_ALLOWED:
        return verdict
    return also_allows(scene, need, action)


def _best(verdicts: list[PolicyAnswer]) -> PolicyAnswer:
    for each in (PolicyAnswer.ALLOWED, PolicyAnswer.NOT_KNOWN, PolicyAnswer.DENIED):
        if each in verdicts:
            return each
    return PolicyAnswer.NOT_ALLOWED if verdicts else PolicyAnswer.NOT_KNOWN


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
