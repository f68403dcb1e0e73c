"""The hooks of pre-commit and the GitHub Action do what they say: their commands are run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from mmctl import __version__

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


def test_the_action_writes_sarif_for_code_scanning_where_it_is_asked_to(
    gateway: Path, tmp_path: Path
) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: exchange", "relay: {to: exchang")
    asked = {"directory": "gateway", "sarif": "a report.sarif"}
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", **asked)
    assert code == 1
    assert out.count("::error ") == 1
    (result,) = json.loads((tmp_path / "a report.sarif").read_text())["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (result["ruleId"], at) == ("unknown-name", "gateway/rules/gateway.yaml")


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1)])
def test_the_action_fails_at_the_severity_that_is_asked_for(
    gateway: Path, tmp_path: Path, fail_on: str, code: int
) -> None:
    (gateway / "rules" / "old.yaml").write_text(
        "version: 1\nrelays:\n  old: {server: old.example.com, port: 25, authentication: none}\n"
    )
    asked = {"fail-on": fail_on, "sarif": "report.sarif"}
    done = step("Lint", gateway, tmp_path / "summary.md", **asked)
    assert (done[0], done[1].count("::warning ")) == (code, 1)
    assert (gateway / "report.sarif").is_file()


def test_a_folder_that_is_not_there_fails_the_action_with_its_name(tmp_path: Path) -> None:
    asked = {"directory": "gatway", "sarif": "report.sarif"}
    code, out = step("Lint", tmp_path, tmp_path / "summary.md", **asked)
    assert code == 64
    assert "`gatway` does not exist" in out


def test_the_action_installs_the_command_of_this_repository(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    # What the package needs is found beside the tests; nothing is downloaded.
    variables = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "SOURCE": str(ROOT),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which means: none
    }
    subprocess.run(["bash", "-c", STEPS["Install mmctl"]["run"]], env=variables, check=True)
    done = subprocess.run(
        [python.parent / "mmctl", "--version"],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"mmctl {__version__}"


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_looks_at_a_project_in_a_folder(name: str, gateway: Path, tmp_path: Path) -> None:
    command = [*HOOKS[name]["entry"].split(), "-C", gateway.name]
    assert run(command, tmp_path).returncode == 0
