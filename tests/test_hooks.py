"""The hooks of pre-commit and the GitHub Action do what they say: their commands are run here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

ROOT: Final = Path(__file__).parents[1]
GATEWAY: Final = ROOT / "tests" / "cli" / "gateway"
BIN: Final = Path(sys.executable).parent


def read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8"))


HOOKS: Final = {hook["id"]: hook for hook in read(".pre-commit-hooks.yaml")}
ACTION: Final = read("action.yml")
STEPS: Final = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    folder = tmp_path / "gateway"
    shutil.copytree(GATEWAY, folder)
    run(["mmctl", "fmt"], folder)
    return folder


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def hook(name: str, folder: Path) -> tuple[int, bool]:
    """The exit code of a hook, and whether it changed files, which pre-commit takes for failed."""
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    code = run(HOOKS[name]["entry"].split(), folder).returncode
    return code, before != {path: path.read_bytes() for path in folder.rglob("*.yaml")}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_there_are_three_hooks_that_look_at_the_whole_project() -> None:
    assert set(HOOKS) == {"mmctl-lint", "mmctl-fmt", "mmctl-cases"}
    assert not any(each["pass_filenames"] for each in HOOKS.values())


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_passes_where_nothing_is_wrong(name: str, gateway: Path) -> None:
    assert hook(name, gateway) == (0, False)


def test_the_lint_hook_fails_at_a_problem(gateway: Path) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    assert hook("mmctl-lint", gateway) == (1, False)


def test_the_fmt_hook_changes_the_file(gateway: Path) -> None:
    edit(gateway / "rules" / "gateway.yaml", "version: 1", "version:    1")
    assert hook("mmctl-fmt", gateway) == (0, True)


def test_the_cases_hook_fails_at_a_failed_case(gateway: Path) -> None:
    edit(gateway / "cases" / "cases.yaml", "outcome: dropped", "outcome: bounced")
    assert hook("mmctl-cases", gateway) == (1, False)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_is_called_for_the_files_that_matter(name: str) -> None:
    pattern = re.compile(HOOKS[name]["files"])
    assert pattern.search("rules/gateway.yaml")
    assert not pattern.search("README.md")
    assert bool(pattern.search("cases/messages/a.eml")) == (name == "mmctl-cases")


def step(name: str, folder: Path, summary: Path, **inputs: str) -> tuple[int, str]:
    """The exit code and output of a step of the action, run as GitHub runs it."""
    given = {key: each["default"] for key, each in ACTION["inputs"].items()} | inputs

    def value(found: re.Match[str]) -> str:
        known = {f"inputs.{key}": text for key, text in given.items()}
        return str({**known, "github.action_path": ROOT}[found[1]])

    variables = {
        key: re.sub(r"\$\{\{ (\S+) \}\}", value, text) for key, text in STEPS[name]["env"].items()
    }
    assert "${{" not in STEPS[name]["run"], "inputs reach the shell as variables alone"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    done = run(command, folder, GITHUB_STEP_SUMMARY=str(summary), **variables)
    return done.returncode, done.stdout + done.stderr


def test_the_action_annotates_lines_of_the_repository_and_writes_a_summary(
    gateway: Path, tmp_path: Path
) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", directory="gateway")
    assert code == 1
    assert "::error file=gateway/rules/gateway.yaml,line=" in out
    assert "| unknown-name |" in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("environment", ["", "local"])
def test_the_action_passes_where_nothing_is_wrong(
    gateway: Path, tmp_path: Path, environment: str
) -> None:
    summary = tmp_path / "summary.md"
    for name in ("Lint", "Run the test cases"):
        assert step(name, gateway, summary, environment=environment)[0] == 0
    text = summary.read_text()
    assert "### mmctl lint\n\nno problems" in text
    assert "### mmctl simulate" in text


def test_the_action_fails_at_a_failed_case(gateway: Path, tmp_path: Path) -> None:
    edit(gateway / "cases" / "cases.yaml", "outcome: dropped", "outcome: bounced")
    code, out = step("Run the test cases", gateway, tmp_path / "summary.md")
    assert code == 1
    assert "bounced" in out
    assert "bounced" in (tmp_path / "summary.md").read_text()


def test_the_action_takes_odd_folder_names_as_they_are(gateway: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'a "b" $(touch c) d'
    gateway.rename(odd)
    summary = tmp_path / "summary.md"
    for name in ("Lint", "Run the test cases"):
        assert step(name, tmp_path, summary, directory=odd.name)[0] == 0
    assert not (tmp_path / "c").exists()


def test_the_action_installs_itself(tmp_path: Path) -> None:
    # Only what pip would be asked is looked at: the tests do not install anything.
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SOURCE": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", STEPS["Install mmctl"]["run"]],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[:3] == ["-m", "pip", "install"]
    assert done.stdout.split()[-1] == str(ROOT)
