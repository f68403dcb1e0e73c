"""The workflow of `init --ci github` is run, step by step, against three embedded accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from github_runner import GithubRun
from pipeline_world import PipelineWorld, read_json, with_gh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
OWN: dict[str, Any] = {
    "github": {
        "event": {"pull_request": {"number": 1, "head": {"repo": {"full_name": "acme/gateway"}}}},
        "token": "t",
    }
}
FORK: dict[str, Any] = {
    "github": {
        "event": {"pull_request": {"number": 2, "head": {"repo": {"full_name": "x/gateway"}}}}
    }
}
RETENTION = ("rules/gateway.yaml", "ONE_YEAR", "TWO_YEARS")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PipelineWorld]:
    with PipelineWorld(tmp_path, "github") as found:
        yield found


def passed(run: GithubRun) -> set[str]:
    """The jobs of a run in which no step failed."""
    return {name for name, job in run.jobs.items() if not job.failed}


def test_a_change_goes_from_pull_request_to_prod(world: PipelineWorld) -> None:
    comments = with_gh(world)
    # Of the first apply to a protected environment nothing says yet that it leads there.
    first = GithubRun(world, "push", "main")
    assert first.run_all() == ["check", "test", "staging", "plan-prod", "prod"]
    assert first.jobs["prod"].failed == ["Apply the plan that was approved: 3"]
    assert "to go on: --force trust" in first.jobs["prod"].printed
    assert passed(first) == {"check", "test", "staging", "plan-prod"}
    assert "6 ended as expected" in first.jobs["staging"].printed
    assert "evidence kept as" in first.jobs["staging"].printed
    inputs = {"force": "trust", "reason": "the first apply"}
    again = GithubRun(world, "workflow_dispatch", "main", inputs=inputs)
    assert again.run_all() == ["check", "test", "staging", "plan-prod", "prod"]
    assert passed(again) == {*again.jobs}, again.jobs

    # A pull request: a plan for each environment, in one comment that later runs update.
    merge = world.pull_request(*RETENTION)
    for runs in (1, 2):
        pull = GithubRun(world, "pull_request", merge, **OWN)
        assert pull.run_all() == ["check", "plan", "comment"]
        assert passed(pull) == {"check", "plan", "comment"}, pull.jobs["plan"].printed
        (comment,) = read_json(comments)
        assert comment["edits"] == runs - 1
    for environment in ("test", "staging", "prod"):
        assert f"mmctl plan: {environment}" in comment["body"]
    assert comment["body"].count("retention: ONE_YEAR → TWO_YEARS") == 4, "each plan, and the diff"
    assert all(role.endswith("-plan") for role in pull.jobs["plan"].roles)

    # A fork's: neither credentials nor a plan.
    fork = GithubRun(world, "pull_request", merge, **FORK)
    assert fork.run_all() == ["check"]
    assert fork.jobs["check"].roles == []
    assert "retention: ONE_YEAR → TWO_YEARS" in fork.jobs["check"].summary

    # Merged: prod gets the plan that was approved, and no other.
    world.change(*RETENTION)
    merged = GithubRun(world, "push", "main")
    for name in ("check", "test", "staging", "plan-prod"):
        merged.run(name)
    sha256 = merged.jobs["plan-prod"].outputs["sha256"]
    assert sha256 in merged.jobs["plan-prod"].summary
    assert "retention: ONE_YEAR → TWO_YEARS" in merged.jobs["plan-prod"].summary
    plan = merged.artifacts / "plan-prod" / "prod.plan"
    whole = plan.read_bytes()
    plan.write_bytes(whole + b" ")
    other = merged.run("prod")
    assert other.failed == ["Apply the plan that was approved: 1"]
    assert "FAILED" in other.printed
    plan.write_bytes(whole)
    assert merged.run("prod").failed == []
    assert merged.run("prod").failed == ["Apply the plan that was approved: 3"], "it works once"

    # Nothing changes: nobody is asked.
    quiet = GithubRun(world, "push", "main")
    assert quiet.run_all() == ["check", "test", "staging", "plan-prod"]
    assert passed(quiet) == {*quiet.jobs}

    # Nobody changed anything by hand: the job that watches is green.
    watch = GithubRun(world, "schedule", "main")
    assert watch.run_all() == ["watch"]
    assert passed(watch) == {"watch"}, watch.jobs["watch"].printed
    assert watch.jobs["watch"].printed.count("nothing found") == 3
    assert {role.rpartition("-")[2] for role in watch.jobs["watch"].roles} == {"watch"}


def test_a_failed_case_stops_a_change_before_any_environment(world: PipelineWorld) -> None:
    with_gh(world)
    wrong = ("cases/gateway.yaml", "b@example.net: refused", "b@example.net: dropped")
    pull = GithubRun(world, "pull_request", world.pull_request(*wrong), **OWN)
    assert pull.run_all() == ["check", "comment"], "what is wrong is in the comment"
    assert pull.jobs["check"].failed == ["Cases: 1", "Coverage: 1"]
    world.change(*wrong)
    push = GithubRun(world, "push", "main")
    assert push.run_all() == ["check"]


def test_what_somebody_did_by_hand_in_staging_keeps_a_change_from_prod(
    world: PipelineWorld,
) -> None:
    run = GithubRun(world, "push", "main")
    for name in ("check", "test", "staging"):
        assert run.run(name).failed == [], run.jobs[name].printed
    rules = world.live_rules("staging")
    world.put_rules("staging", rules[:1] + rules[3:])
    again = GithubRun(world, "push", "main")
    assert again.run_all() == ["check", "test", "staging"]
    assert again.jobs["staging"].failed == ["Apply: 3"]
    assert "refused: drift" in again.jobs["staging"].printed
    # The job that watches tells it too, but not what only waits for its approval.
    watch = GithubRun(world, "schedule", "main")
    assert watch.run_all() == ["watch"]
    failed = watch.jobs["watch"].failed
    assert [each for each in failed if each.startswith("Drift")] == ["Drift of staging: 1"]
    assert "Watchdog of staging: 1" in failed, watch.jobs["watch"].printed
