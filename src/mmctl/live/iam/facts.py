"""What each action needs: resource types, condition keys and the actions that it depends on.

Calls alone do not show this: a create that tags also needs `ses:TagResource`, a rule set with
roles `iam:PassRole`. Each row names its source; all were looked up on the day in `CHECKED`,
and `tests/live/test_iam_facts.py` compares the rows with the calls and with botocore's model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.model.kinds import API, SENDING, Noun
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.model.kinds import ApiResource

CHECKED: Final = "2026-11-28"

MAIL_MANAGER: Final = (
    "Service Authorization Reference, "
    '"Actions, resources, and condition keys for Amazon Simple Email Service - Mail Manager"'
)
_EARLIER: Final = f"{MAIL_MANAGER}, column dependent actions of its edition of 2025"
_HANDLER: Final = "CloudFormation, handler permissions of AWS::SES::MailManagerArchive"
_S3: Final = 'Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"'
_S3_CONDITIONAL: Final = 'Amazon S3 User Guide, "How to prevent object overwrites"'
_S3_KMS: Final = 'Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys"'
_VENDED: Final = (
    'CloudWatch Logs User Guide, "Logging that requires additional permissions [V2]"; '
    'Amazon SES Developer Guide, "Mail Manager logging"'
)
_LOGS: Final = (
    "Service Authorization Reference, "
    '"Actions, resources, and condition keys for Amazon CloudWatch Logs"'
)

_REFERENCE: Final = "Service Authorization Reference, Actions, resources, and condition keys for "
_METRICS: Final = f"{_REFERENCE}Amazon CloudWatch"
_EC2: Final = f"{_REFERENCE}Amazon EC2"
_TRAIL: Final = f"{_REFERENCE}AWS CloudTrail"
_QUOTAS: Final = f"{_REFERENCE}AWS Service Quotas"
_SYSTEMS: Final = f"{_REFERENCE}AWS Systems Manager"
_STACKS: Final = f"{_REFERENCE}AWS CloudFormation"

REQUEST_TAG: Final = "aws:RequestTag/${TagKey}"
RESOURCE_TAG: Final = "aws:ResourceTag/${TagKey}"
RULE_SET_ARN: Final = "ses:MailManagerRuleSetArn"
POLICY_ARN: Final = "ses:MailManagerTrafficPolicyArn"
PASSED_TO: Final = "iam:PassedToService"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFact:
    """One action: its resources, its conditions, and other actions that it needs."""

    action: str
    types: tuple[str, ...] = ()
    """Resource types of its ARNs; none: it is allowed only on `*`."""
    keys: tuple[str, ...] = ()
    """Condition keys that policies here use."""
    dependent: tuple[str, ...] = ()
    """Actions that its caller also needs."""
    source: str = MAIL_MANAGER


_TAGGED: Final = (REQUEST_TAG, RESOURCE_TAG)
_POINTED: Final = (RULE_SET_ARN, POLICY_ARN)
_LIST: Final = (Noun.ADDRESS_LIST.api.arn_part,)
_KMS: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")


_TYPES: Final = tuple(resource.arn_part for resource in API.values())
_SENDING: Final = tuple(kind.row.api.arn_part for kind in SENDING)
_DEPENDENT: Final[Mapping[str, tuple[str, ...]]] = {
    "CreateRuleSet": ("iam:PassRole",),
    "UpdateRuleSet": ("iam:PassRole",),
    "CreateIngressPoint": ("iam:CreateServiceLinkedRole", "ec2:DescribeVpcEndpoints"),
    "CreateArchive": _KMS,
}
"""What an operation also needs, apart from tagging what it creates."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "CreateIngressPoint": _POINTED,
    "UpdateIngressPoint": _POINTED,
}
_SOURCES: Final[Mapping[str, str]] = {
    "CreateIngressPoint": f"{MAIL_MANAGER}; {_EARLIER}",
    "CreateArchive": f"{MAIL_MANAGER}; {_HANDLER}",
}


def _life(resource: ApiResource) -> Iterator[ActionFact]:
    """The operations on one resource of the API."""
    noun, own = resource.noun, (resource.arn_part,)
    yield ActionFact(action=f"ses:List{resource.plural}")
    yield ActionFact(action=f"ses:Get{noun}", types=own, keys=(RESOURCE_TAG,))
    yield ActionFact(action=f"ses:Delete{noun}", types=own, keys=(RESOURCE_TAG,))
    create, update = f"Create{noun}", f"Update{noun}"
    yield ActionFact(
        action=f"ses:{create}",
        types=own,
        keys=(*_TAGGED, *_KEYS.get(create, ())),
        dependent=("ses:TagResource", *_DEPENDENT.get(create, ())),
        source=_SOURCES.get(create, MAIL_MANAGER),
    )
    if resource.updates:
        yield ActionFact(
            action=f"ses:{update}",
            types=own,
            keys=(RESOURCE_TAG, *_KEYS.get(update, ())),
            dependent=_DEPENDENT.get(update, ()),
        )


