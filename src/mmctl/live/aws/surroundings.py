"""Whether what rules name outside of Mail Manager exists: asked with boto3 clients, read-only.

Operations: the API references of IAM, Amazon S3, Amazon SNS, AWS Lambda, AWS KMS, CloudWatch Logs,
Amazon Data Firehose and SES v2.
"""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING: Final = (
    "404",
    "NoSuchBucket",
    "NoSuchEntity",
    "NotFound",
    "NotFoundException",
    "ResourceNotFoundException",
)
DENIED: Final = ("403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "Forbidden")


class Presence(StrEnum):
    """What is known about a thing."""

    THERE = "there"
    MISSING = "missing"
    UNFIT = "unfit"
    """It exists, but the service cannot use it."""
    UNKNOWN = "unknown"
    """The caller may not ask for it, or there was no answer."""


class Surroundings:
    """Things of an account by name or ARN; `clients` makes a client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients
        self._made: dict[str, Any] = {}
        self._making = threading.Lock()
        """boto3 makes one client at a time; calls may be in flight together."""

    def role(self, arn: str) -> Presence:
        """Whether a role exists and lets SES assume it."""

        def trusts() -> bool:
            name = arn.rsplit("/", 1)[-1]
            role = self._client("iam").get_role(RoleName=name)["Role"]
            return "ses.amazonaws.com" in str(role.get("AssumeRolePolicyDocument", ""))

        return _asked(trusts)

    def bucket(self, name: str) -> Presence:
        """Whether a bucket exists."""
        return _asked(lambda: self._client("s3").head_bucket(Bucket=name))

    def topic(self, arn: str) -> Presence:
        """Whether a topic exists."""
        return _asked(lambda: self._client("sns").get_topic_attributes(TopicArn=arn))

    def function(self, arn: str) -> Presence:
        """Whether a function exists."""
        return _asked(lambda: self._client("lambda").get_function_configuration(FunctionName=arn))

    def key(self, arn: str) -> Presence:
        """Whether a key exists and is enabled."""

        def enabled() -> bool:
            found = self._client("kms").describe_key(KeyId=arn)["KeyMetadata"]
            return bool(found.get("KeyState") == "Enabled")

        return _asked(enabled)

    def log_group(self, arn: str) -> Presence:
        """Whether a log group exists."""

        def listed() -> Presence:
            name = arn.split(":", 6)[6]
            found = self._client("logs").describe_log_groups(logGroupNamePrefix=name)
            there = any(group["logGroupName"] == name for group in found["logGroups"])
            return Presence.THERE if there else Presence.MISSING

        return _asked(listed)

    def stream(self, arn: str) -> Presence:
        """Whether a Firehose stream exists."""
        name = arn.rsplit("/", 1)[-1]
        return _asked(
            lambda: self._client("firehose").describe_delivery_stream(DeliveryStreamName=name)
        )

    def provider(self, arn: str) -> Presence:
        """Whether an OIDC provider exists."""
        return _asked(
            lambda: self._client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        )

    def identity(self, name: str) -> Presence:
        """Whether a domain or address is a verified identity of SES."""

        def verified() -> bool:
            found = self._client("sesv2").get_email_identity(EmailIdentity=name)
            return bool(found.get("VerifiedForSendingStatus"))

        return _asked(verified)

    def _client(self, service: str) -> Any:
        with self._making:
            if service not in self._made:
                self._made[service] = self._clients(service)
            return self._made[service]


def _asked(ask: Callable[[], Any]) -> Presence:
    from botocore.exceptions import (  # noqa: PLC0415 - slow to import
        BotoCoreError,
        ClientError,
    )

    try:
        answer = ask()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        return Presence.MISSING if code in MISSING else Presence.UNKNOWN
    except BotoCoreError:
        return Presence.UNKNOWN
    if isinstance(answer, Presence):
        return answer
    return Presence.UNFIT if answer is False else Presence.THERE
