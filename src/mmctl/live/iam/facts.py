"""What each action takes: resource types, condition keys and the actions that it depends on.

Calls alone do not show this: a create that tags needs `ses:TagResource` besides, a rule set with
roles `iam:PassRole`. Each row names its source; all were looked up on the day that `CHECKED` says,
and `tests/live/test_iam_facts.py` compares the rows with the calls and with botocore's model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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

REQUEST_TAG: Final = "aws:RequestTag/${TagKey}"
RESOURCE_TAG: Final = "aws:ResourceTag/${TagKey}"
RULE_SET_ARN: Final = "ses:MailManagerRuleSetArn"
POLICY_ARN: Final = "ses:MailManagerTrafficPolicyArn"
PASSED_TO: Final = "iam:PassedToService"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One action: on what, under which conditions, with which others."""

    action: str
    types: tuple[str, ...] = ()
    """Resource types of its ARNs; none: it is allowed on `*` alone."""
    keys: tuple[str, ...] = ()
    """Condition keys that policies here use."""
    dependent: tuple[str, ...] = ()
    """Actions that its caller needs besides."""
    source: str = MAIL_MANAGER


_KINDS: Final = {
    "AddressList": "mailmanager-address-list",
    "Archive": "mailmanager-archive",
    "Relay": "mailmanager-smtp-relay",
    "AddonSubscription": "addon-subscription",
    "AddonInstance": "addon-instance",
    "RuleSet": "mailmanager-rule-set",
    "TrafficPolicy": "mailmanager-traffic-policy",
    "IngressPoint": "mailmanager-ingress-point",
}
_TAGGED: Final = (REQUEST_TAG, RESOURCE_TAG)
_POINTED: Final = (RULE_SET_ARN, POLICY_ARN)
_UPDATED: Final = ("Archive", "Relay", "RuleSet", "TrafficPolicy", "IngressPoint")
_LIST: Final = ("mailmanager-address-list",)
_KMS: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")


def _created(noun: str, kind: str) -> Fact:
    dependent = {
        "RuleSet": ("ses:TagResource", "iam:PassRole"),
        "IngressPoint": (
            "ses:TagResource",
            "iam:CreateServiceLinkedRole",
            "ec2:DescribeVpcEndpoints",
        ),
        "Archive": ("ses:TagResource", *_KMS),
    }
    source = {
        "IngressPoint": f"{MAIL_MANAGER}; {_EARLIER}",
        "Archive": f"{MAIL_MANAGER}; {_HANDLER}",
    }
    return Fact(
        action=f"ses:Create{noun}",
        types=(kind,),
        keys=(*_TAGGED, *(_POINTED if noun == "IngressPoint" else ())),
        dependent=dependent.get(noun, ("ses:TagResource",)),
        source=source.get(noun, MAIL_MANAGER),
    )


def _plural(noun: str) -> str:
    return "TrafficPolicies" if noun == "TrafficPolicy" else f"{noun}s"


_FACTS: Final = (
    *(Fact(action=f"ses:List{_plural(noun)}") for noun in _KINDS),
    *(
        Fact(action=f"ses:Get{noun}", types=(kind,), keys=(RESOURCE_TAG,))
        for noun, kind in _KINDS.items()
    ),
    *(_created(noun, kind) for noun, kind in _KINDS.items()),
    *(
        Fact(
            action=f"ses:Update{noun}",
            types=(_KINDS[noun],),
            keys=(RESOURCE_TAG, *(_POINTED if noun == "IngressPoint" else ())),
            dependent=("iam:PassRole",) if noun == "RuleSet" else (),
        )
        for noun in _UPDATED
    ),
    *(
        Fact(action=f"ses:Delete{noun}", types=(kind,), keys=(RESOURCE_TAG,))
        for noun, kind in _KINDS.items()
    ),
    *(
        Fact(action=f"ses:{name}", types=_LIST, keys=(RESOURCE_TAG,))
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
    # Of address lists the reference names no resource type for this one: it is read on `*`.
    Fact(action="ses:ListTagsForResource"),
    Fact(action="ses:TagResource", types=tuple(_KINDS.values()), keys=_TAGGED),
    Fact(action="ses:UntagResource", types=tuple(_KINDS.values()), keys=(RESOURCE_TAG,)),
    Fact(
        action="ses:AllowVendedLogDeliveryForResource",
        types=("mailmanager-ingress-point", "mailmanager-rule-set"),
        keys=(RESOURCE_TAG,),
    ),
    Fact(action="iam:PassRole", types=("role",), keys=(PASSED_TO,)),
    Fact(
        action="iam:CreateServiceLinkedRole",
        types=("role",),
        keys=("iam:AWSServiceName",),
        source=_EARLIER,
    ),
    Fact(action="ec2:DescribeVpcEndpoints", source=_EARLIER),
    *(Fact(action=action, types=("key",), source=_HANDLER) for action in _KMS),
    *(
        Fact(action=f"logs:{name}", source=_LOGS)
        for name in (
            "DescribeDeliveries",
            "DescribeDeliveryDestinations",
            "DescribeDeliverySources",
            "GetDeliveryDestination",
            "ListTagsForResource",
        )
    ),
    Fact(
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
    Fact(
        action="logs:PutDeliverySource",
        types=("delivery-source",),
        dependent=("ses:AllowVendedLogDeliveryForResource", "logs:TagResource"),
        source=_VENDED,
    ),
    Fact(
        action="logs:PutDeliveryDestination",
        types=("delivery-destination",),
        dependent=("logs:TagResource",),
        source=_VENDED,
    ),
    *(
        Fact(
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
    Fact(action="s3:GetObject", types=("object",), source=_S3),
    Fact(action="s3:DeleteObject", types=("object",), source=_S3),
    Fact(
        action="s3:PutObject",
        types=("object",),
        dependent=("s3:GetObject", "kms:GenerateDataKey", "kms:Decrypt"),
        source=f"{_S3_CONDITIONAL}; {_S3_KMS}",
    ),
    Fact(action="s3:ListBucket", types=("bucket",), keys=("s3:prefix",), source=_S3),
)
FACTS: Final = {fact.action: fact for fact in _FACTS}
"""By action."""
