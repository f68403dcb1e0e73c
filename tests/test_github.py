"""What GitHub reads of this repository is as GitHub takes it, and runs what the Makefile has."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from mmctl.cli.pipelines.pinned import ACTIONS

ROOT: Final = Path(__file__).parents[1]
GITHUB: Final = ROOT / ".github"
WORKFLOWS: Final = sorted(GITHUB.glob("workflows/*.yml"))
SCHEMAS: Final = {
    "github-workflows": (*WORKFLOWS, ROOT / "src/mmctl/cli/templates/workflow.yaml"),
    "github-actions": (ROOT / "action.yml",),
    "dependabot": (GITHUB / "dependabot.yml",),
    "github-issue-config": (GITHUB / "ISSUE_TEMPLATE/config.yml",),
    "github-issue-forms": tuple(
        path for path in GITHUB.glob("ISSUE_TEMPLATE/*.yml") if path.stem != "config"
    ),
}
"""The files of each schema that check-jsonschema brings along."""
PUBLISHING: Final = {
    "test": {"contents": "read"},
    "build": {"contents": "read"},
    "attest": {"id-token": "write", "attestations": "write"},
    "index": {"id-token": "write"},
    "release": {"contents": "write"},
    "image": {"contents": "read", "packages": "write"},
}
"""What each job of a release may do."""


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def steps() -> list[tuple[str, dict[str, Any]]]:
    """Every step of every workflow, with where it is."""
    return [
        (f"{path.name}: {name}", step)
        for path in WORKFLOWS
        for name, job in read(path)["jobs"].items()
        for step in job["steps"]
    ]


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))


def test_every_file_that_github_reads_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    module = pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    assert {path for paths in SCHEMAS.values() for path in paths} >= set(GITHUB.rglob("*.yml"))
    for schema, paths in SCHEMAS.items():
        words = ["--builtin-schema", f"vendor.{schema}", *map(str, paths)]
        assert module.main(words, standalone_mode=False) == 0, capsys.readouterr().out
    other = ["--builtin-schema", "vendor.github-workflows", str(ROOT / "action.yml")]
    assert module.main(other, standalone_mode=False) == 1, "it looks at what it is given"


def test_workflows_run_targets_and_files_that_exist() -> None:
    missing = []
    for where, step in steps():
        for command in str(step.get("run", "")).splitlines():
            words = command.split()
            if words[0] == "make":
                missing += [f"{where}: {word}" for word in words[1:] if word not in targets()]
            elif not (ROOT / words[0]).is_file():
                missing.append(f"{where}: {command}")
    assert missing == []


def test_documents_name_targets_that_exist() -> None:
    pages = [*ROOT.glob("*.md"), *GITHUB.rglob("*.md"), ROOT / ".ci/run"]
    named = {
        (page.name, target)
        for page in pages
        if page.name != "CHANGELOG.md"
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert named
    assert [(page, target) for page, target in sorted(named) if target not in targets()] == []


def test_ci_runs_every_python_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        found[1]
        for classifier in project["classifiers"]
        if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier))
    ]
    test = read(GITHUB / "workflows/ci.yml")["jobs"]["test"]
    assert test["strategy"]["matrix"]["python"] == named
    assert project["requires-python"] == f">={named[0]}"


def test_workflows_may_only_read_and_keep_no_credentials() -> None:
    for path in WORKFLOWS:
        workflow = read(path)
        may = PUBLISHING if path.name == "release.yml" else {}
        assert workflow["permissions"] == ({} if may else {"contents": "read"}), path.name
        for name, job in workflow["jobs"].items():
            assert job.get("permissions", {}) == may.get(name, {}), f"{path.name}: {name}"
            assert job["timeout-minutes"] <= 120, f"{path.name}: {name}"
    for where, step in steps():
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, where


def test_nothing_is_published_before_all_checks_passed() -> None:
    workflow = read(GITHUB / "workflows/release.yml")
    jobs = workflow["jobs"]
    assert workflow.get("on", workflow.get(True)) == {"push": {"tags": ["v*"]}}
    assert jobs["attest"]["needs"] == ["test", "build"]
    for name in ("index", "release", "image"):
        assert jobs[name]["needs"] == "attest"
        assert jobs[name]["environment"] == name, "people may have to agree"
    for name in ("index", "image"):
        assert jobs[name]["if"] == f"vars.PUBLISH_{name.upper()} == 'true'", "names to be owned"
    assert [name for name, job in jobs.items() if "contents" not in job["permissions"]] == [
        "attest",
        "index",
    ], "no source code is where a certificate is issued"
    text = (GITHUB / "workflows/release.yml").read_text(encoding="utf-8")
    assert "cache" not in text.replace("No cache: a cache", ""), "others fill caches"
    assert "secrets." not in text


def test_actions_are_pinned_to_a_commit_the_same_in_all_files() -> None:
    used: dict[str, set[tuple[str, str]]] = {}
    for path in (*WORKFLOWS, *SCHEMAS["github-actions"]):
        for name, pin in re.findall(r"uses: ([\w/-]+)@(.+)", path.read_text("utf-8")):
            pinned = re.fullmatch(r"([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", pin)
            assert pinned, f"{path.name}: {name}@{pin}"
            used.setdefault(name, set()).add((pinned[1], pinned[2]))
    assert {"actions/checkout", "pypa/gh-action-pypi-publish"} <= used.keys()
    assert {name: pins for name, pins in used.items() if len(pins) > 1} == {}
    ours = {name: {pin} for name, pin in ACTIONS.items() if name in used}
    assert {name: used[name] for name in ours} == ours, "as in the workflows that mmctl writes"


def test_our_own_hooks_run_the_commands_of_the_hooks_for_others() -> None:
    published = {hook["id"]: hook["entry"] for hook in read(ROOT / ".pre-commit-hooks.yaml")}
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    ours = {hook["id"]: hook for hook in repository["hooks"]}
    assert ours.keys() == {"ruff-format", "ruff-check", "mypy", "mmctl-fmt", "mmctl-lint"}
    for name, hook in ours.items():
        assert hook["language"] == "system", "nothing is downloaded"
        command = hook["entry"].removeprefix(".venv/bin/")
        assert command == published.get(name, command)
        assert (Path(sys.executable).parent / command.split()[0]).is_file(), name
