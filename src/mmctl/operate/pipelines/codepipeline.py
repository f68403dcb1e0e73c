"""The pipeline as a template: CodePipeline, CodeBuild, a manual approval, and roles for each job.

It is made for one account, the pipeline's own; the environments may be in others. Their roles trust
those here by name (`stack: {ci: codebuild:ACCOUNT/PIPELINE}`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.trusting import Job
from mmctl.operate.foundation.policies import OVER_TLS, document, only_encrypted, service_may
from mmctl.operate.pipelines.builds import Builds
from mmctl.operate.pipelines.stage_actions import pipeline_stages
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.tagging import PROJECT_TAG
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Output,
    Parameter,
    Template,
    TemplateResource,
    TemplateSection,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mmctl.operate.pipelines.stages import PipelineStage

_ARTIFACT_DAYS: Final = 30
_ROOT: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"


def codepipeline_template(
    project: str,
    name: str,
    stages: Sequence[PipelineStage],
    *,
    coverage: str,
    source: str | None,
    profiles: Mapping[str, str],
) -> Template:
    """The template of a pipeline; `profiles` are the variables that name the profiles of builds."""
    builds = Builds(name=name, stages=tuple(stages), coverage=coverage, profiles=profiles)
    sections = [
        TemplateSection(
            title="What you say",
            comment="Where the repository is, and where mmctl comes from.",
            parameters=_parameters(source),
        ),
        _artifacts(),
        builds.section(),
        _pipeline(name, stages),
    ]
    if stages:
        sections.append(_schedule(name))
    return Template(
        description=f"The pipeline of the mail rules of {project}: checks, tests, real mail, "
        "approval, and a watch every hour.",
        tags={PROJECT_TAG: project},
        sections=tuple(sections),
        notes=(
            "The connection to the repository: agree to it in Developer Tools, Connections.",
            "The roles in the accounts of the environments: `mmctl foundation up` makes them.",
        ),
    )


def _parameters(source: str | None) -> tuple[Parameter, ...]:
    return (
        Parameter(
            name="ConnectionArn",
            comment="The ARN of the connection to the server of the repository.",
            pattern=r"arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:"
            r"connection/[a-f0-9-]+",
        ),
        Parameter(
            name="Provider",
            comment="The server of the repository, as CodeBuild calls it.",
            default="GITHUB",
            choices=("GITHUB", "GITLAB", "BITBUCKET"),
        ),
        Parameter(
            name="Repository",
            comment="The repository: OWNER/REPO or GROUP/PROJECT.",
            pattern=r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+",
        ),
        Parameter(
            name="RepositoryUrl",
            comment="Its address for git: https://HOST/OWNER/REPO.git.",
            pattern=r"https://[A-Za-z0-9./_-]+",
        ),
        Parameter(
            name="Branch",
            comment="The branch that goes to the environments.",
            default="main",
            pattern=r"[A-Za-z0-9_][A-Za-z0-9_./-]*",
        ),
        Parameter(
            name="MmctlRequirement",
            comment="What pip installs: mmctl @ git+https://HOST/OWNER/mmctl@COMMIT.",
            default=source,
            pattern=r"[\x21-\x7e]+( @ [\x21-\x7e]+)?",
        ),
    )


def _artifacts() -> TemplateSection:
    bucket, objects = get_att("Artifacts", "Arn"), sub("${Artifacts.Arn}/*")
    expired: dict[str, Any] = {
        "Id": "expire",
        "Status": "Enabled",
        "ExpirationInDays": _ARTIFACT_DAYS,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    logs = service_may(
        "Logs",
        "logs.amazonaws.com",
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "*",
        ArnLike={
            "kms:EncryptionContext:aws:logs:arn": sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"
            )
        },
    )
    account = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": sub(_ROOT)},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = TemplateResource(
        name="Key",
        type="AWS::KMS::Key",
        comment="Encrypts plans and logs, which name mail addresses.",
        properties={
            "Description": "Plans and logs of the pipeline of mail rules",
            "EnableKeyRotation": True,
            "KeyPolicy": document(account, logs),
        },
        wildcards={
            "Account": "the policy of a key speaks of that key alone, and the account's policies "
            "decide",
            "Logs": "the policy of a key speaks of that key alone",
        },
    )
    kept = TemplateResource(
        name="Artifacts",
        type="AWS::S3::Bucket",
        comment="Sources and plans on their way from build to build.",
        properties={
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": True,
                        "ServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": get_att("Key", "Arn"),
                        },
                    }
                ]
            },
            "LifecycleConfiguration": {"Rules": [expired]},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "VersioningConfiguration": {"Status": "Enabled"},
        },
        keeps_data=True,
        exceptions=(
            LintException(
                tool=CHECKOV,
                check="CKV_AWS_18",
                reason="what lies here is gone after a month; who reads it is in CloudTrail's data "
                "events, where they are on",
            ),
        ),
    )
    policy = TemplateResource(
        name="ArtifactsPolicy",
        type="AWS::S3::BucketPolicy",
        comment="Refuses what does not come over TLS.",
        properties={
            "Bucket": ref("Artifacts"),
            "PolicyDocument": document(only_encrypted("s3", [bucket, objects])),
        },
        keeps_data=True,
        wildcards=dict(OVER_TLS),
    )
    return TemplateSection(
        title="Artifacts",
        comment="The bucket stays when the stack is deleted, and empties itself.",
        resources=(key, kept, policy),
    )


def _pipeline(name: str, stages: Sequence[PipelineStage]) -> TemplateSection:
    variables = [
        {"Name": "ALLOW_DELETE", "DefaultValue": "false", "Description": "true: rules may go"},
        {"Name": "FORCE", "DefaultValue": "none", "Description": "Brakes to release"},
        {"Name": "REASON", "DefaultValue": "none", "Description": "Why, for the history"},
    ]
    made = TemplateResource(
        name="Pipeline",
        type="AWS::CodePipeline::Pipeline",
        comment="From the branch to the last environment, each time with the same files.",
        depends_on=("PipelineRoleRights",),
        properties={
            "Name": name,
            "PipelineType": "V2",
            # A newer push takes the place of one that waits for its approval.
            "ExecutionMode": "SUPERSEDED",
            "RoleArn": get_att("PipelineRole", "Arn"),
            "ArtifactStore": {
                "Type": "S3",
                "Location": ref("Artifacts"),
                "EncryptionKey": {"Id": get_att("Key", "Arn"), "Type": "KMS"},
            },
            **({"Variables": variables} if stages else {}),
            "Stages": pipeline_stages(stages),
        },
    )
    return TemplateSection(
        title="The pipeline",
        comment="Stages in the order of `after:`; a person agrees to the plan of protected ones.",
        resources=(made,),
        outputs=(
            Output(name="PipelineName", value=ref("Pipeline"), comment="The pipeline."),
            Output(
                name="PlanRoleName",
                value=ref(Builds.role_id(Job.PLAN)),
                comment="The role whose builds read the environments.",
            )
            if stages
            else Output(
                name="ArtifactBucketName", value=ref("Artifacts"), comment="Its artifacts."
            ),
        ),
    )


def _schedule(name: str) -> TemplateSection:
    project = get_att("WatchBuild", "Arn")
    allowed = {
        "Sid": "Watch",
        "Effect": "Allow",
        "Action": ["codebuild:StartBuild"],
        "Resource": [project],
    }
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    role = TemplateResource(
        name="ScheduleRole",
        type="AWS::IAM::Role",
        comment="Starts the build that watches, and nothing else.",
        properties={
            "AssumeRolePolicyDocument": document(trusted),
            "Policies": [{"PolicyName": "watch", "PolicyDocument": document(allowed)}],
        },
    )
    rule = TemplateResource(
        name="Schedule",
        type="AWS::Events::Rule",
        comment="Every hour.",
        properties={
            "Name": f"{name}-watch",
            "ScheduleExpression": "rate(1 hour)",
            "State": "ENABLED",
            "Targets": [{"Id": "watch", "Arn": project, "RoleArn": get_att("ScheduleRole", "Arn")}],
        },
    )
    return TemplateSection(
        title="The watch",
        comment="Drift and watchdog of every environment; a build that fails tells it.",
        resources=(role, rule),
    )
