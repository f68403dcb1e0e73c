"""The watchdog on a schedule: a CodeBuild project that installs mmctl and runs `mmctl watchdog`.

CodeBuild, because it installs mmctl with its compiled parts from the requirement that the files
already name, without an image or a package that somebody must build and keep patched. It runs from
the store alone: no copy of the rules is needed, and none can be stale.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from mmctl.live.iam.operating import watch_statements
from mmctl.live.iam.scope import Place, policy, statement
from mmctl.operate.templates.intrinsic import get_att, ref, sub
from mmctl.operate.templates.template import (
    CHECKOV,
    LintException,
    Parameter,
    TemplateResource,
)
from mmctl.operate.templates.wildcards import wildcards_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration
    from mmctl.language.project import Project

ACCOUNT: Final = "${AWS::AccountId}"
REGION: Final = "${AWS::Region}"
IMAGE: Final = "WatchdogImage"
REQUIREMENT: Final = "MmctlRequirement"
_IMAGE: Final = "aws/codebuild/amazonlinux-aarch64-standard:3.0"
_PYTHON: Final = "3.12"
_MINUTES: Final = 20
_KEPT_DAYS: Final = 90
_S3: Final = "s3://"


def store_of(project: Project) -> str | None:
    """The bucket and prefix of the history of an environment; None: it is a folder."""
    where = project.environment.snapshots or project.settings.snapshots
    return where.removeprefix(_S3).rstrip("/") if where.startswith(_S3) else None


def scheduled_parameters(requirement: str) -> tuple[Parameter, ...]:
    """What is installed, and where it runs."""
    return (
        Parameter(
            name=REQUIREMENT,
            comment="The requirement of pip that installs mmctl in the watchdog",
            pattern=r"^[!#-&(-\[\]-_a-~ ]+$",
            default=requirement,
        ),
        Parameter(
            name=IMAGE,
            comment="The image of CodeBuild that the watchdog runs in; it must have Python 3.12",
            pattern=r"^[a-zA-Z0-9._/:@-]+$",
            default=_IMAGE,
        ),
    )


def scheduled(
    project: Project, desired: LiveConfiguration, stem: str
) -> Iterator[TemplateResource]:
    """The project, its role, its log, and the rule that starts it each hour."""
    logs = f"/aws/codebuild/{stem}-watchdog"
    statements = tuple(watchdog_statements(project, desired, stem))
    yield TemplateResource(
        name="WatchdogLogs",
        type="AWS::Logs::LogGroup",
        comment="What the watchdog said.",
        properties={"LogGroupName": logs, "RetentionInDays": _KEPT_DAYS},
        exceptions=(
            _skip("CKV_AWS_158", "it holds names of rules, encrypted by a key of CloudWatch Logs"),
        ),
    )
    yield TemplateResource(
        name="WatchdogRole",
        type="AWS::IAM::Role",
        comment="Reads the configuration, its history and its logs, and publishes numbers.",
        properties={
            "AssumeRolePolicyDocument": _trust("codebuild"),
            "Policies": [
                {
                    "PolicyName": "watchdog",
                    "PolicyDocument": _substituted(policy(statements)),
                }
            ],
        },
        exceptions=(
            _skip("CKV_AWS_111", "PutMetricData takes no resource; it is bound to one namespace"),
        ),
        wildcards=wildcards_of(statements),
    )
    yield TemplateResource(
        name="Watchdog",
        type="AWS::CodeBuild::Project",
        comment="Installs mmctl and looks at what no metric filter sees.",
        depends_on=("WatchdogLogs",),
        properties={
            "Name": f"{stem}-watchdog",
            "Description": "mmctl watchdog",
            "ServiceRole": get_att("WatchdogRole", "Arn"),
            "Artifacts": {"Type": "NO_ARTIFACTS"},
            "Environment": {
                "Type": "ARM_CONTAINER",
                "ComputeType": "BUILD_GENERAL1_SMALL",
                "Image": ref(IMAGE),
                "EnvironmentVariables": [{"Name": "REQUIREMENT", "Value": ref(REQUIREMENT)}],
            },
            "Source": {"Type": "NO_SOURCE", "BuildSpec": _substituted(build_of(project))},
            "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED", "GroupName": logs}},
            "TimeoutInMinutes": _MINUTES,
            "ConcurrentBuildLimit": 1,
        },
    )
    yield TemplateResource(
        name="WatchdogScheduleRole",
        type="AWS::IAM::Role",
        comment="Lets EventBridge start the watchdog.",
        properties={
            "AssumeRolePolicyDocument": _trust("events"),
            "Policies": [
                {
                    "PolicyName": "start",
                    "PolicyDocument": policy(
                        [
                            {
                                "Sid": "Start",
                                "Effect": "Allow",
                                "Action": "codebuild:StartBuild",
                                "Resource": get_att("Watchdog", "Arn"),
                            }
                        ]
                    ),
                }
            ],
        },
    )
    yield TemplateResource(
        name="WatchdogSchedule",
        type="AWS::Events::Rule",
        comment="Starts the watchdog each hour.",
        properties={
            "Description": "Starts the watchdog each hour.",
            "ScheduleExpression": "rate(1 hour)",
            "State": "ENABLED",
            "Targets": [
                {
                    "Id": "watchdog",
                    "Arn": get_att("Watchdog", "Arn"),
                    "RoleArn": get_att("WatchdogScheduleRole", "Arn"),
                }
            ],
        },
    )


def build_of(project: Project) -> str:
    """The build specification, as JSON; findings are no failure: their alarms tell them."""
    environment, settings = project.environment, project.settings
    store = store_of(project) or ""
    words = ["mmctl", "watchdog", "--publish", "--store", f"{_S3}{store}"]
    words += ["--project", settings.project, "--env", environment.name]
    account, region = environment.account or ACCOUNT, environment.region or REGION
    command = f"{shlex.join(words)} --account {account} --region {region}"
    install = 'python3 -m pip install --disable-pip-version-check --quiet "$REQUIREMENT"'
    run = f"{command} || test $? -eq 1"
    return json.dumps(
        {
            "version": 0.2,
            "phases": {
                "install": {"runtime-versions": {"python": _PYTHON}, "commands": [install]},
                "build": {"commands": [run]},
            },
        }
    )


def watchdog_statements(
    project: Project, desired: LiveConfiguration, stem: str
) -> Iterator[dict[str, Any]]:
    """What the watchdog may do: read Mail Manager, the history and the logs; publish numbers."""
    place = place_of(project)
    yield from watch_statements(desired, place)
    own = place.arn("logs", f"log-group:/aws/codebuild/{stem}-watchdog")
    yield statement("Say", ["logs:CreateLogStream", "logs:PutLogEvents"], [own, f"{own}:*"])


def place_of(project: Project) -> Place:
    """Where the watchdog looks, with what the environment leaves open as CloudFormation says it."""
    environment, settings = project.environment, project.settings
    account, region = environment.account or ACCOUNT, environment.region or REGION
    store = store_of(project)
    folder = f"{account}-{region}-{settings.project}"
    return Place(
        account=account,
        region=region,
        project=settings.project,
        store=None if store is None else f"{store}/{folder}",
    )


def _trust(service: str) -> dict[str, Any]:
    """Who may take a role: a service, for this account alone."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": sub(ACCOUNT)}},
            }
        ],
    }


def _substituted(document: Any) -> Any:
    """A document in which texts with `${…}` are substituted."""
    if isinstance(document, str):
        return sub(document) if "${" in document else document
    if isinstance(document, dict):
        return {key: _substituted(value) for key, value in document.items()}
    return [_substituted(each) for each in document] if isinstance(document, list) else document


def _skip(check: str, reason: str) -> LintException:
    return LintException(tool=CHECKOV, check=check, reason=reason)
