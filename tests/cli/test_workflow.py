"""The workflow that `mmctl init` writes is run, step by step, as a runner runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mmctl.cli.main import exit_code
from mmctl.live.iam.trusting import WORKFLOW

pytestmark = pytest.mark.slow

_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")


def git(root: Path, *words: str) -> None:
    subprocess.run([*_GIT, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A clone of depth 1, as of a pull request that keeps mail for longer."""
    origin = tmp_path / "origin"
    assert exit_code(["init", str(origin)]) == 0
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "first")
    git(origin, "checkout", "-qb", "longer")
    rules = origin / "rules" / "gateway.yaml"
    rules.write_text(rules.read_text().replace("ONE_YEAR", "TWO_YEARS"))
    git(origin, "commit", "-qam", "longer")
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "longer", origin.as_uri(), "runner")
    return tmp_path / "runner"


def steps(root: Path) -> list[str]:
    text = (root / ".github" / "workflows" / WORKFLOW).read_text()
    document: Any = YAML(typ="safe", pure=True).load(text)
    found = [step["run"] for step in document["jobs"]["check"]["steps"] if "run" in step]
    return [step for step in found if "pip install" not in step]


def run(root: Path, step: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_BASE_REF": "main",
        "GITHUB_STEP_SUMMARY": str(root.parent / "summary.md"),
    }
    return subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", step],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pull_request_is_green_and_shows_what_it_changes_alone(runner: Path) -> None:
    for step in steps(runner):
        done = run(runner, step)
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    summary = (runner.parent / "summary.md").read_text()
    assert "retention: ONE_YEAR → TWO_YEARS" in summary
    assert "block-lookalikes" not in summary


def test_a_failed_case_is_an_annotation_and_red(runner: Path) -> None:
    cases = runner / "cases" / "gateway.yaml"
    cases.write_text(cases.read_text().replace("b@example.net: refused", "b@example.net: dropped"))
    failed = [done for done in (run(runner, step) for step in steps(runner)) if done.returncode]
    assert [done.returncode for done in failed] == [1]
    assert failed[0].stdout.startswith("::error file=cases/gateway.yaml,line=")


def test_a_base_that_cannot_be_compared_is_red(runner: Path) -> None:
    (runner / "mmctl.yaml").write_text("environments: [\n")
    assert run(runner, steps(runner)[-1]).returncode == 1
