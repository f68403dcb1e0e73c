"""What rules write to or read from in other services: buckets, topics, functions, keys, secrets.

Operations: the API references of Amazon S3, Amazon SNS, AWS Lambda, AWS KMS and AWS Secrets
Manager. Read-only; of a secret only the names of its members leave this module.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mmctl.errors import CouldNot
from mmctl.live.aws.permission import NotThere, asked
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsTopic:
    """An SNS topic."""

    policy: Document | None
    key: str | None
    """The key that encrypts it; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaFunction:
    """A Lambda function."""

    state: str
    why: str
    """Why it is in this state, in Lambda's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsKey:
    """A KMS key."""

    arn: str
    state: str
    customer: bool
    """Whether it is the customer's, not one that AWS manages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSecret:
    """A secret, without its value."""

    key: str | None
    """The key that encrypts it; None: the one that AWS manages."""
    deleted: bool
    """Whether it is going to be deleted."""
    policy: Document | None


class AwsThings:
    """AwsThings of one account and region; `clients` makes a client of a service.

    Every method raises CouldNot, or NoPermission with the action that is missing.
    """

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    @cached_property
    def _s3(self) -> Any:
        return self._clients("s3")

    @cached_property
    def _kms(self) -> Any:
        return self._clients("kms")

    @cached_property
    def _secrets(self) -> Any:
        return self._clients("secretsmanager")

    def bucket(self, name: str) -> bool:
        """Whether a bucket exists."""
        try:
            with asked("s3:ListBucket", "404", "NoSuchBucket", "NotFound"):
                self._s3.head_bucket(Bucket=name)
        except NotThere:
            return False
        return True

    def bucket_policy(self, name: str) -> Document | None:
        """The policy of a bucket; None: it has none."""
        try:
            with asked("s3:GetBucketPolicy", "NoSuchBucketPolicy"):
                return _policy(self._s3.get_bucket_policy(Bucket=name)["Policy"])
        except NotThere:
            return None

    def bucket_key(self, name: str) -> str | None:
        """The KMS key that encrypts new objects of a bucket; None: S3's own does."""
        code = "ServerSideEncryptionConfigurationNotFoundError"
        try:
            with asked("s3:GetEncryptionConfiguration", code):
                answer = self._s3.get_bucket_encryption(Bucket=name)
                for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
                    usual = rule.get("ApplyServerSideEncryptionByDefault") or {}
                    if str(usual.get("SSEAlgorithm", "")).startswith("aws:kms"):
                        key = usual.get("KMSMasterKeyID")
                        return None if key is None else str(key)
        except NotThere:
            return None
        return None

    def topic(self, arn: str) -> SnsTopic | None:
        """A topic; None: there is none."""
        try:
            with asked("sns:GetTopicAttributes", "NotFound", "NotFoundException"):
                found = self._clients("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
                text = found.get("Policy")
                return SnsTopic(
                    policy=None if not text else _policy(text),
                    key=str(found["KmsMasterKeyId"]) if found.get("KmsMasterKeyId") else None,
                )
        except NotThere:
            return None

    def function(self, arn: str) -> LambdaFunction | None:
        """A function; None: there is none."""
        try:
            with asked("lambda:GetFunctionConfiguration", "ResourceNotFoundException"):
                client = self._clients("lambda")
                found = client.get_function_configuration(FunctionName=arn)
                return LambdaFunction(
                    state=str(found.get("State", "Active")),
                    why=str(found.get("StateReason", "")),
                )
        except NotThere:
            return None

    def key(self, name: str) -> KmsKey | None:
        """A key by id, ARN or alias; None: there is none."""
        try:
            with asked("kms:DescribeKey", "NotFoundException"):
                found = self._kms.describe_key(KeyId=name)["KeyMetadata"]
                return KmsKey(
                    arn=str(found["Arn"]),
                    state=str(found["KeyState"]),
                    customer=str(found.get("KeyManager", "CUSTOMER")) == "CUSTOMER",
                )
        except NotThere:
            return None

    def key_policy(self, arn: str) -> Document:
        """The policy of a key."""
        with asked("kms:GetKeyPolicy"):
            return _policy(self._kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])

    def grantees(self, arn: str) -> frozenset[str]:
        """Who has a grant for a key, by ARN or name of a service."""
        with asked("kms:ListGrants"):
            grants = self._kms.list_grants(KeyId=arn)["Grants"]
            return frozenset(str(each.get("GranteePrincipal", "")) for each in grants)

    def secret(self, arn: str) -> HeldSecret | None:
        """A secret without its value; None: there is none."""
        try:
            with asked("secretsmanager:DescribeSecret", "ResourceNotFoundException"):
                found = self._secrets.describe_secret(SecretId=arn)
                key, deleted = found.get("KmsKeyId"), bool(found.get("DeletedDate"))
        except NotThere:
            return None
        with asked("secretsmanager:GetResourcePolicy"):
            text = self._secrets.get_resource_policy(SecretId=arn).get("ResourcePolicy")
            policy = None if not text else _policy(text)
        return HeldSecret(key=None if not key else str(key), deleted=deleted, policy=policy)

    def secret_members(self, arn: str) -> frozenset[str] | None:
        """The names of the members of a secret that are not empty; None: it is no JSON object.

        The values are looked at here, and go nowhere.
        """
        with asked("secretsmanager:GetSecretValue"):
            text = self._secrets.get_secret_value(SecretId=arn).get("SecretString")
        return _members(text)


def _members(text: Any) -> frozenset[str] | None:
    """Names alone: an error must not repeat the text either."""
    if not isinstance(text, str):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return frozenset(name for name, held in value.items() if isinstance(held, str) and held)


def _policy(text: Any) -> Document:
    """The mapping that a policy's text is.

    Raises:
        CouldNot: it is none.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        document = None
    if not isinstance(document, dict):
        raise CouldNot("a policy makes no sense", help="look at it in the console of the service")
    return document
