"""An evaluator of IAM policies, and what a call asks it: the oracle of the policies' tests.

It is written from "Policy evaluation logic" and "IAM JSON policy elements" of the IAM User Guide,
and knows nothing of how the policies are made. What a call asks for is told from its parameters
and from what is live when it is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.live.aws.mail_manager import AwsMailManager

ACCOUNT, REGION = "000000000000", "us-east-1"
PARTS: Final = {
    "AddressList": "mailmanager-address-list",
    "Archive": "mailmanager-archive",
    "Relay": "mailmanager-smtp-relay",
    "AddonSubscription": "addon-subscription",
    "AddonInstance": "addon-instance",
    "RuleSet": "mailmanager-rule-set",
    "TrafficPolicy": "mailmanager-traffic-policy",
    "IngressPoint": "mailmanager-ingress-point",
}
_JOBS: Final = ("GetAddressListImportJob", "StartAddressListImportJob", "StopAddressListImportJob")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that a call asks for."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def allows(policy: Mapping[str, Any], asked: Asked) -> bool:
    """Whether some statement allows it; there are no denials."""
    return any(
        each["Effect"] == "Allow"
        and any(_like(pattern, asked.action) for pattern in _list(each["Action"]))
        and any(_like(pattern, asked.resource) for pattern in _list(each["Resource"]))
        and all(
            _holds(operator, key, _list(wanted), asked.context)
            for operator, keys in each.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
        for each in policy["Statement"]
    )


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    if key not in context:
        return operator.endswith("IfExists")
    match operator.removesuffix("IfExists"):
        # A request here has one value a key, so that any of them is that one.
        case "StringEquals" | "ForAnyValue:StringEquals":
            return context[key] in wanted
        case "StringLike" | "ArnLike":
            return any(_like(pattern, context[key]) for pattern in wanted)
        case _:
            raise AssertionError(f"an operator that the oracle does not know: {operator}")


def _like(pattern: str, text: str) -> bool:
    parts = re.split(r"([*?])", pattern)
    expression = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def arn(noun: str, id: str = "*") -> str:
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:{PARTS[noun]}/{id.rpartition('/')[2]}"


def asked_by(operation: str, given: Mapping[str, Any], live: AwsMailManager) -> Iterator[Asked]:
    """What a call to Mail Manager or CloudWatch Logs asks for; `live` tells tags as they are."""
    if operation == "PutObject":
        return  # an upload through a pre-signed URL, which says by itself who may
    if operation in _LOGS:
        yield from _of_logs(operation, given)
        return
    if operation in {"TagResource", "UntagResource", "ListTagsForResource"}:
        if "resourceArn" in given:
            yield Asked(action=f"logs:{operation}", resource=given["resourceArn"])
            return
        tagged = given["ResourceArn"]
        tags = _tags(live, tagged) | _request_tags(given.get("Tags", ()))
        yield Asked(action=f"ses:{operation}", resource=tagged, context=tags)
        return
    if operation.startswith("List") and operation != "ListMembersOfAddressList":
        yield Asked(action=f"ses:{operation}", resource="*")
        return
    if "AddressListId" in given or operation in _JOBS:
        job = live.import_job(given["JobId"]) if operation in _JOBS else given
        resource = arn("AddressList", (job or {})["AddressListId"])
        yield Asked(action=f"ses:{operation}", resource=resource, context=_tags(live, resource))
        return
    verb = next(
        verb for verb in ("Create", "Update", "Delete", "Get") if operation.startswith(verb)
    )
    noun = operation.removeprefix(verb)
    context: dict[str, str] = {}
    resource = arn(noun)
    if verb == "Create":
        context = _request_tags(given.get("Tags", ()))
        yield Asked(action="ses:TagResource", resource=resource, context=context)
    else:
        resource = arn(noun, given[f"{noun}Id"])
        context = _tags(live, resource)
    if noun == "IngressPoint" and verb in {"Create", "Update"}:
        for member, key, kind in (
            ("RuleSetId", "ses:MailManagerRuleSetArn", "RuleSet"),
            ("TrafficPolicyId", "ses:MailManagerTrafficPolicyArn", "TrafficPolicy"),
        ):
            if member in given:
                context = context | {key: arn(kind, given[member])}
    yield Asked(action=f"ses:{operation}", resource=resource, context=context)
    if operation == "CreateIngressPoint":
        yield Asked(
            action="iam:CreateServiceLinkedRole",
            resource=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ses.amazonaws.com/AnyName",
            context={"iam:AWSServiceName": "ses.amazonaws.com"},
        )
    if noun == "RuleSet" and verb in {"Create", "Update"}:
        yield from _passed(given)


_LOGS: Final = {
    "DescribeDeliveries": "*",
    "DescribeDeliverySources": "*",
    "DescribeDeliveryDestinations": "*",
    "GetDeliveryDestination": "delivery-destination:x",
    "PutDeliverySource": "delivery-source:x",
    "PutDeliveryDestination": "delivery-destination:x",
    "CreateDelivery": "delivery:x",
    "DeleteDelivery": "delivery:x",
    "DeleteDeliverySource": "delivery-source:x",
    "DeleteDeliveryDestination": "delivery-destination:x",
}


def _of_logs(operation: str, given: Mapping[str, Any]) -> Iterator[Asked]:
    kind = _LOGS[operation]
    resource = "*" if kind == "*" else f"arn:aws:logs:{REGION}:{ACCOUNT}:{kind}"
    yield Asked(action=f"logs:{operation}", resource=resource)
    if operation == "PutDeliverySource":
        sender = given["resourceArn"]
        yield Asked(action="ses:AllowVendedLogDeliveryForResource", resource=sender)
    if given.get("tags"):
        yield Asked(action="logs:TagResource", resource=resource)


def _passed(given: Mapping[str, Any]) -> Iterator[Asked]:
    for rule in given.get("Rules", ()):
        for action in rule["Actions"]:
            for members in action.values():
                if "RoleArn" in members:
                    to = {"iam:PassedToService": "ses.amazonaws.com"}
                    yield Asked(action="iam:PassRole", resource=members["RoleArn"], context=to)


def _request_tags(tags: Any) -> dict[str, str]:
    return {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags}


def _tags(live: AwsMailManager, resource: str) -> dict[str, str]:
    return {f"aws:ResourceTag/{key}": value for key, value in live.tags(resource).items()}
