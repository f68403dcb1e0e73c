"""The reference gateway and the examples: clean, tested by their own cases, and fit to go live."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cli.main import exit_code
from mmctl.language.parsing.load import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
PROJECTS = [ROOT, *EXAMPLES]
HERE = [
    (project, environment)
    for project in PROJECTS
    for environment, its in read_project(project)[0].settings.environments.items()
    if its.endpoint == "embedded"
]


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A copy of a project, as the current folder."""
    project: Path = request.param
    for name in ("mmctl.yaml", "rules", "cases", "lists"):
        source = project / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        elif source.exists():
            shutil.copy(source, tmp_path)
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def run(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = exit_code(words)
    return code, out.getvalue()


def document(*words: str) -> dict[str, Any]:
    code, out = run(*words, "--format", "json")
    assert code == 0, out
    read: dict[str, Any] = json.loads(out)
    return read


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("copy", PROJECTS, ids=lambda path: path.name, indirect=True)
def test_lint_finds_nothing_in_any_environment() -> None:
    assert document("lint", "--fail-on", "info")["problems"] == []
    assert run("fmt", "--check")[0] == 0


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize(
    ("copy", "environment"),
    HERE,
    ids=[f"{project.name}-{name}" for project, name in HERE],
    indirect=["copy"],
)
def test_all_cases_pass_cover_every_rule_and_the_rules_go_live(environment: str) -> None:
    code, out = run("simulate", "--env", environment, "--coverage-min", "100", "--fail-on-empty")
    assert code == 0, out
    saved = ["apply", "--env", environment, "--yes", "-q"]
    assert document("plan", "--env", environment)["summary"]["add"] > 0
    assert run(*saved)[0] == 0
    assert document("plan", "--env", environment)["edits"] == []


def test_the_reference_gateway_is_a_gateway_of_some_size() -> None:
    project, problems = read_project(ROOT)
    assert problems == ()
    assert 30 <= len(project.rule_sets["inbound"].live_rules("local")) <= 40
    assert len(project.cases) >= 40
    assert len(project.archives) == len(project.address_lists) == 2
    assert project.traffic_policies
    assert project.add_ons
    told = str([case.data.get("expect") for case in project.cases])
    for rule in (
        "mark-spam",
        "hold-phishing",
        "hold-malware",
        "block-spoofed-domain",
        "route-large",
        "deliver",
    ):
        assert f"'{rule}'" in told, f"a case for {rule}"


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("copy", EXAMPLES, ids=lambda path: path.name, indirect=True)
def test_the_commands_in_an_example_s_readme_run(request: pytest.FixtureRequest) -> None:
    readme = (request.node.callspec.params["copy"] / "README.md").read_text(encoding="utf-8")
    text = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", readme, re.DOTALL))
    commands = [
        shlex.split(line.removeprefix("$ "), comments=True)
        for line in text.replace("\\\n", " ").splitlines()
        if line.removeprefix("$ ").startswith("mmctl ")
    ]
    assert commands
    for words in commands:
        if words[1] in {"apply", "rollback"} and "--yes" not in words:
            words.append("--yes")
        code, out = run(*words[1:])
        assert code == 0, (words, out)
