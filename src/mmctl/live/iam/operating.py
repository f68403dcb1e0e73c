"""What people and pipelines need who operate a gateway: look back, release, send, watch.

None of these writes to Mail Manager. Calls that AWS allows on `*` alone have statements of their
own: the Service Authorization Reference names no resource type for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.iam.read_access import named_things, read_statements, store_statements
from mmctl.live.iam.scope import receivers, statement
from mmctl.model.kinds import Kind, Noun
from mmctl.model.logs import DestinationType, destination_type_of
from mmctl.model.things import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.live.iam.scope import Place, Statement

METRICS: Final = "mmctl"
"""What the namespaces of metrics that `mmctl watchdog` puts begin with."""
_SEARCH: Final = (
    "ses:GetArchiveExport",
    "ses:GetArchiveMessage",
    "ses:GetArchiveMessageContent",
    "ses:GetArchiveSearch",
    "ses:GetArchiveSearchResults",
    "ses:StartArchiveExport",
    "ses:StartArchiveSearch",
    "ses:StopArchiveExport",
    "ses:StopArchiveSearch",
)
_AROUND: Final = (
    "ec2:DescribeFlowLogs",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
    "ses:GetAccount",
)
_ROLES: Final = (
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:SimulatePrincipalPolicy",
)
_KEYS: Final = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants")
_SECRETS: Final = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
)
_BUCKETS_OF_RULES: Final = ("s3:GetBucketPolicy", "s3:GetEncryptionConfiguration", "s3:ListBucket")
_SEARCHES: Final = ("ses:ListArchiveExports", "ses:ListArchiveSearches")


def look_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """`archive search|show|export`, `logs`, `where`: archives and logs, without what is live."""
    yield from read_statements(desired, place)
    yield from store_statements(place, writes=False)
    if desired.of_kind(Kind.ARCHIVE):
        yield statement("ListSearches", _SEARCHES, ["*"])
        yield statement("LookIntoArchives", _SEARCH, [place.of_noun(Noun.ARCHIVE)])
    yield from log_statements(desired)


def release_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """`archive release`: to look, to send on, and to write down in the history who did it."""
    yield from read_statements(desired, place)
    yield from store_statements(place, writes=True)
    if desired.of_kind(Kind.ARCHIVE):
        yield statement("ListSearches", _SEARCHES, ["*"])
        yield statement("LookIntoArchives", _SEARCH, [place.of_noun(Noun.ARCHIVE)])
    # --via ses: a verified identity of this account sends; which one, --from says.
    sends = ["ses:SendEmail", "ses:SendRawEmail"]
    yield statement("SendReleased", sends, [place.arn("ses", "identity/*")])


def log_statements(desired: LiveConfiguration) -> Iterator[Statement]:
    """The records of the project's log deliveries, where they go to log groups and buckets."""
    of_type = {arn: destination_type_of(arn) for arn in receivers(desired)}
    groups = [
        arn.removesuffix(":*")
        for arn, kind in of_type.items()
        if kind is DestinationType.CLOUDWATCH_LOGS
    ]
    if groups:
        yield statement(
            "ReadLogGroups",
            ["logs:FilterLogEvents"],
            [each for group in groups for each in (group, f"{group}:*")],
        )
    buckets = {arn.partition("/")[0] for arn, kind in of_type.items() if kind is DestinationType.S3}
    if buckets:
        yield statement("ReadLogObjects", ["s3:GetObject"], [f"{each}/*" for each in buckets])
        yield statement("ListLogObjects", ["s3:ListBucket"], buckets)


def send_statements(
    desired: LiveConfiguration, place: Place, *, sender: bool
) -> Iterator[Statement]:
    """`send --expect --record-evidence`: read what became of it, and keep the evidence.

    With a sender in the network, mail is handed in there by Systems Manager: only a document of
    AWS's runs, on instances with the tag of this project alone.
    """
    yield from log_statements(desired)
    if sender:
        yield from sender_statements(place)


def sender_statements(place: Place) -> Iterator[Statement]:
    """A command on the sender of this project, and its output."""
    document = f"arn:{place.partition}:ssm:{place.region}::document/AWS-RunShellScript"
    yield statement("SendOnSender", ["ssm:SendCommand"], [document])
    yield statement(
        "SendOnSenderOfProject",
        ["ssm:SendCommand"],
        [place.arn("ec2", "instance/*")],
        StringEquals={"ssm:resourceTag/mmctl:project": place.project},
    )
    if place.store is not None:
        # Its messages and what they say of themselves, beside the history.
        bucket, _, rest = place.store.partition("/")
        below = "/".join([*rest.split("/")[:-1], "sender/*"])
        writes = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        yield statement("MessagesOfSender", writes, [place.bucket(f"{bucket}/{below}")])
    # AWS names no resource type for reading what a command printed.
    yield statement("ReadSender", ["ssm:GetCommandInvocation"], ["*"])
    yield statement("FindSender", ["cloudformation:DescribeStacks"], [_stacks(place)])


def watch_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """`drift` and `watchdog`: read what is live, the logs and the trail, and put metrics."""
    yield from read_statements(desired, place)
    yield from store_statements(place, writes=False)
    yield from log_statements(desired)
    # A metric is no resource: AWS bounds the writing by the namespace alone.
    yield statement(
        "PutMetrics",
        ["cloudwatch:PutMetricData"],
        ["*"],
        StringLike={"cloudwatch:namespace": f"{METRICS}/{place.project}/*"},
    )
    # Events of the trail have no ARNs that a policy could name.
    yield statement("LookUpEvents", ["cloudtrail:LookupEvents"], ["*"])


def doctor_statements(desired: LiveConfiguration, place: Place) -> Iterator[Statement]:
    """`doctor`: what is live, the logs, and whatever live rules name in this account.

    A secret of a relay is read for the names of its members; its values are shown to nobody.
    """
    yield from look_statements(desired, place)
    # Networks, quotas and the state of the account have no ARNs that a policy could name.
    yield statement("LookAround", _AROUND, ["*"])
    account = f"arn:{place.partition}:iam::{place.account}"
    for sid, actions, resource in (
        ("LookAtRoles", _ROLES, f"{account}:role/*"),
        ("LookAtPolicies", ("iam:GetPolicy", "iam:GetPolicyVersion"), f"{account}:policy/*"),
        ("LookAtKeys", _KEYS, place.arn("kms", "key/*")),
        ("LookAtSecrets", _SECRETS, place.arn("secretsmanager", "secret:*")),
        ("LookAtTopics", ("sns:GetTopicAttributes",), place.arn("sns", "*")),
        ("LookAtFunctions", ("lambda:GetFunctionConfiguration",), place.arn("lambda", "*")),
        ("LookAtIdentities", ("ses:GetEmailIdentity",), place.arn("ses", "identity/*")),
    ):
        yield statement(sid, actions, [resource])
    names = sorted({name for thing, name in named_things(desired) if thing is BUCKET})
    if names:
        yield statement("LookAtBuckets", _BUCKETS_OF_RULES, [place.bucket(name) for name in names])


def _stacks(place: Place) -> str:
    return place.arn("cloudformation", f"stack/mmctl-{place.project}-*/*")
