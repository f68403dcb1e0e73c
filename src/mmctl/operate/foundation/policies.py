"""Statements of policies in templates, and why some of them have a `*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mmctl.operate.templates.intrinsic import Value

_REASONS: Final[Mapping[str, str]] = {
    "WriteToS3": "the service chooses the rest of an object's key",
    "Send": "SES asks for the identity of the sender, whom each message names",
    "Bounce": "SES asks for the identity of the sender, whom each rule names",
    "MailManager": "a rule set gets its id when it is made, after this role",
    "Pipeline": "a merge request runs on a branch whose name nobody knows before; it only plans",
    "Store": "the history of this project is below this prefix",
    "StoreNames": "the history of this project is below this prefix",
    "StoreKey": "S3 chooses the key; the condition binds it to S3 and to this bucket",
    "PutMetrics": "CloudWatch takes no resource here; the condition names the namespace",
    "ServiceLinkedRole": "SES chooses the name of its role; the condition names the service",
    "SendOnSenderOfProject": "an instance has its id from EC2; the condition names our tag",
    "FindSender": "a stack has its id from CloudFormation; the names are those of this project",
}
"""Why statements have a `*`, by the Sid; for others what is in them says it."""


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


def wildcards_of(statements: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the reason of each statement that has a `*`, by its Sid."""
    return {
        str(each["Sid"]): _reason(each)
        for each in statements
        if "*" in str([each.get("Action"), each.get("Resource"), each.get("Condition")])
    }


def _reason(statement: Mapping[str, Any]) -> str:
    """Why a statement has a `*`: a second one of a kind has a number after its Sid."""
    sid = str(statement["Sid"])
    names = [name for name in _REASONS if sid == name or sid.removeprefix(name).isdigit()]
    if names:
        return _REASONS[names[0]]
    if statement.get("Resource") == ["*"]:
        return "AWS has no narrower resource for these actions"
    if "mmctl:project" in str(statement.get("Condition")):
        return "the service chooses ids; the condition names our tag"
    return "the service chooses ids, and nothing there is written"
