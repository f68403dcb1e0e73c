"""Policies of the things that roles use: whether they deny a role, or allow what the role lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.errors import CouldNot
from mmctl.operate.doctor.policies import PolicyAnswer, PolicyRequest, principals_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmctl.operate.doctor.named import NeededAccess
    from mmctl.operate.doctor.scene import Scene


def role_request(scene: Scene, role: str, action: str, resource: str) -> PolicyRequest:
    """A role that asks a service for something, over TLS, from within its account."""
    partition = scene.service.identity.partition
    return PolicyRequest(
        principals=frozenset({*principals_of(role, partition), "*"}),
        action=action,
        resource=resource,
        keys={
            "aws:securetransport": "true",
            "aws:principalaccount": scene.service.identity.account,
            "aws:principalarn": role,
            "aws:principaltype": "AssumedRole",
        },
    )


def also_allows(scene: Scene, need: NeededAccess, action: str) -> PolicyAnswer:
    """What the policies of the resources say, where the role's own allow nothing."""
    verdicts = []
    for resource in need.resources:
        document = _document(scene, resource)
        if document is None:
            verdicts.append(PolicyAnswer.NOT_ALLOWED)
        elif document == _UNREAD:
            verdicts.append(PolicyAnswer.NOT_KNOWN)
        else:
            request = role_request(scene, need.role, action, resource)
            found = verdict_of([document], _alone(request, need.role))
            verdicts.append(found)
    for each in (PolicyAnswer.ALLOWED, PolicyAnswer.NOT_KNOWN, PolicyAnswer.DENIED):
        if each in verdicts:
            return each
    return PolicyAnswer.NOT_ALLOWED


_UNREAD: Final = {"mmctl": "unread"}


def _alone(request: PolicyRequest, role: str) -> PolicyRequest:
    """The role by its own name: to name its account leaves it to the role's policies."""
    return PolicyRequest(
        principals=frozenset({role, "*"}),
        action=request.action,
        resource=request.resource,
        keys=request.keys,
    )


def _document(scene: Scene, resource: str) -> Mapping[str, Any] | None:
    """The policy of a resource; None: it has none."""
    things = scene.services.things
    parts = resource.split(":", 5)
    service, rest = (parts[2], parts[5]) if len(parts) > 5 else ("", "")  # noqa: PLR2004
    try:
        if service == "s3":
            return things.bucket_policy(rest.partition("/")[0])
        if service == "sns":
            topic = things.topic(resource)
            return None if topic is None else topic.policy
    except CouldNot:
        return _UNREAD
    # Functions and keys have policies too; without a look at them nothing is sure.
    return _UNREAD if service in {"lambda", "kms"} else None
