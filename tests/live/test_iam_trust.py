"""Who may take a role on: one repository, one environment, one workflow of one branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mmctl.errors import UsageError
from mmctl.live.iam.scope import Place
from mmctl.live.iam.trusting import Job, pipeline_of, pipeline_role, pipeline_trust

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = Place(account="111122223333", region="us-east-1", project="acme")
GITHUB = "token.actions.githubusercontent.com"


def trust(text: str, place: Place = PLACE, later: Sequence[str] = ()) -> dict[str, Any]:
    document = pipeline_trust(pipeline_of(text), "prod", place, later=later)
    (statement,) = document["Statement"]
    found: dict[str, Any] = statement
    return found


def test_a_job_of_github_is_known_by_five_claims_and_by_numbers() -> None:
    found = trust("github:acme/gateway,id=456,owner=123,workflow=deploy.yml,branch=release")
    assert found["Principal"] == {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}
    assert found["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert found["Condition"] == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": [
                "repo:acme/gateway:environment:prod",
                "repo:acme@123/gateway@456:environment:prod",
            ],
            f"{GITHUB}:repository_id": "456",
            f"{GITHUB}:environment": "prod",
            f"{GITHUB}:job_workflow_ref": (
                "acme/gateway/.github/workflows/deploy.yml@refs/heads/release"
            ),
        }
    }


def test_each_job_of_a_pipeline_is_let_in_where_it_runs_and_nowhere_else() -> None:
    numbers = "github:acme/gateway,id=456,owner=123,job"
    plan = trust(f"{numbers}=plan", later=["prod"])["Condition"]["StringEquals"]
    assert plan[f"{GITHUB}:sub"] == [
        "repo:acme/gateway:pull_request",
        "repo:acme@123/gateway@456:pull_request",
        "repo:acme/gateway:ref:refs/heads/main",
        "repo:acme@123/gateway@456:ref:refs/heads/main",
        "repo:acme/gateway:environment:prod",
        "repo:acme@123/gateway@456:environment:prod",
    ]
    assert f"{GITHUB}:job_workflow_ref" not in plan, "a pull request runs its own workflow"
    watch = trust(f"{numbers}=watch")["Condition"]["StringEquals"]
    assert watch[f"{GITHUB}:sub"][0] == "repo:acme/gateway:ref:refs/heads/main"
    assert watch[f"{GITHUB}:job_workflow_ref"].endswith("mail-rules.yaml@refs/heads/main")
    assert f"{GITHUB}:environment" not in watch
    merge = trust("gitlab:acme/gateway,job=plan")["Condition"]
    any_branch = "project_path:acme/gateway:ref_type:branch:ref:*"
    assert merge["StringLike"] == {"gitlab.com:sub": any_branch}
    assert merge["StringEquals"] == {"gitlab.com:aud": "https://gitlab.com"}
    assert "StringLike" not in trust("gitlab:acme/gateway,job=watch")["Condition"]


def test_a_pipeline_of_aws_is_known_by_the_roles_of_its_own_account() -> None:
    found = trust("codebuild:999988887777/rules,job=plan", later=["prod"])
    assert found["Action"] == "sts:AssumeRole"
    assert found["Principal"] == {"AWS": "arn:aws:iam::999988887777:root"}
    roles = found["Condition"]["StringEquals"]["aws:PrincipalArn"]
    there = "arn:aws:iam::999988887777:role"
    assert roles == [f"{there}/rules-plan", f"{there}/rules-apply-prod"]
    apply = trust("codebuild:999988887777/rules")["Condition"]["StringEquals"]
    assert apply == {"aws:PrincipalArn": [f"{there}/rules-apply-prod"]}


def test_a_role_of_a_pipeline_has_a_name_that_iam_takes_and_no_other_has() -> None:
    assert pipeline_role("mmctl-acme-prod", Job.PLAN) == "mmctl-acme-prod-plan"
    long = [pipeline_role(f"mmctl-{'a' * 80}-{name}", job) for name in ("a", "b") for job in Job]
    assert len(set(long)) == len(long)
    assert all(len(name) <= 64 for name in long)


def test_a_number_that_is_not_given_lets_nobody_in() -> None:
    assert not pipeline_of("github:acme/gateway").complete
    claims = trust("github:acme/gateway")["Condition"]["StringEquals"]
    assert claims[f"{GITHUB}:repository_id"] == "REPOSITORY_ID"


def test_a_job_of_gitlab_is_known_by_its_audience_and_the_protected_branch() -> None:
    found = trust("gitlab:acme/mail/gateway,branch=production")
    assert found["Principal"] == {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}
    assert found["Condition"] == {
        "StringEquals": {
            "gitlab.com:aud": "https://gitlab.com",
            "gitlab.com:sub": ("project_path:acme/mail/gateway:ref_type:branch:ref:production"),
        }
    }
    own = trust("gitlab:acme/gateway,host=gitlab.example.com")["Condition"]["StringEquals"]
    assert own["gitlab.example.com:aud"] == "https://gitlab.example.com"
    assert own["gitlab.example.com:sub"].endswith(":ref_type:branch:ref:main")


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")],
)
def test_a_provider_is_in_the_partition_of_the_region(region: str, partition: str) -> None:
    place = Place(account="111122223333", region=region, project="acme")
    provider = trust("gitlab:acme/gateway", place)["Principal"]["Federated"]
    assert provider.startswith(f"arn:{partition}:iam::")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "github",
        "github:",
        "github:acme",
        "github:acme/*",
        "github:*/gateway",
        "github:acme/gateway:environment:prod",
        "github:acme/gateway/more",
        "github:acme/gateway,id=*",
        "github:acme/gateway,id=",
        "github:acme/gateway,host=example.com",
        "github:acme/gateway,workflow=*",
        "github:acme/gateway,workflow=../x.yaml",
        "github:acme/gateway,branch=*",
        "gitlab:acme",
        "gitlab:acme/*",
        "gitlab:acme/gateway,branch=*",
        "gitlab:acme/gateway,host=*",
        "gitlab:acme/gateway,id=1",
        "bitbucket:acme/gateway",
        "github:acme/gateway,job=all",
        "codebuild:acme/gateway",
        "codebuild:111122223333/*",
        "github:acme/gateway\n",
    ],
)
def test_what_names_no_one_repository_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="got `"):
        pipeline_of(text)
