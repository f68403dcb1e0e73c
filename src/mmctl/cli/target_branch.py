"""The branch that a change goes to, as CI servers name it. Imported early: nothing slow here."""

from __future__ import annotations

from typing import Final

from mmctl.cli import world

TARGET_BRANCHES: Final = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CODEBUILD_WEBHOOK_BASE_REF",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",
)
"""For GitHub, GitLab, AWS CodeBuild, Bitbucket, Azure Pipelines, Buildkite, Jenkins."""
DEFAULT_BRANCH: Final = ("CI_DEFAULT_BRANCH", "CI_COMMIT_BRANCH")
"""For GitLab: the branch that others are merged into, and the branch of this job."""


def target_branch() -> str | None:
    """The branch that a CI server merges into; None: this is no change on a CI server."""
    for variable in TARGET_BRANCHES:
        named = world.variable(variable)
        if named:
            return named.removeprefix("refs/heads/")
    default, current = map(world.variable, DEFAULT_BRANCH)
    return default if default and default != current else None
