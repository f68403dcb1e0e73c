"""The pipelines for GitLab and for AWS are run, step by step, against three embedded accounts."""

from __future__ import annotations

import configparser
import re
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest
from pipeline_world import ACCOUNTS, PipelineWorld, bash, sign_in
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
RETENTION: Final = ("rules/gateway.yaml", "ONE_YEAR", "TWO_YEARS")


@pytest.fixture
def gitlab(tmp_path: Path) -> Iterator[PipelineWorld]:
    with PipelineWorld(tmp_path, "gitlab") as found:
        yield found


@pytest.fixture
def codebuild(tmp_path: Path) -> Iterator[PipelineWorld]:
    with PipelineWorld(tmp_path, "codebuild") as found:
        yield found


class Steps:
    """The commands of one job in a folder of its own, until one fails."""

    def __init__(self, world: PipelineWorld, branch: str, **variables: str) -> None:
        self.world = world
        self.folder = world.clone(branch, 1)
        self.home = self.folder / ".home"
        self.home.mkdir()
        self.variables = variables
        self.printed = ""
        self.profiles: dict[str, str] = {}

    def run(self, commands: list[str]) -> int:
        """Run commands in one shell after the other, as the runner does: the first failure ends."""
        for command in commands:
            if "pip install" in command:
                continue
            done = bash(command, self.folder, self.world.environment(self.home, **self.variables))
            self.printed += done.stdout + done.stderr
            if done.returncode:
                return done.returncode
            if ".aws/config" in command:
                self._signed_in()
        return 0

    def _signed_in(self) -> None:
        """Note which roles the job would assume, and give their profiles credentials here."""
        written = configparser.ConfigParser()
        written.read(self.home / ".aws/config")
        (self.home / ".aws/config").unlink()
        for section in written.sections():
            name = section.removeprefix("profile ")
            assert written[section]["region"] == "us-east-1"
            assert ACCOUNTS[name] in written[section]["role_arn"]
            self.profiles[name] = written[section]["role_arn"].rpartition("-")[2]
            token = written[section].get("web_identity_token_file")
            source = written[section].get("credential_source")
            assert (token is None) == (source == "EcsContainer")
            assert token is None or (self.home / ".aws/token").read_text() == "a-token"
            sign_in(self.home, name)


def gitlab_job(world: PipelineWorld, name: str, branch: str = "main", **variables: str) -> Steps:
    """A job of GitLab that has begun; what earlier jobs kept is in its folder."""
    file = world.origin / ".gitlab-ci.yml"
    job: Any = YAML(typ="safe", pure=True).load(file.read_text())[name]
    usual = {
        "CI_PIPELINE_ID": "7",
        "AWS_TOKEN": "a-token",
        "CI_PROJECT_ID": "1",
        **job.get("variables", {}),
        **variables,
    }
    return Steps(world, branch, **{key: str(value) for key, value in usual.items()})


def gitlab_script(world: PipelineWorld, name: str) -> list[str]:
    file = world.origin / ".gitlab-ci.yml"
    found: list[str] = YAML(typ="safe", pure=True).load(file.read_text())[name]["script"]
    return found


def test_gitlab_takes_a_change_from_merge_request_to_prod(gitlab: PipelineWorld) -> None:
    world = gitlab
    for name in ("check", "test", "staging"):
        job = gitlab_job(world, name)
        assert job.run(gitlab_script(world, name)) == 0, job.printed
    assert job.profiles == {"test": "plan", "staging": "apply"}
    assert "evidence kept as" in job.printed
    # The plan of prod, its digest, and the first apply there.
    planned = gitlab_job(world, "plan-prod")
    assert planned.run(gitlab_script(world, "plan-prod")) == 0, planned.printed
    assert planned.profiles == {"staging": "plan", "prod": "plan"}
    passed = (planned.folder / "plan.env").read_text().strip().partition("=")
    assert passed[0] == "PLAN_SHA256"
    assert f"plan for prod: sha256 {passed[2]}" in planned.printed

    def approved(change: bytes = b"", **variables: str) -> Steps:
        job = gitlab_job(world, "prod", PLAN_SHA256=passed[2], **variables)
        plan = (planned.folder / "prod.plan").read_bytes()
        (job.folder / "prod.plan").write_bytes(plan + change)
        return job

    script = gitlab_script(world, "prod")
    changed = approved(b" ")
    assert changed.run(script) == 1
    assert "prod.plan: FAILED" in changed.printed
    refused = approved()
    assert refused.run(script) == 3
    assert "to go on: --force trust" in refused.printed
    first = approved(FORCE="trust", REASON="the first apply")
    assert first.run(script) == 0, first.printed
    assert first.profiles == {"staging": "plan", "prod": "apply"}

    # A merge request: what it changes, and its plans.
    merge = world.pull_request(*RETENTION)
    target = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    check = gitlab_job(world, "check", merge, **target)
    assert check.run(gitlab_script(world, "check")) == 0, check.printed
    plan = gitlab_job(world, "plan", merge, **target)
    shutil.copytree(check.folder / "report", plan.folder / "report")
    assert plan.run(gitlab_script(world, "plan")) == 0, plan.printed
    assert set(plan.profiles.values()) == {"plan"}
    report = "".join(path.read_text() for path in sorted(plan.folder.glob("report/*.md")))
    assert report.count("retention: ONE_YEAR → TWO_YEARS") == 4, "each plan, and the difference"

    # A failed case is the job's exit code; a change by hand makes the watch red.
    wrong = ("cases/gateway.yaml", "b@example.net: refused", "b@example.net: dropped")
    failed = gitlab_job(world, "check", world.pull_request(*wrong), **target)
    assert failed.run(gitlab_script(world, "check")) == 1
    by_hand = [each for each in gitlab_script(world, "watch") if "by_hand=" in each]
    quiet = [re.sub(r"(?m)^mmctl watchdog.*\n", "", each) for each in by_hand]
    signing = [each for each in gitlab_script(world, "watch") if ".aws" in each]
    assert gitlab_job(world, "watch").run(signing + quiet) == 0
    world.put_rules("prod", world.live_rules("prod")[1:])
    assert gitlab_job(world, "watch").run(signing + quiet) == 1


