"""What `mmctl apply`, `mmctl rollback` and `mmctl list` need in addition to what a plan reads.

Everything is bound to the tag `mmctl:project`, either set on creation or already there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.apply.members import IMPORT_BEYOND
from mmctl.live.iam.facts import POLICY_ARN, RULE_SET_ARN
from mmctl.live.iam.roles import roles_of
from mmctl.live.iam.scope import nouns_of, receivers, statement
from mmctl.model.kinds import SENDING, Kind, Noun
from mmctl.model.logs import DestinationType, destination_type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.scope import Place, Statement

_OURS: Final = f"aws:ResourceTag/{OWNER_TAG}"
_MADE_OURS: Final = f"aws:RequestTag/{OWNER_TAG}"
_MEMBERS: Final = ("ses:RegisterMemberToAddressList", "ses:DeregisterMemberFromAddressList")
_IMPORT_JOBS: Final = tuple(
    f"ses:{verb}AddressListImportJob" for verb in ("Create", "Get", "Start", "Stop")
)
_KEY_ACTIONS: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
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
_LOG_GROUPS: Final = (
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
)
_LINKED: Final = "role/aws-service-role/*ses.amazonaws.com/*"
_SES: Final = ["ses.amazonaws.com", "*.ses.amazonaws.com"]


def apply_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """What an apply or a rollback writes, without reading and the store."""
    nouns = nouns_of(desired)
    if nouns:
        yield from _objects(desired, nouns, place)
    if Noun.INGRESS_POINT in nouns:
        yield from _ingress_points(desired, place)
    yield from _keys(desired)
    yield from _logs(desired, place)
    roles = sorted(roles_of(desired))
    if roles:
        to = {"iam:PassedToService": "ses.amazonaws.com"}
        yield statement("PassRolesOfRules", ["iam:PassRole"], roles, StringEquals=to)


def list_statement(name: str, place: Place) -> Statement:
    """What changes the members of one list, or of any of the project while the id is unknown."""
    known = place.ids.get(Kind.ADDRESS_LIST, {}).get(name, "*")
    return statement(
        "ChangeMembers",
        _MEMBERS,
        [place.of_noun(Noun.ADDRESS_LIST, known)],
        StringEquals={_OURS: place.project},
    )


def unknown_ids(desired: LiveConfiguration, place: Place) -> list[str]:
    """Rule sets and policies with unknown ids, so that any in the account may be used."""
    return [
        f"{kind.noun} {name}"
        for kind in (Kind.RULE_SET, Kind.TRAFFIC_POLICY)
        for name in _names(desired, kind)
        if _id(desired, place, kind, name) is None
    ]


def _objects(desired: LiveConfiguration, nouns: list[Noun], place: Place) -> Iterator[Statement]:
    kinds = [place.of_noun(noun) for noun in nouns]
    ours, made_ours = {_OURS: place.project}, {_MADE_OURS: place.project}
    plain = [noun for noun in nouns if noun is not Noun.INGRESS_POINT]
    creates = [f"ses:Create{noun}" for noun in plain]
    if creates:
        yield statement("Create", creates, map(place.of_noun, plain), StringEquals=made_ours)
    # What is being created or adopted has no tag yet.
    yield statement(
        "TagAsOurs",
        ["ses:TagResource"],
        kinds,
        StringEquals=made_ours,
        StringEqualsIfExists=ours,
    )
    yield statement(
        "TagOurs",
        ["ses:TagResource"],
        kinds,
        StringEquals=ours,
        StringEqualsIfExists=made_ours,
    )
    actions = ["ses:UntagResource", *(f"ses:Delete{noun}" for noun in nouns)]
    actions += [f"ses:Update{noun}" for noun in plain if noun.api.updates]
    actions += _MEMBERS if Noun.ADDRESS_LIST in nouns else ()
    if any(len(thing.members or ()) > IMPORT_BEYOND for thing in desired.objects):
        actions += _IMPORT_JOBS
    yield statement("ChangeOurs", actions, kinds, StringEquals=ours)


def _ingress_points(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """Ingress points may only use the rule sets and policies of this project."""
    points = [place.of_noun(Noun.INGRESS_POINT)]
    used = {
        RULE_SET_ARN: _arns(desired, place, Kind.RULE_SET),
        POLICY_ARN: _arns(desired, place, Kind.TRAFFIC_POLICY),
    }
    yield statement(
        "CreateIngressPoints",
        ["ses:CreateIngressPoint"],
        points,
        StringEquals={_MADE_OURS: place.project},
        ArnLike=used,
    )
    yield statement(
        "UpdateIngressPoints",
        ["ses:UpdateIngressPoint"],
        points,
        StringEquals={_OURS: place.project},
        ArnLikeIfExists=used,
    )
    yield statement(
        "ServiceLinkedRole",
        ["iam:CreateServiceLinkedRole"],
        [f"arn:{place.partition}:iam::{place.account}:{_LINKED}"],
        StringLike={"iam:AWSServiceName": _SES},
    )
    shapes = [thing.shape.to_api() for thing in desired.of_kind(Kind.INGRESS_POINT)]
    if any(
        "PrivateNetworkConfiguration" in shape.get("NetworkConfiguration", {}) for shape in shapes
    ):
        yield statement("VpcEndpoints", ["ec2:DescribeVpcEndpoints"], ["*"])


def _arns(desired: LiveConfiguration, place: Place, kind: Kind) -> list[str]:
    """The ARNs of all of a kind that an ingress point may use, or the form of any."""
    ids = [_id(desired, place, kind, name) for name in _names(desired, kind)]
    known = sorted({each for each in ids if each is not None})
    return [place.of_noun(kind.api_noun, each) for each in (known if all(ids) and known else ["*"])]


def _names(desired: LiveConfiguration, kind: Kind) -> list[str]:
    """The rule sets or policies of a project, and others that its ingress points name."""
    member = {Kind.RULE_SET: "RuleSetId", Kind.TRAFFIC_POLICY: "TrafficPolicyId"}[kind]
    points = [thing.shape.to_api()[member] for thing in desired.of_kind(Kind.INGRESS_POINT)]
    return sorted({*(thing.name for thing in desired.of_kind(kind)), *points})


def _id(desired: LiveConfiguration, place: Place, kind: Kind, name: str) -> str | None:
    bound: Mapping[str, str] = desired.bindings.get(kind, {})
    raw = bound.get(name, name)
    if raw.startswith(("id:", "arn:")):
        return raw.removeprefix("id:").rpartition("/")[2]
    return raw if name in bound else place.ids.get(kind, {}).get(name)


def _keys(desired: LiveConfiguration) -> Iterator[Statement]:
    keys: set[str | None] = {arn for thing in desired.objects for arn in thing.kms_keys}
    for thing in desired.of_kind(Kind.INGRESS_POINT):
        configuration = thing.shape.to_api().get("IngressPointConfiguration", {})
        store = configuration.get("TlsAuthConfiguration", {}).get("TrustStore", {})
        keys.add(store.get("KmsKeyArn"))
    if keys - {None}:
        yield statement("UseKeys", _KEY_ACTIONS, [key for key in keys if key])


def _logs(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """What log deliveries need; the calls also grant the permissions on the receivers."""
    arns = receivers(desired)
    if not arns:
        return
    kinds = ("delivery", "delivery-source", "delivery-destination")
    yield statement("ListLogDestinations", ["logs:DescribeDeliveryDestinations"], ["*"])
    yield statement("DeliverLogs", _LOG_WRITES, [place.arn("logs", f"{kind}:*") for kind in kinds])
    yield statement(
        "SendLogs",
        ["ses:AllowVendedLogDeliveryForResource"],
        [place.of_noun(kind.api_noun) for kind in SENDING],
        StringEqualsIfExists={_OURS: place.project},
    )
    of_type = {arn: destination_type_of(arn) for arn in arns}
    if DestinationType.CLOUDWATCH_LOGS in of_type.values():
        yield statement("LogGroups", _LOG_GROUPS, [place.arn("logs", "*")])
    buckets = {arn.split("/")[0] for arn in arns if of_type[arn] is DestinationType.S3}
    if buckets:
        yield statement("LogBuckets", ["s3:GetBucketPolicy", "s3:PutBucketPolicy"], buckets)
    streams = [arn for arn in arns if of_type[arn] is DestinationType.FIREHOSE]
    if streams:
        yield statement("LogStreams", ["firehose:TagDeliveryStream"], streams)
        linked = "role/aws-service-role/delivery.logs.amazonaws.com/*"
        yield statement(
            "LogsServiceLinkedRole",
            ["iam:CreateServiceLinkedRole"],
            [f"arn:{place.partition}:iam::{place.account}:{linked}"],
            StringEquals={"iam:AWSServiceName": "delivery.logs.amazonaws.com"},
        )
