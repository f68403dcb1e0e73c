"""A key of AWS KMS is gone, switched off, or refuses the role.

Looked at:
    The keys that rules and archives name, those that encrypt the buckets and topics of rules: that
    each exists and is enabled, and that its policy or a grant lets the role use it. The policy is
    read by mmctl; what it cannot be sure of is `not known`.
Corrected by:
    `aws kms cancel-key-deletion`, `enable-key`, or a statement of the key's policy.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mmctl.errors import CouldNot
from mmctl.model.things import BUCKET, KEY, TOPIC
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import uses_of
from mmctl.operate.doctor.policies import PolicyAnswer, verdict_of
from mmctl.operate.doctor.resource_policies import role_request
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.aws.things import KmsKey
    from mmctl.operate.doctor.scene import Scene

_UNUSABLE = {
    "PendingDeletion": ("cancel-key-deletion", "enable-key"),
    "Disabled": ("enable-key",),
}


def run(scene: Scene) -> Iterator[Said]:
    """Look at each key and who uses it."""
    yield from tried("keys of buckets and topics", partial(_unreadable, scene))
    used = list(dict.fromkeys(_keys(scene)))
    if not used:
        raise NotAsked("nothing that rules use is encrypted by a key of the account")
    for name, role, what in used:
        yield from tried(f"key of {what}", partial(_look, scene, name, role, what))


def _keys(scene: Scene) -> Iterator[tuple[str, str | None, str]]:
    """Each key with the role that uses it, and what it encrypts."""
    for use in uses_of(scene, KEY):
        yield use.name, use.role, f"rule `{use.rules[0]}`"
    for thing in scene.live().objects:
        yield from ((arn, None, f"{thing.kind.noun} `{thing.name}`") for arn in thing.kms_keys)
    for name, role, what, _ in _found(scene):
        if name is not None:
            yield name, role, what


def _unreadable(scene: Scene) -> Iterator[Said]:
    """Buckets and topics whose key cannot be asked for."""
    for _, _, what, error in _found(scene):
        if error is not None:
            permission = getattr(error, "action", None)
            yield NotLookedAt(what=f"the key of {what}", why=error.message, permission=permission)


def _found(scene: Scene) -> Iterator[tuple[str | None, str | None, str, CouldNot | None]]:
    things = scene.services.things
    for use in uses_of(scene, BUCKET):
        what = f"bucket `{use.name}`"
        try:
            yield (
                things.bucket_key(use.name) if things.bucket(use.name) else None,
                use.role,
                what,
                None,
            )
        except CouldNot as error:
            yield None, use.role, what, error
    for use in uses_of(scene, TOPIC):
        what = f"topic {use.name}"
        try:
            topic = things.topic(use.name)
            yield None if topic is None else topic.key, use.role, what, None
        except CouldNot as error:
            yield None, use.role, what, error


def _look(scene: Scene, name: str, role: str | None, what: str) -> Iterator[Said]:
    key = scene.services.things.key(name)
    if key is None:
        yield FoundFault(
            text=f"{what} is encrypted by the key {name}, which does not exist",
            why="nothing can be written to it",
            commands=("aws kms list-keys", scene.command("foundation", "status")),
        )
        return
    if key.state != "Enabled":
        steps = _UNUSABLE.get(key.state, ("describe-key",))
        yield FoundFault(
            text=f"the key {key.arn} of {what} is {key.state}",
            why="nothing can be written to it",
            commands=tuple(line_of("aws", "kms", step, "--key-id", key.arn) for step in steps),
        )
        return
    yield from _of_policy(scene, key, role, what)


def _of_policy(scene: Scene, key: KmsKey, role: str | None, what: str) -> Iterator[Said]:
    if role is None or not key.customer:
        yield SoundPart(text=f"the key {key.arn} of {what} is Enabled")
        return
    action = "kms:GenerateDataKey"
    policy = scene.services.things.key_policy(key.arn)
    verdict = verdict_of([policy], role_request(scene, role, action, key.arn))
    if verdict is PolicyAnswer.NOT_ALLOWED and role in scene.services.things.grantees(key.arn):
        verdict = PolicyAnswer.ALLOWED
    if verdict is PolicyAnswer.ALLOWED:
        yield SoundPart(text=f"the key {key.arn} of {what} is Enabled, and admits {role}")
    elif verdict is PolicyAnswer.NOT_KNOWN:
        yield NotLookedAt(
            what=f"whether the key {key.arn} admits {role}",
            why="its policy has statements that depend on what is unknown here",
        )
    else:
        denied = "denies it" if verdict is PolicyAnswer.DENIED else "does not name it"
        yield FoundFault(
            text=f"the key {key.arn} of {what} refuses {role}: its policy {denied}",
            why=f"the role may not {action}, and the action fails for every message",
            commands=(
                line_of("aws", "kms", "get-key-policy", "--key-id", key.arn)
                + " --policy-name default --query Policy --output text > policy.json",
                line_of("aws", "kms", "put-key-policy", "--key-id", key.arn)
                + " --policy-name default --policy file://policy.json",
            ),
        )


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
