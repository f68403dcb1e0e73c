"""The CodeBuild projects of a pipeline, the logs they write, and the roles that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.trusting import Job, codebuild_role
from mmctl.operate.foundation.policies import allow, document
from mmctl.operate.pipelines.buildspecs import apply_spec, check_spec, plan_spec, watch_spec
from mmctl.operate.pipelines.stage_actions import build_id, plan_artifact
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.naming import logical_id
from mmctl.operate.templates.template import (
    TemplateResource,
    TemplateSection,
)
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.operate.pipelines.stages import PipelineStage
    from mmctl.operate.templates.intrinsic import Value

_IMAGE: Final = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
_LOG_DAYS: Final = 90
_REPOSITORY_RIGHTS: Final = (
    "codeconnections:GetConnection",
    "codeconnections:GetConnectionToken",
    "codeconnections:UseConnection",
    "codestar-connections:GetConnection",
    "codestar-connections:GetConnectionToken",
    "codestar-connections:UseConnection",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """The builds of one pipeline."""

    name: str
    stages: tuple[PipelineStage, ...]
    coverage: str
    profiles: Mapping[str, str]
    """The variable that names the profile of an environment, by the environment."""

    @staticmethod
    def role_id(job: Job, environment: str = "") -> str:
        """The logical id of the role for a job."""
        return logical_id(job.capitalize(), environment, "Role")

    def section(self) -> TemplateSection:
        """Roles, logs and projects."""
        return TemplateSection(
            title="Builds",
            comment="Their commands are in this template, so no pull request changes them; what a "
            "pull request has is only read. Each has a role of its own.",
            resources=(self._logs(), *self._checks(), *self._of_environments(), *self._own_role()),
        )

    def _logs(self) -> TemplateResource:
        return TemplateResource(
            name="Logs",
            type="AWS::Logs::LogGroup",
            comment="What all builds print.",
            properties={
                "LogGroupName": f"/aws/codebuild/{self.name}",
                "RetentionInDays": _LOG_DAYS,
                "KmsKeyId": get_att("Key", "Arn"),
            },
        )

    def _checks(self) -> Iterator[TemplateResource]:
        """The same checks for pull requests, forks included, and for the branch."""
        spec = check_spec(self.coverage)
        connection = allow("Repository", _REPOSITORY_RIGHTS, [ref("ConnectionArn")])
        yield from self._role("CheckRole", f"{self.name}-check", [connection])
        events = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED"
        triggers = {
            "Webhook": True,
            "FilterGroups": [
                [
                    {"Type": "EVENT", "Pattern": events},
                    {"Type": "BASE_REF", "Pattern": sub("^refs/heads/${Branch}$")},
                ]
            ],
            "PullRequestBuildPolicy": {"RequiresCommentApproval": "FORK_PULL_REQUESTS"},
        }
        yield self._project(
            "PullRequestBuild",
            "pull-request",
            "CheckRole",
            comment="Checks pull requests; those of forks after a maintainer asks for it.",
            source={**_cloned(spec), "ReportBuildStatus": True},
            artifacts={"Type": "NO_ARTIFACTS"},
            more={"Triggers": triggers},
        )
        yield self._project(
            "CheckBuild", "check", "CheckRole", comment="Checks the branch.", source=_piped(spec)
        )

    def _of_environments(self) -> Iterator[TemplateResource]:
        if not self.stages:
            return
        plans = [stage.role(Job.PLAN) for stage in self.stages]
        yield from self._role(
            self.role_id(Job.PLAN), codebuild_role(self.name, Job.PLAN, ""), [_assumes(plans)]
        )
        for stage in self.stages:
            yield from self._of_environment(stage)
        watches = [stage.role(Job.WATCH) for stage in self.stages]
        yield from self._role(
            self.role_id(Job.WATCH),
            codebuild_role(self.name, Job.WATCH, ""),
            [_assumes(watches), allow("Repository", _REPOSITORY_RIGHTS, [ref("ConnectionArn")])],
        )
        yield self._project(
            build_id("Watch"),
            "watch",
            self.role_id(Job.WATCH),
            comment="Looks for drift and what alarms cannot see.",
            source=_cloned(watch_spec(self.stages, self._profiles(self.stages))),
            artifacts={"Type": "NO_ARTIFACTS"},
            more={"SourceVersion": ref("Branch")},
        )

    def _of_environment(self, stage: PipelineStage) -> Iterator[TemplateResource]:
        name = stage.environment
        before = [each for each in self.stages if each.environment == stage.before]
        seen = [*before, stage]
        role = self.role_id(Job.APPLY, name)
        roles = [*(each.role(Job.PLAN) for each in before), stage.role(Job.APPLY)]
        statements = [_assumes(roles), *_secrets(stage)]
        yield from self._role(role, codebuild_role(self.name, Job.APPLY, name), statements)
        artifact = None
        if stage.approval:
            artifact = plan_artifact(name)
            spec = plan_spec(seen, stage, self._profiles(seen))
            yield self._project(
                build_id("Plan", name),
                f"plan-{name}",
                self.role_id(Job.PLAN),
                comment=f"Makes the plan for {name} that a person approves.",
                source=_piped(spec),
            )
        yield self._project(
            build_id("Apply", name),
            f"apply-{name}",
            role,
            comment=f"Applies to {name}.",
            source=_piped(apply_spec(seen, stage, self._profiles(seen), artifact)),
        )

    def _profiles(self, stages: Sequence[PipelineStage]) -> dict[str, str]:
        return {self.profiles[each.environment]: each.environment for each in stages}

    def _project(
        self,
        id_: str,
        name: str,
        role: str,
        *,
        comment: str,
        source: Mapping[str, Value],
        artifacts: Mapping[str, Value] | None = None,
        more: Mapping[str, Value] | None = None,
    ) -> TemplateResource:
        requirement = {"Name": "MMCTL_REQUIREMENT", "Value": ref("MmctlRequirement")}
        return TemplateResource(
            name=id_,
            type="AWS::CodeBuild::Project",
            comment=comment,
            depends_on=(f"{role}Rights",),
            properties={
                "Name": f"{self.name}-{name}",
                "ServiceRole": get_att(role, "Arn"),
                "EncryptionKey": get_att("Key", "Arn"),
                "Source": dict(source),
                "Artifacts": dict(artifacts or {"Type": "CODEPIPELINE"}),
                "Environment": {
                    "Type": "LINUX_CONTAINER",
                    "ComputeType": "BUILD_GENERAL1_SMALL",
                    "Image": _IMAGE,
                    "EnvironmentVariables": [requirement],
                },
                "LogsConfig": {
                    "CloudWatchLogs": {
                        "Status": "ENABLED",
                        "GroupName": ref("Logs"),
                        "StreamName": name,
                    }
                },
                "TimeoutInMinutes": 60,
                **(more or {}),
            },
        )

    def _role(
        self, id_: str, name: str, statements: Iterable[Mapping[str, Value]]
    ) -> Iterator[TemplateResource]:
        """A role of CodeBuild, which also writes logs and reads and writes artifacts."""
        reports = sub(
            "arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:report-group/"
            f"{self.name}-*"
        )
        usual = [
            allow("Logs", ("logs:CreateLogStream", "logs:PutLogEvents"), [get_att("Logs", "Arn")]),
            *_artifacts(),
            allow(
                "Reports",
                (
                    "codebuild:BatchPutTestCases",
                    "codebuild:CreateReport",
                    "codebuild:CreateReportGroup",
                    "codebuild:UpdateReport",
                ),
                [reports],
            ),
        ]
        yield TemplateResource(
            name=id_,
            type="AWS::IAM::Role",
            comment=f"The role {name}.",
            properties={"RoleName": name, "AssumeRolePolicyDocument": _trusts("codebuild")},
        )
        yield TemplateResource(
            name=f"{id_}Rights",
            type="AWS::IAM::RolePolicy",
            comment="What it may.",
            properties={
                "RoleName": ref(id_),
                "PolicyName": "build",
                "PolicyDocument": document(*usual, *statements),
            },
            wildcards={
                "Artifacts": "the pipeline chooses the keys",
                "Reports": "CodeBuild makes a group for each project, and names it after it",
            },
        )

    def _own_role(self) -> Iterator[TemplateResource]:
        """The role of the pipeline itself: it starts builds, and carries artifacts."""
        projects = list(self._build_arns())
        yield TemplateResource(
            name="PipelineRole",
            type="AWS::IAM::Role",
            comment="The role of the pipeline itself.",
            properties={"AssumeRolePolicyDocument": _trusts("codepipeline")},
        )
        yield TemplateResource(
            name="PipelineRoleRights",
            type="AWS::IAM::RolePolicy",
            comment="It starts builds, reads the repository, and carries artifacts.",
            properties={
                "RoleName": ref("PipelineRole"),
                "PolicyName": "pipeline",
                "PolicyDocument": document(
                    *_artifacts(),
                    allow("Build", ("codebuild:BatchGetBuilds", "codebuild:StartBuild"), projects),
                    allow(
                        "Repository",
                        ("codeconnections:UseConnection", "codestar-connections:UseConnection"),
                        [ref("ConnectionArn")],
                    ),
                ),
            },
            wildcards={"Artifacts": "the pipeline chooses the keys"},
        )

    def _build_arns(self) -> Iterator[Value]:
        yield get_att("CheckBuild", "Arn")
        for stage in self.stages:
            if stage.approval:
                yield get_att(build_id("Plan", stage.environment), "Arn")
            yield get_att(build_id("Apply", stage.environment), "Arn")


def _piped(spec: str) -> dict[str, Any]:
    return {"Type": "CODEPIPELINE", "BuildSpec": spec}


def _cloned(spec: str) -> dict[str, Any]:
    """A source that CodeBuild clones by itself, from the repository of the pipeline."""
    return {
        "Type": ref("Provider"),
        "Location": ref("RepositoryUrl"),
        "Auth": {"Type": "CODECONNECTIONS", "Resource": ref("ConnectionArn")},
        "GitCloneDepth": 1,
        "BuildSpec": spec,
    }


def _trusts(service: str) -> dict[str, Any]:
    """A trust policy for one service of AWS, working for this account."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
        }
    )


def _assumes(roles: Sequence[str]) -> dict[str, Any]:
    return allow("Environments", ("sts:AssumeRole",), sorted(set(roles)))


def _secrets(stage: PipelineStage) -> Iterator[dict[str, Any]]:
    """The SMTP passwords, each a secret of this account named after stack and variable."""
    arns = [
        sub(
            "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
            f"{stage.prefix}/{name}-??????"
        )
        for name in stage.passwords
    ]
    if arns:
        yield allow("Passwords", ("secretsmanager:GetSecretValue",), arns)


def _artifacts() -> Iterator[dict[str, Any]]:
    yield allow(
        "Artifacts",
        ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
        [sub("${Artifacts.Arn}/*")],
    )
    yield allow("ArtifactBucket", ("s3:GetBucketLocation",), [get_att("Artifacts", "Arn")])
    yield allow(
        "ArtifactKey",
        ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
        [get_att("Key", "Arn")],
    )
