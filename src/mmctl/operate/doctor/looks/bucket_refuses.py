"""A bucket that a rule writes to is gone, or its policy denies the role.

Looked at:
    Each bucket of the rules: that it exists, and that no statement of its policy denies
    `s3:PutObject` to the role. The policy is read by mmctl; what it cannot be sure of is
    `not known`.
Corrected by:
    `mmctl foundation up`, which makes buckets that rules name; the statement of the policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mmctl.model.things import BUCKET
from mmctl.operate.doctor.look import DoctorLook
from mmctl.operate.doctor.named import looked_at_each
from mmctl.operate.doctor.policies import PolicyAnswer, denial_of
from mmctl.operate.doctor.resource_policies import role_request
from mmctl.operate.doctor.said import (
    FoundFault,
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
    """Look at each bucket."""
    return looked_at_each(scene, BUCKET, "bucket", "no rule writes to a bucket", _look)


def _look(scene: Scene, use: NamedUse) -> Iterator[Said]:
    things, rules = scene.services.things, names_of(use.rules)
    if not things.bucket(use.name):
        yield FoundFault(
            text=f"rules {rules} write to bucket `{use.name}`, which does not exist",
            why="the action fails for every message",
            commands=(
                scene.command("foundation", "up"),
                line_of("aws", "s3api", "create-bucket", "--bucket", use.name),
            ),
        )
        return
    policy = things.bucket_policy(use.name)
    if policy is None or use.role is None:
        yield SoundPart(text=f"bucket `{use.name}` exists, and has no policy")
        return
    arn = f"arn:{scene.service.identity.partition}:s3:::{use.name}/*"
    match denial_of(policy, role_request(scene, use.role, "s3:PutObject", arn)):
        case PolicyAnswer.DENIED:
            yield FoundFault(
                text=f"the policy of bucket `{use.name}` denies s3:PutObject to {use.role}, the "
                f"role of rules {rules}",
                why="the action fails for every message",
                commands=(
                    line_of("aws", "s3api", "get-bucket-policy", "--bucket", use.name)
                    + " --query Policy --output text > policy.json",
                    line_of("aws", "s3api", "put-bucket-policy", "--bucket", use.name)
                    + " --policy file://policy.json",
                ),
            )
        case PolicyAnswer.NOT_KNOWN:
            yield NotLookedAt(
                what=f"whether the policy of bucket `{use.name}` denies {use.role}",
                why="it has statements that depend on what is unknown here",
            )
        case PolicyAnswer.ALLOWED | PolicyAnswer.NOT_ALLOWED:
            yield SoundPart(text=f"bucket `{use.name}` exists, and its policy denies nothing")
        case never:
            assert_never(never)


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
