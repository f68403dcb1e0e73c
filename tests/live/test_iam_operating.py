"""The policies of those who operate a gateway, and of the roles of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.loaders import create_loader

from live.iam_oracle import ACCOUNT, REGION, Asked, allows
from live.stopping import with_logging
from mmctl.live.iam.policies import pipeline_policy, policy_for
from mmctl.live.iam.scope import Place
from mmctl.live.iam.trusting import Job

if TYPE_CHECKING:
    from live.conftest import World

KINDS: Final = ("look", "release", "send", "watchdog", "doctor")
PLACE: Final = Place(
    account=ACCOUNT, region=REGION, project="acme", store=f"acme-mmctl/prod/{ACCOUNT}-{REGION}-acme"
)
GROUP: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/mail/inbound"
RECORDS: Final = "arn:aws:s3:::acme-mail-logs/records"
OF_SERVICE: Final = {
    "ses": ("mailmanager", "ses", "sesv2"),
    "logs": ("logs",),
    "cloudwatch": ("cloudwatch",),
    "cloudtrail": ("cloudtrail",),
    "servicequotas": ("service-quotas",),
    "ssm": ("ssm",),
    "cloudformation": ("cloudformation",),
    "s3": ("s3",),
    "kms": ("kms",),
    "sts": ("sts",),
    "ec2": ("ec2",),
    "iam": ("iam",),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns",),
    "lambda": ("lambda",),
}
"""The service models of botocore in which the actions of a prefix are operations."""
OTHERWISE: Final = {
    "s3:ListBucket": "ListObjectsV2",
    "s3:GetEncryptionConfiguration": "GetBucketEncryption",
}
"""Actions that permit operations of another name."""


@pytest.fixture
def documents(world: World) -> dict[str, Any]:
    """Every policy of a project with an archive and logs in a group and in a bucket."""
    world.text = with_logging(
        world.text,
        rule_set=f'destination: "{GROUP}"',
        ingress_point=f'destination: "{RECORDS}"',
    )
    desired = world.desired()[0]
    found = {what: policy_for(what, desired, PLACE) for what in KINDS}
    for job in Job:
        found[f"job {job}"] = pipeline_policy(job, desired, PLACE, sends=True, sender=True)
    return found


def test_every_action_is_an_operation_of_botocore_and_none_is_a_pattern(
    documents: dict[str, Any],
) -> None:
    loader = create_loader()
    known = {
        prefix: {
            name
            for service in services
            for name in loader.load_service_model(service, "service-2")["operations"]
        }
        for prefix, services in OF_SERVICE.items()
    }
    unknown = {
        action
        for what in KINDS
        for part in documents[what]["Statement"]
        for action in part["Action"]
        for prefix, _, name in [action.partition(":")]
        if OTHERWISE.get(action, name) not in known[prefix]
    }
    assert unknown == set()


def test_who_looks_or_watches_changes_nothing_but_metrics(documents: dict[str, Any]) -> None:
    allowed = ("Get", "List", "Describe", "Decrypt", "Filter", "Lookup", "Simulate")
    searches = {
        f"ses:{verb}Archive{what}" for verb in ("Start", "Stop") for what in ("Search", "Export")
    }
    for what in ("look", "doctor", "watchdog", "job watch", "job plan"):
        for part in documents[what]["Statement"]:
            for action in set(part["Action"]) - searches - {"cloudwatch:PutMetricData"}:
                assert action.split(":")[1].startswith(allowed), (what, action)


def test_each_may_do_what_it_is_for_and_not_what_others_are_for(documents: dict[str, Any]) -> None:
    archive = f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-archive/a-1"
    entry = f"arn:aws:s3:::{PLACE.store}/0001.json"
    asked = {
        "search": Asked(action="ses:StartArchiveSearch", resource=archive),
        "group": Asked(action="logs:FilterLogEvents", resource=f"{GROUP}:log-stream:a"),
        "objects": Asked(action="s3:GetObject", resource="arn:aws:s3:::acme-mail-logs/AWSLogs/x"),
        "write": Asked(action="s3:PutObject", resource=entry),
        "metric": Asked(
            action="cloudwatch:PutMetricData",
            resource="*",
            context={"cloudwatch:namespace": "mmctl/acme/prod"},
        ),
        "other metric": Asked(
            action="cloudwatch:PutMetricData",
            resource="*",
            context={"cloudwatch:namespace": "AWS/SES"},
        ),
        "sender": Asked(
            action="ssm:SendCommand",
            resource=f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1",
            context={"ssm:resourceTag/mmctl:project": "acme"},
        ),
        "instance of others": Asked(
            action="ssm:SendCommand",
            resource=f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1",
            context={"ssm:resourceTag/mmctl:project": "other"},
        ),
        "rules": Asked(
            action="ses:UpdateRuleSet",
            resource=f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-rule-set/rs-1",
            context={"aws:ResourceTag/mmctl:project": "acme"},
        ),
    }
    may = {
        what: {name for name, each in asked.items() if allows(document, each)}
        for what, document in documents.items()
    }
    assert may == {
        "look": {"search", "group", "objects"},
        "release": {"search", "write"},
        "send": {"group", "objects", "write", "sender"},
        "watchdog": {"group", "objects", "metric"},
        "doctor": {"search", "group", "objects"},
        "job plan": set(),
        "job apply": {"group", "objects", "write", "sender", "rules"},
        "job watch": {"group", "objects", "metric"},
    }


def test_a_role_that_sends_nothing_reaches_no_instance(world: World) -> None:
    desired = world.desired()[0]
    document = pipeline_policy(Job.APPLY, desired, PLACE, sends=False, sender=True)
    actions = {action for part in document["Statement"] for action in part["Action"]}
    assert not any(action.startswith("ssm:") for action in actions)
