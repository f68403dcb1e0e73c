"""The pages that lead a new user: their files and commands are a story that runs."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from botocore.configloader import load_config
from page_runs import DOCS, PageRun

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ("start.md", "learn.md", "production.md", "access.md", "friday.md", "audit.md")
NOT_RUN = {"start.md": ["sh"]}
"""Blocks that nothing here runs: `tests/release/test_package.py` installs by pipx."""
_BLOCK = re.compile(r"(?:<!-- (.+?) -->\n)?```(\w*)\n", re.DOTALL)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PageRun:
    """A page that is run in an empty folder, on a terminal of 80 columns, without credentials."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("LOGNAME", "alex")
    return PageRun(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_what_is_printed(name: str, run: PageRun, update: bool) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    now = run.shown(page)
    if update:
        (DOCS / name).write_text(now, encoding="utf-8")
    assert now == (DOCS / name).read_text(encoding="utf-8")
    if name == "learn.md":
        _every_commit_is_a_gateway_that_passes(run)


def _every_commit_is_a_gateway_that_passes(run: PageRun) -> None:
    """Each step of the page stands by itself: no error, and no case that fails."""
    git = ["git", "-C", str(run.folder)]
    listed = subprocess.run(
        [*git, "rev-list", "--reverse", "main"], capture_output=True, text=True, check=True
    ).stdout.split()
    page = (DOCS / "learn.md").read_text(encoding="utf-8")
    assert len(listed) == page.count("$ git commit ") > 10
    place = run.top / "step"
    subprocess.run([*git, "worktree", "add", "-q", place, listed[0]], check=True)
    for commit in listed:
        subprocess.run(["git", "-C", place, "checkout", "-q", commit], check=True)
        for command in ("lint", "simulate"):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                code = exit_code(["-C", str(place), command])
            assert code == 0, f"{commit}: {out.getvalue()}"


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_shows_is_run_written_or_in_a_file(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    loose = [kind for said, kind in _BLOCK.findall(page) if kind and kind != "console" and not said]
    assert loose == NOT_RUN.get(name, [])


def test_start_counts_the_commands_to_a_first_judged_message() -> None:
    page = (DOCS / "start.md").read_text(encoding="utf-8")
    part = page.split("## A first judged message: four commands")[1].split("\n## ")[0]
    typed = re.findall(r"^(?:\$ (.+)|(pipx .+))$", part, re.MULTILINE)
    assert len(typed) == 4
    assert "simulate" in typed[-1][0]


def test_the_profiles_of_the_page_on_access_are_read_by_aws_tools(tmp_path: Path) -> None:
    page = (DOCS / "access.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"<!-- file: aws-config -->\n```ini\n(.*?)```", page, re.DOTALL)
    (tmp_path / "config").write_text(text, encoding="utf-8")
    read = load_config(str(tmp_path / "config"))
    assert read["profiles"]["mail-prod"]["sso_session"] == "acme"
    assert read["profiles"]["mail-prod"]["sso_account_id"] == "444455556666"
    assert "acme" in read["sso_sessions"]


def test_the_page_on_access_says_what_each_statement_of_the_apply_role_is_for() -> None:
    page = (DOCS / "access.md").read_text(encoding="utf-8")
    part = page.split("### The role that applies")[1].split("\n### ")[0]
    printed = re.findall(r'"Sid": "(\w+)"', part)
    explained = re.findall(r"`(\w+)…?`", "".join(re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)))
    assert len(printed) >= 10
    assert [each for each in printed if not each.startswith(tuple(explained))] == []
