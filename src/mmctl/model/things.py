"""What Mail Manager's resources name in other services: one row each.

`mmctl.live` asks whether such a thing exists; only its naming is here.
"""

from __future__ import annotations

from typing import Final

from mmctl.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arn:
    """What the ARN of a thing looks like."""

    service: str
    rest: str
    """A pattern for what follows the account."""
    example: str
    """An example of that."""
    regional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """Something in another service."""

    noun: str
    plural: str
    arn: Arn | None = None
    """None: it is not named by an ARN, or by an ARN of any form."""
    asked_with: str | None = None
    """The IAM action that tells whether it exists; None: mmctl does not ask."""
    resource: str = "{name}"
    """The ARN on which that action is allowed."""
    named_by: tuple[str, ...] = ()
    """Members of resources, besides those of actions, that hold its ARN."""
    unfit: str | None = None
    """What keeps the service from using an existing one, in words."""


ROLE: Final = Thing(
    noun="role",
    plural="roles",
    arn=Arn(service="iam", regional=False, rest=r"role/.+", example="role/NAME"),
    asked_with="iam:GetRole",
    unfit="does not trust ses.amazonaws.com",
)
BUCKET: Final = Thing(
    noun="bucket",
    plural="buckets",
    asked_with="s3:ListBucket",
    resource="arn:{partition}:s3:::{name}",
)
TOPIC: Final = Thing(
    noun="topic",
    plural="topics",
    arn=Arn(service="sns", rest=r".+", example="NAME"),
    asked_with="sns:GetTopicAttributes",
)
FUNCTION: Final = Thing(
    noun="function",
    plural="functions",
    arn=Arn(service="lambda", rest=r"function:[^:]+(:[^:]+)?", example="function:NAME"),
    asked_with="lambda:GetFunctionConfiguration",
)
KEY: Final = Thing(
    noun="key",
    plural="keys",
    arn=Arn(service="kms", rest=r"(key|alias)/.+", example="key/ID"),
    asked_with="kms:DescribeKey",
    named_by=("KmsKeyArn",),
    unfit="is not enabled",
)
LOG_GROUP: Final = Thing(
    noun="log group",
    plural="log groups",
    asked_with="logs:DescribeLogGroups",
    resource="arn:{partition}:logs:{region}:{account}:log-group:*",
)
STREAM: Final = Thing(noun="stream", plural="streams", asked_with="firehose:DescribeDeliveryStream")
IDENTITY: Final = Thing(
    noun="identity",
    plural="identities",
    asked_with="ses:GetEmailIdentity",
    resource="arn:{partition}:ses:{region}:{account}:identity/*",
    unfit="is not verified",
)
SECRET: Final = Thing(
    noun="secret",
    plural="secrets",
    arn=Arn(service="secretsmanager", rest=r"secret:[^:]+", example="secret:NAME"),
    named_by=("SecretArn",),
)
MAILBOX: Final = Thing(
    noun="mailbox",
    plural="mailboxes",
    arn=Arn(service="workmail", rest=r".+", example="organization/ID"),
)
APPLICATION: Final = Thing(noun="application", plural="applications")
INDEX: Final = Thing(noun="index", plural="indexes")

THINGS: Final = (
    ROLE,
    BUCKET,
    TOPIC,
    FUNCTION,
    KEY,
    LOG_GROUP,
    STREAM,
    IDENTITY,
    SECRET,
    MAILBOX,
    APPLICATION,
    INDEX,
)
"""In the order in which mmctl asks for them."""
