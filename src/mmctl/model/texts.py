"""The texts and numbers of Mail Manager: patterns, lengths and ranges, each under AWS's name.

Compared with botocore's service model by the tests. Nothing else may live here.
"""

from typing import Annotated

from mmctl.model.members import Limits, UnionText, exact

IPV6 = (
    r"(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1"
    r",4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0"
    r"-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA"
    r"-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}"
    r":((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[0-1][0-9]"
    r"|[1-9][0-9]|[0-9])"
)
AddonInstanceId = Annotated[
    str, Limits(min_length=4, max_length=67, pattern=exact(r"ai-[a-zA-Z0-9]{1,64}"))
]
AddonSubscriptionId = Annotated[
    str, Limits(min_length=4, max_length=67, pattern=exact(r"as-[a-zA-Z0-9]{1,64}"))
]
AddressListId = Annotated[
    str, Limits(min_length=1, max_length=255, pattern=exact(r"[a-zA-Z0-9-]+"))
]
AddressListName = Annotated[
    str, Limits(min_length=1, max_length=255, pattern=exact(r"[a-zA-Z0-9_.-]+"))
]
AnalyzerArn = Annotated[str, Limits(pattern=exact(r"[a-zA-Z0-9:_/+=,@.#-]+"))]
ArchiveIdString = Annotated[str, Limits(min_length=1, max_length=66)]
ArchiveNameString = Annotated[
    str, Limits(min_length=1, max_length=64, pattern=exact(r"[a-zA-Z0-9][a-zA-Z0-9_-]*[a-zA-Z0-9]"))
]
BounceMessage = Annotated[
    str, Limits(min_length=1, max_length=500, pattern=exact(r"[\r\n\x20-\x7e]+"))
]
CAContent = Annotated[str, Limits(min_length=1, max_length=500000, pattern=exact(r"[\P{C}\s]*"))]
CrlContent = Annotated[str, Limits(min_length=1, max_length=500000, pattern=exact(r"[\P{C}\s]*"))]
DiagnosticMessage = Annotated[
    str, Limits(min_length=1, max_length=256, pattern=exact(r"[\x20-\x7e]+"))
]
EmailAddress = Annotated[
    str, Limits(max_length=254, pattern=exact(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+"))
]
HeaderName = Annotated[
    str, Limits(min_length=1, max_length=64, pattern=exact(r"[xX]\-[a-zA-Z0-9\-]+"))
]
HeaderValue = Annotated[str, Limits(min_length=1, max_length=128)]
IamRoleArn = Annotated[
    str, Limits(min_length=20, max_length=2048, pattern=exact(r"[a-zA-Z0-9:_/+=,@.#-]+"))
]
IdOrArn = Annotated[
    str, Limits(min_length=1, max_length=2048, pattern=exact(r"[a-zA-Z0-9:_/+=,@.#-]+"))
]
IdempotencyToken = Annotated[str, Limits(min_length=1, max_length=128)]
IngressPointId = Annotated[str, Limits(min_length=1, max_length=100)]
IngressPointName = Annotated[
    str, Limits(min_length=3, max_length=63, pattern=exact(r"[A-Za-z0-9_\-]+"))
]
Ipv4Cidr = Annotated[
    str,
    Limits(
        pattern=exact(
            r"((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)/([0-9]|[12][0-9]|3[0-2])"
        )
    ),
]
Ipv6Cidr = Annotated[str, Limits(max_length=49, pattern=exact(IPV6))]
KmsKeyArn = Annotated[
    str,
    Limits(
        pattern=exact(r"arn:aws(|-cn|-us-gov|-eusc):kms:[a-z0-9-]{1,20}:[0-9]{12}:(key|alias)/.+")
    ),
]
KmsKeyId = Annotated[str, Limits(min_length=20, max_length=2048, pattern=exact(r"[a-zA-Z0-9-:/]+"))]
LambdaFunctionArn = Annotated[
    str, Limits(min_length=20, max_length=2048, pattern=exact(r"[a-zA-Z0-9:_/+=,@.#-]+"))
]
LambdaRetryTimeMinutes = Annotated[int, Limits(ge=0, le=2160)]
MaxMessageSizeBytes = Annotated[int, Limits(ge=1)]
NameOrArn = Annotated[
    str, Limits(min_length=1, max_length=2048, pattern=exact(r"[a-zA-Z0-9:_/+=,@.#-]+"))
]
QBusinessApplicationId = Annotated[
    str, Limits(min_length=36, max_length=36, pattern=exact(r"[a-z0-9-]+"))
]
QBusinessIndexId = Annotated[
    str, Limits(min_length=36, max_length=36, pattern=exact(r"[a-z0-9-]+"))
]
RelayId = Annotated[str, Limits(min_length=1, max_length=100, pattern=exact(r"[a-zA-Z0-9-]+"))]
RelayName = Annotated[str, Limits(min_length=1, max_length=100, pattern=exact(r"[a-zA-Z0-9-_]+"))]
RelayServerName = Annotated[
    str, Limits(min_length=1, max_length=100, pattern=exact(r"[a-zA-Z0-9-\.]+"))
]
RelayServerPort = Annotated[int, Limits(ge=1, le=65535)]
ResultField = Annotated[
    str, Limits(min_length=1, max_length=256, pattern=exact(r"(addon\.)?[\sa-zA-Z0-9_]+"))
]
RuleIpStringValue = Annotated[
    str, Limits(min_length=1, max_length=43, pattern=exact(r"(([0-9]|.|:|/)*)"))
]
RuleName = Annotated[str, Limits(min_length=1, max_length=32, pattern=exact(r"[a-zA-Z0-9_.-]+"))]
RuleSetId = Annotated[str, Limits(min_length=1, max_length=100)]
RuleSetName = Annotated[
    str, Limits(min_length=1, max_length=100, pattern=exact(r"[a-zA-Z0-9_.-]+"))
]
RuleStringValue = Annotated[str, Limits(min_length=1, max_length=4096)]
S3Bucket = Annotated[str, Limits(min_length=1, max_length=62, pattern=exact(r"[a-zA-Z0-9.-]+"))]
S3Prefix = Annotated[
    str, Limits(min_length=1, max_length=62, pattern=exact(r"[a-zA-Z0-9!_.*'()/-]+"))
]
SmtpReplyCode = Annotated[str, Limits(min_length=3, max_length=3, pattern=exact(r"[45][0-9][0-9]"))]
SnsTopicArn = Annotated[
    str,
    Limits(
        min_length=20,
        max_length=2048,
        pattern=exact(r"arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z0-9-]+:\d{12}:[\w\-]{1,256}"),
    ),
]
StatusCode = Annotated[
    str, Limits(min_length=5, max_length=9, pattern=exact(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}"))
]
TagKey = Annotated[
    str, Limits(min_length=1, max_length=128, pattern=exact(r"[a-zA-Z0-9/_\+=\.:@\-]+"))
]
TagValue = Annotated[str, Limits(max_length=256, pattern=exact(r"[a-zA-Z0-9/_\+=\.:@\-]*"))]
TaggableResourceArn = Annotated[
    str,
    Limits(
        min_length=20,
        max_length=1011,
        pattern=exact(
            r"arn:aws(|-cn|-us-gov|-eusc):ses:[a-z0-9-]{1,20}:[0-9]{12}:(mailmanager-|addon-).+"
        ),
    ),
]
TrafficPolicyId = Annotated[str, Limits(min_length=1, max_length=100)]
TrafficPolicyName = Annotated[
    str, Limits(min_length=3, max_length=63, pattern=exact(r"[A-Za-z0-9_\-]+"))
]
VpcEndpointId = Annotated[str, Limits(pattern=exact(r"vpce-[a-zA-Z0-9]{17}"))]


class MimeHeaderAttribute(UnionText):
    """The name of a header `X-…` that a condition looks at."""

    limits = Limits(pattern=exact(r"X-[a-zA-Z0-9-]{1,256}"))


class SecretArn(UnionText):
    """The ARN of a secret in AWS Secrets Manager."""

    limits = Limits(
        pattern=exact(
            r"arn:(aws|aws-cn|aws-us-gov|aws-eusc):secretsmanager:[a-z0-9-]+:\d{12}:secret:[a-zA-Z0-9/_+=,.@-]+"
        )
    )


class SmtpPassword(UnionText):
    """The password of an ingress point."""

    limits = Limits(
        min_length=8, max_length=64, pattern=exact(r"[A-Za-z0-9!@#$%^&*()_+\-=\[\]{}|.,?]+")
    )
