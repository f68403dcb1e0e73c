"""A topic that a rule publishes to is gone, or its policy denies the role.

Looked at:
    Each topic of the rules: that it exists, and that no statement of its policy denies
    `sns:Publish` to the role.
Corrected by:
    `mmctl foundation up`, which makes topics that rules name; the statement of the policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.model.things import TOPIC
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
    """Look at each topic."""
    return looked_at_each(scene, TOPIC, "topic", "no rule publishes to a topic", _look)


def _look(scene: Scene, use: NamedUse) -> Iterator[Said]:
    topic, rules = scene.services.things.topic(use.name), names_of(use.rules)
    if topic is None:
        name = use.name.rpartition(":")[2]
        yield FoundFault(
            text=f"rules {rules} publish to the topic {use.name}, which does not exist",
            why="the action fails for every message",
            commands=(
                scene.command("foundation", "up"),
                line_of("aws", "sns", "create-topic", "--name", name),
            ),
        )
        return
    verdict = PolicyAnswer.NOT_ALLOWED
    if topic.policy is not None and use.role is not None:
        request = role_request(scene, use.role, "sns:Publish", use.name)
        verdict = denial_of(topic.policy, request)
    if verdict is PolicyAnswer.DENIED:
        words = ("aws", "sns", "set-topic-attributes", "--topic-arn", use.name)
        yield FoundFault(
            text=f"the policy of the topic {use.name} denies sns:Publish to {use.role}, the role "
            f"of rules {rules}",
            why="the action fails for every message",
            commands=(
                line_of("aws", "sns", "get-topic-attributes", "--topic-arn", use.name),
                line_of(*words, "--attribute-name", "Policy")
                + " --attribute-value file://policy.json",
            ),
        )
    elif verdict is PolicyAnswer.NOT_KNOWN:
        yield NotLookedAt(
            what=f"whether the policy of the topic {use.name} denies {use.role}",
            why="it has statements that depend on what is unknown here",
        )
    else:
        yield SoundPart(text=f"the topic {use.name} exists, and its policy denies nothing")


LOOK = DoctorLook(symptom=Symptom.GONE, text=__doc__, run=run)
