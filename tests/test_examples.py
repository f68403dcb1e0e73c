"""The reference gateway and the examples: clean, tested by their own cases, and fit to go live."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mmctl.cases.parsing import cases_of
from mmctl.cli.exit_codes import REFUSED
from mmctl.cli.main import exit_code
from mmctl.compiler.compile import compile_project
from mmctl.language.parsing.load import read_project
from mmctl.model.rules import RuleSet

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/mmctl.yaml"))
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
    # Rules of the reference gateway expire from 2030 on, and lint says so a month before.
    assert document("lint", "--fail-on", "info", "--today", "2027-01-31")["problems"] == []
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
    plan = document("plan", "--env", environment)
    assert plan["summary"]["add"] > 0
    if "promotion" in plan:
        assert run(*saved)[0] == REFUSED, "nothing was tried in the environment before"
        saved += ["--force", "evidence", "--reason", "nothing else is live yet"]
    assert run(*saved)[0] == 0
    assert document("plan", "--env", environment)["edits"] == []


def test_the_reference_gateway_has_the_300_rules_of_a_large_company() -> None:
    project, problems = read_project(ROOT)
    assert problems == ()
    inbound = project.rule_sets["inbound"]
    assert Counter(rule.owner for rule in inbound.live_rules("local")) == {
        "security": 150,
        "operations": 80,
        "audit": 50,
        "compliance": 20,
    }
    cases, _ = cases_of(project)
    assert len(cases) >= 300
    assert len(project.address_lists) == 2
    assert project.traffic_policies
    assert project.add_ons
    told = {each.by for case in cases for each in case.expectations} | {
        name for case in cases for each in case.expectations for name in each.rules or ()
    }
    rules = {rule.name for each in project.rule_sets.values() for rule in each.rules}
    assert rules - told == set()


@pytest.mark.parametrize("environment", ["local", "staging", "prod"])
def test_the_300_rules_of_the_reference_gateway_fit_into_40_live_ones(environment: str) -> None:
    configuration, over = compile_project(read_project(ROOT, environment=environment)[0])
    assert over == ()
    sets = [each.shape.rules for each in configuration.objects if isinstance(each.shape, RuleSet)]
    sizes = [len(rules) for rules in sets]
    assert len(sizes) >= 3
    assert max(sizes) <= 40
    leaving = [
        [action.kind for rule in rules for action in rule.actions].count("Relay")
        + [action.kind for rule in rules for action in rule.actions].count("Send")
        for rules in sets
    ]
    assert max(leaving) <= 10
    assert min(leaving) >= 1


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
