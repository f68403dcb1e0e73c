"""Who may assume a role: Mail Manager the roles of rules, a pipeline its three roles.

A pipeline has a role for each job in each environment: one that plans, for pull requests too; one
that applies and sends, for the protected branch alone; one that watches, by a schedule.

Sources: "Creating trust policies", Amazon SES Developer Guide; "Available keys for AWS OIDC
federation" and "Create a role for OpenID Connect federation", IAM User Guide; "OpenID Connect
reference" of GitHub, with subjects that hold ids since July 2026; "ID token authentication" of
GitLab; "AWS global condition context keys" (aws:PrincipalArn). Looked up on 2026-11-28.
"""

from __future__ import annotations

import re
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.errors import UsageError
from mmctl.live.iam.scope import policy
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmctl.live.iam.scope import Place, Policy

GITHUB, GITLAB, CODEBUILD = "github", "gitlab", "codebuild"
_GITHUB_HOST: Final = "token.actions.githubusercontent.com"
_GITHUB_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_GITLAB_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_CODEBUILD_PATH: Final = re.compile(r"[0-9]{12}/[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_VALUES: Final = {
    "job": re.compile(r"plan|apply|watch"),
    "id": re.compile(r"[0-9]+"),
    "owner": re.compile(r"[0-9]+"),
    "workflow": re.compile(r"[A-Za-z0-9._-]+\.ya?ml"),
    "branch": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*"),
    "host": re.compile(r"[a-z0-9][a-z0-9.-]*"),
}
WORKFLOW: Final = "mail-rules.yaml"
"""The workflow file that `mmctl init` writes."""
_OF: Final = {
    GITHUB: ("id", "owner", "workflow", "branch", "job"),
    GITLAB: ("host", "branch", "job"),
    CODEBUILD: ("job",),
}
_ROLE_NAME: Final = 64
"""Characters of the name of a role, at most."""
REPOSITORY_ID: Final = "REPOSITORY_ID"
OWNER_ID: Final = "OWNER_ID"
"""The placeholder for GitHub's numbers if they are not given."""
_HELP: Final = (
    "github:OWNER/REPO[,id=N,owner=N,workflow=FILE,branch=NAME], "
    "gitlab:GROUP/PROJECT[,host=NAME,branch=NAME] or codebuild:ACCOUNT/PIPELINE, "
    "each with ,job=plan, apply or watch"
)


class Job(StrEnum):
    """What a job of a pipeline does in an environment."""

    PLAN = "plan"
    """Reads, for pull requests and before an approval."""
    APPLY = "apply"
    """Applies, and sends the cases as mail; on the protected branch alone."""
    WATCH = "watch"
    """Looks for drift and what alarms cannot see, by a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The repository whose jobs may assume a role."""

    server: str
    path: str
    """`OWNER/REPO`, `GROUP/PROJECT`, or `ACCOUNT/PIPELINE`."""
    job: Job = Job.APPLY
    branch: str = "main"
    workflow: str = WORKFLOW
    """GitHub only: the workflow file on that branch whose jobs may do so."""
    id: str = REPOSITORY_ID
    owner: str = OWNER_ID
    """GitHub only: the numbers of repository and owner, which no other will ever have."""
    host: str = "gitlab.com"

    @property
    def complete(self) -> bool:
        """Whether all of it is known."""
        return self.server != GITHUB or (self.id != REPOSITORY_ID and self.owner != OWNER_ID)


def pipeline_of(text: str) -> Pipeline:
    """The pipeline that a text names: `github:OWNER/REPO,id=123`.

    Raises:
        UsageError: it names none. A wildcard is not a name either.
    """
    server, _, rest = text.partition(":")
    path, *pairs = rest.split(",")
    forms = {GITHUB: _GITHUB_PATH, GITLAB: _GITLAB_PATH, CODEBUILD: _CODEBUILD_PATH}
    form = forms.get(server)
    if form is None or not form.fullmatch(path):
        raise UsageError(f"got `--oidc {text}`", help=f"expected {_HELP}")
    values: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in _OF[server] or not _VALUES[name].fullmatch(value):
            raise UsageError(f"got `{pair}` in `--oidc {text}`", help=f"expected {_HELP}")
        values[name] = value
    job = Job(values.pop("job", Job.APPLY))
    return Pipeline(server=server, path=path, job=job, **values)


