"""Buckets for mail, logs and snapshots: private, encrypted, versioned, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.operate.foundation.policies import OVER_TLS, document, only_encrypted, service_may
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Output,
    TemplateResource,
    TemplateSection,
)

if TYPE_CHECKING:
    from mmctl.operate.foundation.needs import FoundationNeeds, WantedBucket

_ACCESS_LOG: Final = LintException(
    tool=CHECKOV,
    check="CKV_AWS_18",
    reason="who reads it is in CloudTrail's data events, where they are on; a bucket of access "
    "logs would be one more place with names of messages",
)
_UNFINISHED_DAYS: Final = 7


def bucket_section(needs: FoundationNeeds, object_lock_days: int | None) -> TemplateSection:
    """Return the buckets with their policies, which refuse what does not come over TLS."""
    resources: list[TemplateResource] = []
    outputs: list[Output] = []
    for bucket in needs.buckets:
        lock = object_lock_days if bucket.snapshots else None
        resources += [_bucket(bucket, lock), _policy(bucket)]
        name = Output(
            name=f"{bucket.thing.id}Name", value=ref(bucket.thing.id), comment=_whose(bucket)
        )
        arn = Output(
            name=f"{bucket.thing.id}Arn",
            value=get_att(bucket.thing.id, "Arn"),
            comment=_whose(bucket),
        )
        outputs += [name, arn]
        if bucket.snapshots:
            outputs.append(
                Output(
                    name="SnapshotBucketName",
                    value=ref(bucket.thing.id),
                    comment="Where `snapshots:` keeps the history of applies.",
                )
            )
    return TemplateSection(
        title="Buckets",
        comment="They stay when the stack is deleted: mail and records lie in them.",
        resources=tuple(resources),
        outputs=tuple(outputs),
    )


def _whose(bucket: WantedBucket) -> str:
    uses = {
        "mail that rules write": bucket.mail,
        "logs": bool(bucket.logs),
        "snapshots and the history of applies": bucket.snapshots,
    }
    return f"A bucket for {' and '.join(name for name, used in uses.items() if used)}."


def _bucket(bucket: WantedBucket, lock_days: int | None) -> TemplateResource:
    named = {} if bucket.thing.name is None else {"BucketName": bucket.thing.name}
    retention = {"Mode": "GOVERNANCE", "Days": lock_days}
    locked: dict[str, Any] = {
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": retention},
        },
    }
    unfinished = {
        "Id": "unfinished-uploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UNFINISHED_DAYS},
    }
    return TemplateResource(
        name=bucket.thing.id,
        type="AWS::S3::Bucket",
        comment=_whose(bucket),
        properties={
            **named,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                ]
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            **({} if lock_days is None else locked),
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "LifecycleConfiguration": {"Rules": [unfinished]},
        },
        keeps_data=True,
        exceptions=(_ACCESS_LOG,),
    )


def _policy(bucket: WantedBucket) -> TemplateResource:
    arn, objects = get_att(bucket.thing.id, "Arn"), sub(f"${{{bucket.thing.id}.Arn}}/*")
    statements = [only_encrypted("s3", [arn, objects])]
    wildcards = dict(OVER_TLS)
    if bucket.logs:
        prefixes = [prefix.strip("/") for prefix in bucket.logs]
        below = [f"{prefix}/*" if prefix else "*" for prefix in prefixes]
        statements.append(
            service_may(
                "DeliverLogs",
                "delivery.logs.amazonaws.com",
                ["s3:PutObject"],
                [sub(f"${{{bucket.thing.id}.Arn}}/{each}") for each in below],
                StringEquals={
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceAccount": ref("AWS::AccountId"),
                },
                ArnLike={"aws:SourceArn": sub(_ANY_SOURCE)},
            )
        )
        wildcards["DeliverLogs"] = "the service chooses the keys; `apply` makes the deliveries"
    return TemplateResource(
        name=f"{bucket.thing.id}Policy",
        type="AWS::S3::BucketPolicy",
        comment="Who may do what there, beside the roles of this account.",
        properties={"Bucket": ref(bucket.thing.id), "PolicyDocument": document(*statements)},
        # Without it a bucket that stays would be open to what comes without TLS.
        keeps_data=True,
        wildcards=wildcards,
    )


_ANY_SOURCE: Final = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:delivery-source:*"
