"""A runner of GitHub workflows, as far as the one that init writes goes."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pipeline_world import bash, sign_in
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline_world import PipelineWorld

_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_NAME: Final = re.compile(r"'[^']*'|[A-Za-z_][\w.-]*(?:\(\))?")


@dataclass
class JobRun:
    """One job that ran."""

    failed: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    summary: str = ""
    roles: list[str] = field(default_factory=list)
    """The roles that it assumed."""


class GithubRun:
    """One run of the workflow, for one event."""

    def __init__(self, world: PipelineWorld, event: str, branch: str, **contexts: Any) -> None:
        self.world = world
        path = world.origin / ".github/workflows/mail-rules.yaml"
        self.workflow: Any = YAML(typ="safe", pure=True).load(path.read_text())
        self.branch = branch
        self.github = {
            "event_name": event,
            "repository": "acme/gateway",
            "ref": "refs/heads/main" if event != "pull_request" else "refs/pull/1/merge",
            **contexts.get("github", {}),
        }
        self.inputs: dict[str, str] = contexts.get("inputs", {})
        self.jobs: dict[str, JobRun] = {}
        self.artifacts = world.folder / f"artifacts-{world.jobs}"

    def wanted(self, name: str) -> bool:
        """Whether a job runs: its condition holds, and what it needs was done."""
        job = self.workflow["jobs"][name]
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        condition = str(job.get("if", "true"))
        done = all(each in self.jobs and not self.jobs[each].failed for each in needs)
        return self.holds(condition) and (done or "cancelled()" in condition)

    def run_all(self) -> list[str]:
        """Run every job that is wanted, in the order of the file, but for those that wait."""
        ran = []
        for name in self.workflow["jobs"]:
            if self.wanted(name):
                self.run(name)
                ran.append(name)
        return ran

    def run(self, name: str) -> JobRun:
        """Run one job in a folder of its own."""
        job = self.workflow["jobs"][name]
        done = self.jobs[name] = JobRun()
        depth = next(
            (s["with"].get("fetch-depth", 1) for s in job["steps"] if _is(s, "checkout")), 0
        )
        folder = self.world.clone(self.branch, depth or 1)
        home = folder / ".home"
        home.mkdir()
        if not depth:
            for each in [*folder.iterdir()]:
                if each != home:
                    shutil.rmtree(each) if each.is_dir() else each.unlink()
        for file in ("output", "summary"):
            (home / file).write_text("")
        known: dict[str, dict[str, str]] = {}
        for step in job["steps"]:
            if done.failed and "!cancelled()" not in str(step.get("if", "")):
                continue
            if "if" in step and not self.holds(str(step["if"]), known):
                continue
            self._step(step, job, folder, home, done, known)
            if "id" in step:
                known[step["id"]] = _outputs(home / "output")
        for output, text in job.get("outputs", {}).items():
            done.outputs[output] = self.text(text, known)
        done.summary = (home / "summary").read_text()
        return done

    def _step(
        self,
        step: Any,
        job: Any,
        folder: Path,
        home: Path,
        done: JobRun,
        known: dict[str, dict[str, str]],
    ) -> None:
        given = step.get("with", {})
        if _is(step, "configure-aws-credentials"):
            sign_in(home, given["aws-profile"])
            done.roles.append(given["role-to-assume"])
        elif _is(step, "upload-artifact"):
            there = self.artifacts / given["name"]
            there.mkdir(parents=True, exist_ok=True)
            source = folder / given["path"]
            for file in source.iterdir() if source.is_dir() else [source]:
                shutil.copy(file, there)
        elif _is(step, "download-artifact"):
            for source in self.artifacts.glob(given.get("name") or given["pattern"]):
                shutil.copytree(source, folder / given.get("path", "."), dirs_exist_ok=True)
        elif "run" in step and "pip install" not in step["run"]:
            written = {**job.get("env", {}), **step.get("env", {})}
            variables = {name: self.text(str(text), known) for name, text in written.items()}
            ran = bash(
                step["run"], folder, self.world.environment(home, **self._runner(home), **variables)
            )
            done.printed += f"# {step['name']}\n{ran.stdout}{ran.stderr}"
            if ran.returncode:
                done.failed.append(f"{step['name']}: {ran.returncode}")

    def _runner(self, home: Path) -> dict[str, str]:
        of_pull_request = self.github["event_name"] == "pull_request"
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": self.github["repository"],
            "GITHUB_OUTPUT": str(home / "output"),
            "GITHUB_STEP_SUMMARY": str(home / "summary"),
            **({"GITHUB_BASE_REF": "main"} if of_pull_request else {}),
        }

    def holds(self, condition: str, known: dict[str, dict[str, str]] | None = None) -> bool:
        """Whether an expression is true: names are looked up, operators are those of Python."""
        bare = _EXPRESSION.sub(r"\1", condition)
        looked = _NAME.sub(lambda found: repr(self._value(found[0], known or {})), bare)
        python = looked.replace("&&", " and ").replace("||", " or ").replace("!True", "False")
        return bool(eval(python.replace("!False", "True").replace("\n", " ")))  # noqa: S307 - of the workflow alone

    def text(self, template: str, known: dict[str, dict[str, str]]) -> str:
        """A text with its expressions."""
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], known)), template)

    def _value(self, name: str, known: dict[str, dict[str, str]]) -> Any:
        if name.startswith("'"):
            return name[1:-1]
        if name in {"cancelled()", "true"}:
            return name == "true"
        scope: Any = {
            "github": self.github,
            "inputs": self.inputs,
            "steps": {id_: {"outputs": outputs} for id_, outputs in known.items()},
            "needs": {job: {"outputs": run.outputs} for job, run in self.jobs.items()},
        }
        for part in name.split("."):
            scope = scope.get(part, "") if isinstance(scope, dict) else ""
        return scope


def _is(step: Any, action: str) -> bool:
    return f"/{action}@" in step.get("uses", "")


def _outputs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())
