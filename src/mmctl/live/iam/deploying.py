"""What whoever runs `mmctl foundation` and `mmctl staging` needs: stacks, and what is in them.

CloudFormation makes the resources with the rights of its caller. All of these rights hold only
for calls that CloudFormation makes (`aws:CalledVia`), and in this account and region alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.compiler.configuration import OWNER_TAG
from mmctl.live.iam.handlers import actions_for, without_resource
from mmctl.live.iam.scope import statement
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.live.iam.scope import Place, Statement

_STACK_CALLS: Final = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:DetectStackDrift",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources",
    "cloudformation:TagResource",
    "cloudformation:UpdateTerminationProtection",
)
OURS: Final = f"aws:ResourceTag/{OWNER_TAG}"
_VIA: Final = {"aws:CalledVia": "cloudformation.amazonaws.com"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedStack:
    """A stack: its name, and what is in it."""

    name: str
    types: frozenset[str]
    named: tuple[tuple[str, str], ...] = ()
    """Type and name of the resources that have a fixed name."""


def stack_statements(stacks: Iterable[DeployedStack], place: Place) -> Iterator[Statement]:
    """The calls for the stacks themselves, and what CloudFormation does in the caller's name."""
    stacks = tuple(stacks)
    names = [place.arn("cloudformation", f"stack/{each.name}/*") for each in stacks]
    yield statement("Stacks", _STACK_CALLS, names)
    yield from _asked_before(place)
    yield from _taken_away(stacks, place)
    # AWS publishes which image is the newest.
    if any("AWS::EC2::Instance" in each.types for each in stacks):
        images = f"arn:{place.partition}:ssm:{place.region}::parameter/aws/service/*"
        yield statement("Images", ["ssm:GetParameters"], [images])
    # A detection has an id of its own, which no policy can know before.
    yield statement("StackDrift", ["cloudformation:DescribeStackDriftDetectionStatus"], ["*"])
    of_service: dict[str, set[str]] = {}
    for type_ in sorted({type_ for each in stacks for type_ in each.types}):
        for action in actions_for(type_):
            of_service.setdefault(action.partition(":")[0], set()).add(action)
    via = {"ForAnyValue:StringEquals": _VIA}
    anywhere = without_resource()
    for service, actions in sorted(of_service.items()):
        word = service.title()
        if actions - anywhere:
            resources = _resources(service, stacks, place)
            yield statement(f"Make{word}", actions - anywhere, resources, **via)
        if actions & anywhere:
            # AWS names no resource type for these.
            yield statement(f"Any{word}", actions & anywhere, ["*"], **via)


def _asked_before(place: Place) -> Iterator[Statement]:
    """What is there already, and what an earlier stack left; without these, it counts as absent."""
    account = f"arn:{place.partition}:iam::{place.account}"
    yield statement("Left", ["tag:GetResources", "ses:GetAccount"], ["*"])
    yield statement("ThereRole", ["iam:GetRole"], [f"{account}:role/*"])
    providers = [f"{account}:oidc-provider/*"]
    yield statement("ThereProvider", ["iam:GetOpenIDConnectProvider"], providers)
    yield statement("ThereTopic", ["sns:GetTopicAttributes"], [place.arn("sns", "*")])
    yield statement("ThereKey", ["kms:DescribeKey"], [place.arn("kms", "key/*")])
    yield statement("ThereGroup", ["logs:DescribeLogGroups"], [place.arn("logs", "*")])
    yield statement("ThereIdentity", ["ses:GetEmailIdentity"], [place.arn("ses", "identity/*")])
    if place.store is not None:
        bucket, _, rest = place.store.partition("/")
        below = "/".join([*rest.split("/")[:-1], "templates"])
        yield statement("ThereBucket", ["s3:ListBucket"], [place.bucket(bucket)])
        yield statement("Templates", ["s3:PutObject"], [place.bucket(f"{bucket}/{below}/*")])


def _taken_away(stacks: Iterable[DeployedStack], place: Place) -> Iterator[Statement]:
    """`down --with-data`: what stacks keep on purpose, with the tag of this project."""
    kept = _names(stacks, "AWS::S3::Bucket", lower=True)
    yield statement(
        "WithData",
        ["s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"],
        [each for name in kept for each in (place.bucket(name), place.bucket(f"{name}/*"))],
    )
    ours = {OURS: place.project}
    logs = ["logs:DeleteLogGroup", "logs:ListTagsForResource"]
    tables = ["dynamodb:DeleteTable", "dynamodb:DescribeTable"]
    yield statement("WithLogs", logs, [place.arn("logs", "log-group:*")], StringEquals=ours)
    yield statement("WithTables", tables, [place.arn("dynamodb", "table/*")], StringEquals=ours)
    keys = [place.arn("kms", "key/*")]
    yield statement("WithKeys", ["kms:ScheduleKeyDeletion"], keys, StringEquals=ours)


def _resources(service: str, stacks: Iterable[DeployedStack], place: Place) -> list[str]:
    """The ARNs of a service: those of this account and region; of buckets and roles by name."""
    if service == "s3":
        return [f"{place.bucket(name)}" for name in _names(stacks, "AWS::S3::Bucket", lower=True)]
    if service == "iam":
        account = f"arn:{place.partition}:iam::{place.account}"
        roles = _names(stacks, "AWS::IAM::Role", lower=False)
        kinds = ("role", "instance-profile", "policy")
        return [
            *(f"{account}:{kind}/{name}" for kind in kinds for name in roles),
            f"{account}:oidc-provider/*",
        ]
    anywhere = {
        # Public images and dashboards are in no account, or in no region.
        "ec2": [f"arn:{place.partition}:ec2:{place.region}::image/*"],
        "cloudwatch": [f"arn:{place.partition}:cloudwatch::{place.account}:dashboard/*"],
    }
    return [place.arn(service, "*"), *anywhere.get(service, [])]


def _names(stacks: Iterable[DeployedStack], type_: str, *, lower: bool) -> list[str]:
    """The fixed names of a type, and the form of those that CloudFormation gives."""
    found: list[str] = []
    for each in stacks:
        found.append(f"{each.name.lower() if lower else each.name}-*")
        found += [name for what, name in each.named if what == type_]
    return found
