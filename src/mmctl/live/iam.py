"""The least IAM policies: for plan, for apply, and for the roles that the rules name.

Actions: "Service authorization reference", Amazon SES, prefix `ses:`; roles: "Permissions for rule
actions", Amazon SES Developer Guide; log deliveries: "Logging that requires additional permissions
[V2]", CloudWatch Logs User Guide, and "Mail Manager logging", Amazon SES Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.language.project import Kind
from mmctl.live.logs import SENDING
from mmctl.live.members import IMPORT_BEYOND
from mmctl.live.service import NOUN, Noun
from mmctl.model.logs import DestinationType, destination_type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.service import Identity

Policy = dict[str, Any]

_ROLE_ACTIONS: Final = {
    "WriteToS3": ("s3:PutObject", "s3:ListBucket"),
    "Send": ("ses:SendEmail", "ses:SendRawEmail"),
    "DeliverToMailbox": ("workmail:DeliverToMailbox",),
    "DeliverToQBusiness": ("qbusiness:BatchPutDocument",),
    "PublishToSns": ("sns:Publish",),
    "Bounce": ("ses:SendBounce",),
    "InvokeLambda": ("lambda:InvokeFunction",),
}
_LOG_READS: Final = (
    "logs:DescribeDeliveries",
    "logs:DescribeDeliverySources",
    "logs:GetDeliveryDestination",
    "logs:ListTagsForResource",
)
_LOG_WRITES: Final = (
    "logs:CreateDelivery",
    "logs:DeleteDelivery",
    "logs:DeleteDeliveryDestination",
    "logs:DeleteDeliverySource",
    "logs:PutDeliveryDestination",
    "logs:PutDeliverySource",
    "logs:TagResource",
    "logs:UntagResource",
)
_LOG_GROUP_ACTIONS: Final = (
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
)
_KEY_ACTIONS: Final = ("kms:GenerateDataKey",)
_ARCHIVE_KEY_ACTIONS: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")


def least_policies(desired: LiveConfiguration, identity: Identity) -> dict[str, Any]:
    """The policies by what they are for: `plan`, `apply`, and `roles` by ARN with their trust."""
    return {
        "plan": _policy([*_plan_statements(desired)]),
        "apply": _policy([*_plan_statements(desired), *_apply_statements(desired, identity)]),
        "roles": {
            role: {"trust": _trust(identity), "policy": _policy(statements)}
            for role, statements in sorted(_role_statements(desired, identity).items())
        },
    }


def _plan_statements(desired: LiveConfiguration) -> Iterator[Policy]:
    nouns = _nouns(desired)
    plurals = {"TrafficPolicy": "TrafficPolicies"}
    lists = [f"ses:List{plurals.get(noun, f'{noun}s')}" for noun in nouns]
    gets = [f"ses:Get{noun}" for noun in nouns]
    more = ["ses:ListTagsForResource", "sts:GetCallerIdentity"]
    if Noun.ADDRESS_LIST in nouns:
        more.append("ses:ListMembersOfAddressList")
    yield _statement([*lists, *gets, *more], ["*"])
    if any(_receivers(desired)):
        yield _statement([*_LOG_READS], ["*"])


def _apply_statements(desired: LiveConfiguration, identity: Identity) -> Iterator[Policy]:
    nouns = _nouns(desired)
    fixed = {Noun.ADDRESS_LIST, Noun.ADDON_SUBSCRIPTION, Noun.ADDON_INSTANCE}
    actions = ["ses:TagResource", "ses:UntagResource"]
    for noun in nouns:
        actions += [f"ses:Create{noun}", f"ses:Delete{noun}"]
        actions += [] if noun in fixed else [f"ses:Update{noun}"]
    if Noun.ADDRESS_LIST in nouns:
        actions += ["ses:RegisterMemberToAddressList", "ses:DeregisterMemberFromAddressList"]
    if any(len(thing.members or ()) > IMPORT_BEYOND for thing in desired.objects):
        verbs = ("Create", "Get", "Start", "Stop")
        actions += [f"ses:{verb}AddressListImportJob" for verb in verbs]
    yield _statement(actions, ["*"])
    if Noun.INGRESS_POINT in nouns:
        yield _statement(["iam:CreateServiceLinkedRole"], ["*"])
    keys = {thing.shape.to_api().get("KmsKeyArn") for thing in desired.of_kind(Kind.ARCHIVE)}
    if keys - {None}:
        yield _statement([*_ARCHIVE_KEY_ACTIONS], sorted(key for key in keys if key))
    yield from _log_statements(desired, identity)
    roles = sorted(_role_statements(desired, identity))
    if roles:
        yield _statement(["iam:PassRole"], roles)


def _log_statements(desired: LiveConfiguration, identity: Identity) -> Iterator[Policy]:
    """What log deliveries need; the permissions of the receivers are given on the way."""
    receivers = sorted(set(_receivers(desired)))
    if not receivers:
        return
    place = f"{identity.partition}:logs:{identity.region}:{identity.account}"
    kinds = ("delivery", "delivery-source", "delivery-destination")
    yield _statement(["logs:DescribeDeliveryDestinations"], ["*"])
    yield _statement([*_LOG_WRITES], [f"arn:{place}:{kind}:*" for kind in kinds])
    sending = [identity.arn(NOUN[kind], "*") for kind in SENDING]
    yield _statement(["ses:AllowVendedLogDeliveryForResource"], sending)
    of_type = {arn: destination_type_of(arn) for arn in receivers}
    if DestinationType.CLOUDWATCH_LOGS in of_type.values():
        yield _statement([*_LOG_GROUP_ACTIONS], [f"arn:{place}:*"])
    buckets = {arn.split("/")[0] for arn in receivers if of_type[arn] is DestinationType.S3}
    if buckets:
        yield _statement(["s3:GetBucketPolicy", "s3:PutBucketPolicy"], sorted(buckets))
    streams = [arn for arn in receivers if of_type[arn] is DestinationType.FIREHOSE]
    if streams:
        yield _statement(["firehose:TagDeliveryStream"], streams)
        yield _statement(["iam:CreateServiceLinkedRole"], ["*"])


def _receivers(desired: LiveConfiguration) -> Iterator[str]:
    return (arn for thing in desired.objects for arn in thing.logging.values())


def _nouns(desired: LiveConfiguration) -> list[Noun]:
    kinds = {thing.kind for thing in desired.objects}
    nouns = [NOUN[kind] for kind in Kind if kind in kinds]
    return [*nouns, Noun.ADDON_INSTANCE] if Kind.ADD_ON in kinds else nouns


def _role_statements(desired: LiveConfiguration, identity: Identity) -> dict[str, list[Policy]]:
    found: dict[str, list[Policy]] = {}
    for kind, members in _actions(desired):
        if kind in _ROLE_ACTIONS:
            statements = found.setdefault(members["RoleArn"], [])
            new = [_statement([*_ROLE_ACTIONS[kind]], _resources(kind, members, identity))]
            if members.get("S3SseKmsKeyId"):
                new.append(_statement([*_KEY_ACTIONS], [members["S3SseKmsKeyId"]]))
            statements += [statement for statement in new if statement not in statements]
    return found


def _actions(desired: LiveConfiguration) -> Iterator[tuple[str, Policy]]:
    for thing in desired.of_kind(Kind.RULE_SET):
        for rule in thing.shape.to_api()["Rules"]:
            for action in rule["Actions"]:
                yield from action.items()


def _resources(kind: str, members: Policy, identity: Identity) -> list[str]:
    match kind:
        case "WriteToS3":
            bucket = f"arn:{identity.partition}:s3:::{members['S3Bucket']}"
            return [bucket, f"{bucket}/{members.get('S3Prefix', '')}*"]
        case "PublishToSns":
            return [members["TopicArn"]]
        case "InvokeLambda":
            return [members["FunctionArn"]]
        case "DeliverToMailbox":
            return [members["MailboxArn"]]
        case "DeliverToQBusiness":
            place = f"arn:{identity.partition}:qbusiness:{identity.region}:{identity.account}"
            index = f"application/{members['ApplicationId']}/index/{members['IndexId']}"
            return [f"{place}:{index}"]
        case _:
            place = f"arn:{identity.partition}:ses:{identity.region}:{identity.account}"
            return [f"{place}:identity/*"]


def _trust(identity: Identity) -> Policy:
    source = f"arn:{identity.partition}:ses:{identity.region}:{identity.account}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": identity.account},
            "ArnLike": {"aws:SourceArn": f"{source}:mailmanager-rule-set/*"},
        },
    }
    return _policy([statement])


def _policy(statements: list[Policy]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(actions: list[str], resources: list[str]) -> Policy:
    return {"Effect": "Allow", "Action": sorted(set(actions)), "Resource": resources}
