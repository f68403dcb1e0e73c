"""Where CI installs mmctl from: from where this one came, pinned, or from what a person states."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from mmctl import __version__
from mmctl.cli import origin
from mmctl.cli.main import exit_code
from mmctl.cli.origin import requirement_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = "https://git.example.com/mail/mmctl"


@pytest.mark.parametrize(
    ("noted", "requirement"),
    [
        (
            {
                "url": GIT,
                "vcs_info": {"vcs": "git", "commit_id": COMMIT, "requested_revision": "x"},
            },
            f"mmctl @ git+{GIT}@{COMMIT}",
        ),
        (
            {"url": "ssh://git@git.example.com/m", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"mmctl @ git+ssh://git@git.example.com/m@{COMMIT}",
        ),
        (
            {"url": GIT, "vcs_info": {"vcs": "git", "commit_id": COMMIT}, "subdirectory": "tool"},
            f"mmctl @ git+{GIT}@{COMMIT}#subdirectory=tool",
        ),
        (
            {"url": f"{GIT}.whl", "archive_info": {"hashes": {"sha256": "ab"}}},
            f"mmctl @ {GIT}.whl#sha256=ab",
        ),
        ({"url": "file:///home/alex/mmctl", "dir_info": {"editable": True}}, None),
        ({"url": "http://git.example.com/m.whl", "archive_info": {}}, None),
        ({"url": 'https://x.example/"; id; ".whl', "archive_info": {}}, None),
        ({"url": "https://x.example/$(id).whl", "archive_info": {}}, None),
        ({"url": GIT, "vcs_info": {"vcs": "git"}}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_an_installer_noted_becomes_a_pinned_requirement_or_nothing(
    noted: Any, requirement: str | None
) -> None:
    assert requirement_of(noted) == requirement


def steps(folder: Path) -> list[dict[str, Any]]:
    text = (folder / ".github/workflows/mail-rules.yaml").read_text(encoding="utf-8")
    job = YAML(typ="safe").load(text)["jobs"]["check"]
    return list(job["steps"])


def test_the_workflow_installs_what_this_mmctl_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps({"url": GIT, "vcs_info": {"vcs": "git", "commit_id": COMMIT}})

    monkeypatch.setattr(origin, "distribution", lambda _: Installed())
    assert exit_code(["init", str(tmp_path / "new")]) == 0
    assert {"run": f'pip install "mmctl @ git+{GIT}@{COMMIT}"'} in steps(tmp_path / "new")


def test_a_person_may_state_it(tmp_path: Path) -> None:
    stated = "mmctl @ https://files.example.com/mmctl-0.1.0-py3-none-any.whl"
    assert exit_code(["init", str(tmp_path / "new"), "--install-from", stated]) == 0
    assert {"run": f'pip install "{stated}"'} in steps(tmp_path / "new")


@pytest.mark.parametrize("stated", ["mmctl; id", 'x" && id', "$(id)", "a\nb", "`id`", ""])
def test_what_is_no_requirement_is_refused(
    tmp_path: Path, stated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["init", str(tmp_path / "new"), "--install-from", stated]) == 64
    assert "expected one requirement of pip" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_where_it_is_not_known_the_workflow_asks_for_it_and_guesses_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(origin, "requirement_of", lambda _: None)
    assert exit_code(["init", str(tmp_path / "new")]) == 0
    assert "the source of mmctl for CI is unknown" in capsys.readouterr().err
    (install,) = (step for step in steps(tmp_path / "new") if "pip install" in step.get("run", ""))
    unset = subprocess.run(
        ["/bin/sh", "-c", install["run"]], capture_output=True, text=True, check=False, env={}
    )
    assert unset.returncode != 0
    assert "where does mmctl come from" in unset.stderr


def tracked() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and name != "tests/cli/test_origin.py":
            yield name, (ROOT / name).read_bytes().decode("utf-8", "replace")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git repository")
def test_no_name_is_used_that_is_not_ours() -> None:
    strange = ("github.com/mmctl", "pip install mmctl", "uvx mmctl", "pipx install mmctl")
    found = [(name, each) for name, text in tracked() for each in strange if each in text]
    assert found == []


def test_both_scripts_start_mmctl_and_the_version_says_what_it_is_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == dict.fromkeys(("mmctl", "mailmanagerctl"), "mmctl.cli.start:main")
    assert exit_code(["--version"]) == 0
    assert capsys.readouterr().out == (
        f"mmctl {__version__}: rules as code for Amazon SES Mail Manager\n"
    )
