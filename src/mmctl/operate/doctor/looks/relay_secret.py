"""The secret of a relay is gone, has not the form that the service reads, or refuses SES.

Looked at:
    The secret of each relay with authentication: that it exists, has the keys `username` and
    `password`, is encrypted by a key of the account, and that the policies of secret and key let
    ses.amazonaws.com read it. Values are not printed.
Corrected by:
    `aws secretsmanager put-secret-value` with a JSON object of both; `mmctl foundation up`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.model.kinds import Kind
from mmctl.model.resources import Relay
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.policies import PolicyAnswer, PolicyRequest, verdict_of
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
from mmctl.operate.doctor.secrets import absent, lacks, put_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.operate.doctor.scene import Scene


def run(scene: Scene) -> Iterator[Said]:
    """Look at the secret of each relay."""
    secrets = list(_secrets(scene))
    if not secrets:
        raise NotAsked("no relay has a secret")
    for name, arn in secrets:
        yield from tried(f"secret of relay `{name}`", partial(_form, scene, name, arn))
        yield from tried(f"who may read the secret of relay `{name}`", partial(_access, scene, arn))


def _secrets(scene: Scene) -> Iterator[tuple[str, str]]:
    plan = scene.read_plan()
    for wanted in plan.desired.of_kind(Kind.RELAY):
        shape = (plan.live.find(Kind.RELAY, wanted.name) or wanted).shape
        arn = shape.authentication.secret_arn if isinstance(shape, Relay) else None
        if arn is not None:
            yield wanted.name, arn


def _form(scene: Scene, name: str, arn: str) -> Iterator[Said]:
    yield from absent(scene, arn, f"relay `{name}`")
    missing = lacks(scene, arn, ("username", "password"))
    if missing:
        yield FoundFault(
            text=f"the secret of relay `{name}` {missing}",
            why="the login at the relay's server fails, and so does the action",
            commands=(put_value(arn, "username", "password"),),
        )
    else:
        yield SoundPart(text=f"the secret of relay `{name}` has `username` and `password`")


def _access(scene: Scene, arn: str) -> Iterator[Said]:
    things = scene.services.things
    held = things.secret(arn)
    if held is None:
        raise NotAsked("the secret does not exist")
    key = None if held.key is None else things.key(held.key)
    if key is None or not key.customer:
        yield FoundFault(
            text=f"the secret {arn} is encrypted by the key that AWS manages",
            why="SES may not use that key: the service wants a key of the account",
            commands=(
                line_of("aws", "secretsmanager", "update-secret", "--secret-id", arn)
                + " --kms-key-id KEY",
            ),
        )
        return
    secret_put = line_of("aws", "secretsmanager", "put-resource-policy", "--secret-id", arn)
    yield _allows(
        scene,
        f"the policy of the secret {arn}",
        [] if held.policy is None else [held.policy],
        ("secretsmanager:GetSecretValue", arn),
        f"{secret_put} --resource-policy file://policy.json",
    )
    key_put = line_of("aws", "kms", "put-key-policy", "--key-id", key.arn)
    yield _allows(
        scene,
        f"the policy of the key {key.arn}",
        [things.key_policy(key.arn)],
        ("kms:Decrypt", key.arn),
        f"{key_put} --policy-name default --policy file://policy.json",
    )


def _allows(
    scene: Scene, what: str, documents: list[object], asked: tuple[str, str], command: str
) -> Said:
    identity = scene.service.identity
    action, resource = asked
    some = f"arn:{identity.partition}:ses:{identity.region}:{identity.account}"
    request = PolicyRequest(
        principals=frozenset({"ses.amazonaws.com"}),
        action=action,
        resource=resource,
        keys={
            "aws:sourceaccount": identity.account,
            "aws:sourcearn": f"{some}:mailmanager-smtp-relay/*",
            "aws:securetransport": "true",
            "kms:viaservice": f"secretsmanager.{identity.region}.amazonaws.com",
        },
    )
    verdict = verdict_of([each for each in documents if isinstance(each, dict)], request)
    if verdict is PolicyAnswer.ALLOWED:
        return SoundPart(text=f"{what} lets ses.amazonaws.com {action}")
    if verdict is PolicyAnswer.NOT_KNOWN:
        return NotLookedAt(
            what=f"whether {what} lets ses.amazonaws.com {action}",
            why="it has statements that depend on what is unknown here",
        )
    return FoundFault(
        text=f"{what} does not let ses.amazonaws.com {action}",
        why="the service cannot read the login, and the relay fails",
        commands=(scene.command("foundation", "template"), command),
    )


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