_FACTS: Final = (
    *(fact for resource in API.values() for fact in _life(resource)),
    *(
        ActionFact(action=f"ses:{name}", types=_LIST, keys=(RESOURCE_TAG,))
        for name in (
            "ListMembersOfAddressList",
            "RegisterMemberToAddressList",
            "DeregisterMemberFromAddressList",
            "CreateAddressListImportJob",
            "GetAddressListImportJob",
            "StartAddressListImportJob",
            "StopAddressListImportJob",
        )
    ),
    # The reference names no resource type for this action on address lists: it is allowed on `*`.
    ActionFact(action="ses:ListTagsForResource"),
    ActionFact(action="ses:TagResource", types=_TYPES, keys=_TAGGED),
    ActionFact(action="ses:UntagResource", types=_TYPES, keys=(RESOURCE_TAG,)),
    ActionFact(
        action="ses:AllowVendedLogDeliveryForResource",
        types=_SENDING,
        keys=(RESOURCE_TAG,),
    ),
    ActionFact(action="iam:PassRole", types=("role",), keys=(PASSED_TO,)),
    ActionFact(
        action="iam:CreateServiceLinkedRole",
        types=("role",),
        keys=("iam:AWSServiceName",),
        source=_EARLIER,
    ),
    ActionFact(action="ec2:DescribeVpcEndpoints", source=_EARLIER),
    *(ActionFact(action=action, types=("key",), source=_HANDLER) for action in _KMS),
    *(
        ActionFact(action=f"logs:{name}", source=_LOGS)
        for name in (
            "DescribeDeliveries",
            "DescribeDeliveryDestinations",
            "DescribeDeliverySources",
            "GetDeliveryDestination",
            "ListTagsForResource",
        )
    ),
    ActionFact(
        action="logs:CreateDelivery",
        types=("delivery", "delivery-source", "delivery-destination"),
        dependent=(
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
            "s3:GetBucketPolicy",
            "s3:PutBucketPolicy",
            "firehose:TagDeliveryStream",
            "iam:CreateServiceLinkedRole",
        ),
        source=_VENDED,
    ),
    ActionFact(
        action="logs:PutDeliverySource",
        types=("delivery-source",),
        dependent=("ses:AllowVendedLogDeliveryForResource", "logs:TagResource"),
        source=_VENDED,
    ),
    ActionFact(
        action="logs:PutDeliveryDestination",
        types=("delivery-destination",),
        dependent=("logs:TagResource",),
        source=_VENDED,
    ),
    *(
        ActionFact(
            action=f"logs:{name}",
            types=("delivery", "delivery-source", "delivery-destination"),
            source=_LOGS,
        )
        for name in (
            "DeleteDelivery",
            "DeleteDeliveryDestination",
            "DeleteDeliverySource",
            "TagResource",
            "UntagResource",
        )
    ),
    ActionFact(action="s3:GetObject", types=("object",), source=_S3),
    ActionFact(action="s3:DeleteObject", types=("object",), source=_S3),
    ActionFact(
        action="s3:PutObject",
        types=("object",),
        dependent=("s3:GetObject", "kms:GenerateDataKey", "kms:Decrypt"),
        source=f"{_S3_CONDITIONAL}; {_S3_KMS}",
    ),
    ActionFact(action="s3:ListBucket", types=("bucket",), keys=("s3:prefix",), source=_S3),
    *(
        ActionFact(action=f"ses:{name}", types=(Noun.ARCHIVE.api.arn_part,))
        for name in (
            "GetArchiveExport",
            "GetArchiveMessage",
            "GetArchiveMessageContent",
            "GetArchiveSearch",
            "GetArchiveSearchResults",
            "StartArchiveExport",
            "StartArchiveSearch",
            "StopArchiveExport",
            "StopArchiveSearch",
        )
    ),
    ActionFact(action="ses:ListArchiveExports"),
    ActionFact(action="ses:ListArchiveSearches"),
    ActionFact(action="logs:FilterLogEvents", types=("log-group",), source=_LOGS),
    ActionFact(action="cloudwatch:PutMetricData", source=_METRICS),
    ActionFact(action="cloudwatch:GetMetricData", source=_METRICS),
    ActionFact(action="cloudtrail:LookupEvents", source=_TRAIL),
    ActionFact(action="servicequotas:ListServiceQuotas", source=_QUOTAS),
    *(
        ActionFact(action=f"ec2:Describe{name}", source=_EC2)
        for name in (
            "FlowLogs",
            "NetworkAcls",
            "RouteTables",
            "SecurityGroups",
            "Subnets",
            "Vpcs",
        )
    ),
    ActionFact(action="servicequotas:GetAWSDefaultServiceQuota", source=_QUOTAS),
    ActionFact(action="servicequotas:GetServiceQuota", source=_QUOTAS),
    ActionFact(action="ses:GetAccount", source=f"{_REFERENCE}Amazon Simple Email Service v2"),
    ActionFact(action="ssm:SendCommand", types=("document", "instance"), source=_SYSTEMS),
    ActionFact(action="ssm:GetCommandInvocation", source=_SYSTEMS),
    ActionFact(action="cloudformation:DescribeStacks", types=("stack",), source=_STACKS),
)
FACTS: Final = {fact.action: fact for fact in _FACTS}
"""The rows by action."""