def pipeline_trust(
    pipeline: Pipeline, environment: str, place: Place, *, later: Sequence[str] = ()
) -> Policy:
    """Who may assume the role for a job in an environment.

    `later` are the environments that come after this one: a job that applies there reads here
    what was tried, with the role that plans.
    """
    if pipeline.server == CODEBUILD:
        return _codebuild(pipeline, environment, place, later)
    if pipeline.server == GITHUB:
        return _of_provider(place, _GITHUB_HOST, _github(pipeline, environment, later))
    claims = {"aud": f"https://{pipeline.host}"}
    subject = f"project_path:{pipeline.path}:ref_type:branch:ref:"
    if pipeline.job is Job.PLAN:
        # A merge request runs on its own branch, whose name nobody knows before.
        return _of_provider(place, pipeline.host, claims, like={"sub": f"{subject}*"})
    return _of_provider(place, pipeline.host, {**claims, "sub": subject + pipeline.branch})


def _github(
    pipeline: Pipeline, environment: str, later: Sequence[str]
) -> dict[str, str | list[str]]:
    """Claims of a job; its subject holds only names, or names and numbers since July 2026."""
    workflow = f"{pipeline.path}/.github/workflows/{pipeline.workflow}"
    on_branch = {"job_workflow_ref": f"{workflow}@refs/heads/{pipeline.branch}"}
    branch = f"ref:refs/heads/{pipeline.branch}"
    claims: dict[str, str | list[str]] = {
        "aud": "sts.amazonaws.com",
        "repository_id": pipeline.id,
    }
    match pipeline.job:
        case Job.APPLY:
            own = {"environment": environment, **on_branch}
            return {**claims, **own, "sub": _subjects(pipeline, f"environment:{environment}")}
        case Job.WATCH:
            return {**claims, **on_branch, "sub": _subjects(pipeline, branch)}
        case Job.PLAN:
            before = [f"environment:{name}" for name in later]
            return {**claims, "sub": _subjects(pipeline, "pull_request", branch, *before)}
        case never:
            assert_never(never)


def _subjects(pipeline: Pipeline, *ends: str) -> list[str]:
    """The subjects of one repository that end so, with names, and with names and numbers."""
    owner, _, repository = pipeline.path.partition("/")
    numbered = f"{owner}@{pipeline.owner}/{repository}@{pipeline.id}"
    return [f"repo:{path}:{end}" for end in ends for path in (pipeline.path, numbered)]


def pipeline_role(prefix: str, job: Job) -> str:
    """The name of the role for a job; `prefix` is how the environment's stacks are called."""
    room = _ROLE_NAME - len(Job.APPLY) - 1
    if len(prefix) > room:
        mark = sha256(prefix.encode()).hexdigest()[:8]
        prefix = f"{prefix[: room - len(mark) - 1]}-{mark}"
    return f"{prefix}-{job}"


def codebuild_role(pipeline: str, job: Job, environment: str) -> str:
    """The name of the role that a pipeline's CodeBuild projects have for a job."""
    return f"{pipeline}-{job}-{environment}" if job is Job.APPLY else f"{pipeline}-{job}"


def _codebuild(pipeline: Pipeline, environment: str, place: Place, later: Iterable[str]) -> Policy:
    """Roles of the pipeline's own account, by their names: such a role need not exist yet."""
    account, _, name = pipeline.path.partition("/")
    roles = [codebuild_role(name, pipeline.job, environment)]
    if pipeline.job is Job.PLAN:
        roles += [codebuild_role(name, Job.APPLY, each) for each in later]
    there = f"arn:{place.partition}:iam::{account}"
    found = [f"{there}:role/{role}" for role in roles]
    return policy(
        [
            {
                "Sid": "Pipeline",
                "Effect": "Allow",
                "Principal": {"AWS": f"{there}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:PrincipalArn": found}},
            }
        ]
    )


def _of_provider(
    place: Place,
    host: str,
    claims: Mapping[str, str | list[str]],
    like: Mapping[str, str] | None = None,
) -> Policy:
    provider = f"arn:{place.partition}:iam::{place.account}:oidc-provider/{host}"
    condition: dict[str, dict[str, str | list[str]]] = {
        "StringEquals": {f"{host}:{claim}": value for claim, value in claims.items()}
    }
    if like:
        condition["StringLike"] = {f"{host}:{claim}": value for claim, value in like.items()}
    return policy(
        [
            {
                "Sid": "Pipeline",
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }
        ]
    )


def service_trust(place: Place) -> Policy:
    """Who may assume the roles of rules: Mail Manager, for rule sets of this account."""
    return policy(
        [
            {
                "Sid": "MailManager",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": place.account},
                    "ArnLike": {"aws:SourceArn": place.arn("ses", "mailmanager-rule-set/*")},
                },
            }
        ]
    )
