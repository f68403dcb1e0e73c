"""The hooks as pre-commit runs them: installed from this repository into an environment of theirs.

No network: the package is built and installed with what is installed beside the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str]]

ROOT: Final = Path(__file__).parents[1]
PRE_COMMIT: Final = shutil.which("pre-commit", path=str(Path(sys.executable).parent))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PRE_COMMIT is None, reason="pre-commit is not installed"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(
        subprocess.run(
            ["git", "rev-parse"], cwd=ROOT, check=False, stderr=subprocess.DEVNULL
        ).returncode
        != 0,
        reason="this is no git repository, of which pre-commit could take a revision",
    ),
]
HOOKS: Final = ("mmctl-lint", "mmctl-fmt", "mmctl-cases")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is in the working tree, committed."""
    folder = tmp_path_factory.mktemp("hooks") / "mmctl"
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment of the hooks: made once."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def gateway(tmp_path: Path, repository: Path) -> Path:
    """A new project in git that uses the hooks."""
    folder = tmp_path / "gateway"
    assert exit_code(["init", str(folder), "--no-input", "-q"]) == 0
    hooks = "".join(f"      - id: {hook}\n" for hook in HOOKS)
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {repository}\n    rev: {git(repository, 'rev-parse', 'HEAD')}"
        f"    hooks:\n{hooks}"
    )
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "new")
    return folder


@pytest.fixture
def run(gateway: Path, store: Path) -> Run:
    def run(*arguments: str) -> tuple[int, str]:
        variables = {
            **os.environ,
            "PRE_COMMIT_HOME": str(store),
            "PRE_COMMIT_COLOR": "never",
            # Nothing is downloaded: the hooks find what is installed here.
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # which means: none
        }
        done = subprocess.run(
            [str(PRE_COMMIT), "run", *arguments],
            cwd=gateway,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def results(output: str) -> dict[str, str]:
    """How each hook ended, by its name."""
    return {
        name: line.rsplit(".", 1)[-1].removeprefix("(no files to check)")
        for line in output.splitlines()
        for name in ("mmctl lint", "mmctl fmt", "mmctl simulate")
        if line.startswith(f"{name}.")
    }


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_all_hooks_pass_in_a_new_project(run: Run) -> None:
    code, output = run("--all-files")
    assert results(output) == {
        "mmctl lint": "Passed",
        "mmctl fmt": "Passed",
        "mmctl simulate": "Passed",
    }, output
    assert code == 0


def test_a_mistake_stops_the_commit_with_its_place(run: Run, gateway: Path) -> None:
    edit(gateway / "rules" / "gateway.yaml", "relay: {to: mail-server", "relay: {to: mail-servr")
    git(gateway, "add", "--all")
    code, output = run()
    assert code == 1
    assert results(output)["mmctl lint"] == "Failed"
    assert "rules/gateway.yaml:" in output
    assert "did you mean `mail-server`?" in output


def test_a_file_in_another_layout_is_written_anew(run: Run, gateway: Path) -> None:
    rules = gateway / "rules" / "gateway.yaml"
    before = rules.read_text()
    edit(rules, "version: 1", "version:   1")
    git(gateway, "add", "--all")
    code, output = run()
    assert code == 1
    assert results(output)["mmctl fmt"] == "Failed"
    assert "files were modified by this hook" in output
    assert rules.read_text() == before


def test_a_failed_case_stops_the_commit(run: Run, gateway: Path) -> None:
    edit(gateway / "cases" / "gateway.yaml", "outcome: dropped", "outcome: bounced")
    git(gateway, "add", "--all")
    code, output = run()
    assert code == 1
    assert results(output)["mmctl simulate"] == "Failed"


def test_hooks_are_skipped_where_no_rule_changes(run: Run, gateway: Path) -> None:
    (gateway / "README.md").write_text("Our mail gateway.\n")
    git(gateway, "add", "--all")
    code, output = run()
    assert code == 0
    assert set(results(output).values()) == {"Skipped"}, output
