"""Who may assume a role: Mail Manager the roles of rules, a pipeline those for plan and apply.

Sources: "Creating trust policies", Amazon SES Developer Guide; "Available keys for AWS OIDC
federation" and "Create a role for OpenID Connect federation", IAM User Guide; "OpenID Connect
reference" of GitHub, with subjects that hold ids since July 2026; "ID token authentication" of
GitLab. Looked up on 2026-11-28.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.live.iam.scope import policy
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.live.iam.scope import Place, Policy

GITHUB, GITLAB = "github", "gitlab"
_GITHUB_HOST: Final = "token.actions.githubusercontent.com"
_GITHUB_PATH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_GITLAB_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_VALUES: Final = {
    "id": re.compile(r"[0-9]+"),
    "owner": re.compile(r"[0-9]+"),
    "workflow": re.compile(r"[A-Za-z0-9._-]+\.ya?ml"),
    "branch": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*"),
    "host": re.compile(r"[a-z0-9][a-z0-9.-]*"),
}
WORKFLOW: Final = "mail-rules.yaml"
"""The workflow file that `mmctl init` writes."""
_OF: Final = {GITHUB: ("id", "owner", "workflow", "branch"), GITLAB: ("host", "branch")}
REPOSITORY_ID: Final = "REPOSITORY_ID"
OWNER_ID: Final = "OWNER_ID"
"""The placeholder for GitHub's numbers if they are not given."""
_HELP: Final = (
    "github:OWNER/REPO[,id=N,owner=N,workflow=FILE,branch=NAME] or "
    "gitlab:GROUP/PROJECT[,host=NAME,branch=NAME]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The repository whose jobs may assume a role."""

    server: str
    path: str
    """`OWNER/REPO` or `GROUP/PROJECT`."""
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
    form = {GITHUB: _GITHUB_PATH, GITLAB: _GITLAB_PATH}.get(server)
    if form is None or not form.fullmatch(path):
        raise UsageError(f"got `--oidc {text}`", help=f"expected {_HELP}")
    values: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in _OF[server] or not _VALUES[name].fullmatch(value):
            raise UsageError(f"got `{pair}` in `--oidc {text}`", help=f"expected {_HELP}")
        values[name] = value
    return Pipeline(server=server, path=path, **values)


def pipeline_trust(pipeline: Pipeline, environment: str, place: Place) -> Policy:
    """Who may assume the role for plan or apply of an environment."""
    if pipeline.server == GITHUB:
        return _of_provider(place, _GITHUB_HOST, _github(pipeline, environment))
    subject = f"project_path:{pipeline.path}:ref_type:branch:ref:{pipeline.branch}"
    return _of_provider(place, pipeline.host, {"aud": f"https://{pipeline.host}", "sub": subject})


def _github(pipeline: Pipeline, environment: str) -> dict[str, str | list[str]]:
    """Claims of a job; its subject holds only names, or names and numbers since July 2026."""
    owner, _, repository = pipeline.path.partition("/")
    numbered = f"{owner}@{pipeline.owner}/{repository}@{pipeline.id}"
    workflow = f"{pipeline.path}/.github/workflows/{pipeline.workflow}"
    return {
        "aud": "sts.amazonaws.com",
        "sub": [f"repo:{path}:environment:{environment}" for path in (pipeline.path, numbered)],
        "repository_id": pipeline.id,
        "environment": environment,
        "job_workflow_ref": f"{workflow}@refs/heads/{pipeline.branch}",
    }


def _of_provider(place: Place, host: str, claims: dict[str, str | list[str]]) -> Policy:
    provider = f"arn:{place.partition}:iam::{place.account}:oidc-provider/{host}"
    return policy(
        [
            {
                "Sid": "Pipeline",
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{host}:{claim}": value for claim, value in claims.items()}
                },
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