def test_a_fork_of_gitlab_has_neither_a_plan_nor_a_token(gitlab: PipelineWorld) -> None:
    text = (gitlab.origin / ".gitlab-ci.yml").read_text()
    jobs: Any = YAML(typ="safe", pure=True).load(text)
    for name in ("plan", "comment"):
        (rule,) = jobs[name]["rules"]
        assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule["if"], name
    assert "id_tokens" not in jobs["check"]
    on_main = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
    for name in ("test", "staging", "plan-prod", "prod"):
        assert on_main in jobs[name]["rules"][0]["if"], name


class Builds:
    """The builds of a CodePipeline, run from the buildspecs in its template."""

    def __init__(self, world: PipelineWorld) -> None:
        self.world = world
        template = (world.origin / "pipeline/codepipeline.yaml").read_text()
        loader = YAML(typ="rt", pure=True)
        self.resources: Any = loader.load(template)["Resources"]

    def run(self, build: str, **variables: str) -> tuple[int, Steps]:
        source = self.resources[build]["Properties"]["Source"]
        spec: Any = YAML(typ="safe", pure=True).load(str(source["BuildSpec"]))
        given = {**spec["env"].get("variables", {}), **variables}
        steps = Steps(self.world, "main", **given)
        # The commands of a phase share one shell, so what one exports the next has.
        blocks = [each for each in spec["phases"]["build"]["commands"] if ".aws/config" in each]
        rest = [each for each in spec["phases"]["build"]["commands"] if each not in blocks]
        return steps.run([*blocks, "\n".join(rest)]), steps


def test_a_codepipeline_applies_the_plan_that_was_approved(codebuild: PipelineWorld) -> None:
    builds = Builds(codebuild)
    given = {"ALLOW_DELETE": "false", "FORCE": "none", "REASON": "none"}
    for build in ("CheckBuild", "ApplyTestBuild", "ApplyStagingBuild"):
        code, done = builds.run(build, **given)
        assert code == 0, done.printed
    assert done.profiles == {"test": "plan", "staging": "apply"}
    assert "evidence kept as" in done.printed
    code, planned = builds.run("PlanProdBuild")
    assert code == 0, planned.printed
    found = re.search(r"plan for prod: sha256 ([0-9a-f]{64})", planned.printed)
    assert found
    artifact = {"SHA256": found[1], "CODEBUILD_SRC_DIR_PlanProd": str(planned.folder)}
    code, wrong = builds.run("ApplyProdBuild", **given, **{**artifact, "SHA256": "0" * 64})
    assert code == 1
    assert "FAILED" in wrong.printed
    assert builds.run("ApplyProdBuild", **given, **artifact)[0] == 3
    code, applied = builds.run("ApplyProdBuild", **{**given, "FORCE": "trust"}, **artifact)
    assert code == 0, applied.printed
    assert applied.profiles == {"staging": "plan", "prod": "apply"}
    again = {**given, "FORCE": "trust"}
    assert builds.run("ApplyProdBuild", **again, **artifact)[0] == 3, "a plan works once"

    # A pull request that breaks a case is red, and shows what it changes.
    codebuild.change("cases/gateway.yaml", "b@example.net: refused", "b@example.net: dropped")
    code, failed = builds.run("PullRequestBuild", CODEBUILD_WEBHOOK_BASE_REF="refs/heads/main")
    assert code == 1
    assert "5 passed" in failed.printed
