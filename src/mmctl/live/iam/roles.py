"""What the roles need that rules name.

Source: "Permissions for rule actions", Amazon SES Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.places import actions_of, statement

if TYPE_CHECKING:
    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.places import Place, Statement

_ACTIONS: Final = {
    "WriteToS3": ("s3:PutObject", "s3:ListBucket"),
    "Send": ("ses:SendEmail", "ses:SendRawEmail"),
    "DeliverToMailbox": ("workmail:DeliverToMailbox",),
    "DeliverToQBusiness": ("qbusiness:BatchPutDocument",),
    "PublishToSns": ("sns:Publish",),
    "Bounce": ("ses:SendBounce",),
    "InvokeLambda": ("lambda:InvokeFunction",),
}


def roles_of(desired: LiveConfiguration) -> set[str]:
    """The ARNs of the roles that rules name."""
    return {members["RoleArn"] for kind, members in actions_of(desired) if kind in _ACTIONS}


def role_statements(desired: LiveConfiguration, role: str, place: Place) -> list[Statement]:
    """What the actions do that name a role."""
    found: list[Statement] = []
    for kind, members in actions_of(desired):
        if kind not in _ACTIONS or members["RoleArn"] != role:
            continue
        new = [statement(kind, _ACTIONS[kind], _resources(kind, members, place))]
        if members.get("S3SseKmsKeyId"):
            key = members["S3SseKmsKeyId"]
            new.append(statement("EncryptInS3", ["kms:GenerateDataKey"], [key]))
        found += [each for each in new if each not in found]
    return _with_own_sids(found)


def _with_own_sids(found: list[Statement]) -> list[Statement]:
    """The statements under names that differ: a document takes each once."""
    seen: dict[str, int] = {}
    for each in found:
        sid = each["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        each["Sid"] = sid if seen[sid] == 1 else f"{sid}{seen[sid]}"
    return found


def _resources(kind: str, members: dict[str, Any], place: Place) -> list[str]:
    match kind:
        case "WriteToS3":
            bucket = members["S3Bucket"]
            return [
                place.bucket(bucket),
                place.bucket(f"{bucket}/{members.get('S3Prefix', '')}*"),
            ]
        case "PublishToSns":
            return [members["TopicArn"]]
        case "InvokeLambda":
            return [members["FunctionArn"]]
        case "DeliverToMailbox":
            return [members["MailboxArn"]]
        case "DeliverToQBusiness":
            index = f"application/{members['ApplicationId']}/index/{members['IndexId']}"
            return [place.arn("qbusiness", index)]
        case _:
            return [place.arn("ses", "identity/*")]
