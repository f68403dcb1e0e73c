"""Statements of policies in the template of a foundation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.operate.templates.intrinsic import Value


def document(*statements: Mapping[str, Value]) -> dict[str, Any]:
    """Return a policy of statements."""
    return {"Version": "2012-10-17", "Statement": [dict(each) for each in statements]}


def allow(
    sid: str, actions: Iterable[str], resources: Iterable[Value], **conditions: Mapping[str, Value]
) -> dict[str, Any]:
    """Return a statement for a role that allows something."""
    found = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return found | ({"Condition": dict(conditions)} if conditions else {})


def service_may(
    sid: str,
    service: str,
    actions: Iterable[str],
    resource: Value,
    **conditions: Mapping[str, Value],
) -> dict[str, Any]:
    """Return a statement of a resource's policy that lets a service do something."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions),
        "Resource": resource,
        "Condition": dict(conditions),
    }


def only_encrypted(service: str, resources: Iterable[Value]) -> dict[str, Any]:
    """Return the statement that refuses what does not come over TLS."""
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": f"{service}:*",
        "Resource": list(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


OVER_TLS: Final = {"OnlyOverTls": "it refuses everybody everything without TLS"}


def trusted_by(service: str) -> dict[str, Any]:
    """Return the trust policy of a role that a service assumes."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return document(statement)
