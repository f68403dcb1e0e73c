"""A base that git does not tell: nothing waits for it, and nothing is fetched for it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from lsp_client import Client

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PROJECT = "version: 1\nproject: example\n"
WRONG = "version: 1\nproject: example\nrulez: 1\n"


def test_a_git_that_does_not_answer_holds_up_neither_problems_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, programs, goes_on = tmp_path / "project", tmp_path / "bin", tmp_path / "goes-on"
    folder.mkdir()
    programs.mkdir()
    (folder / "mmctl.yaml").write_text(PROJECT)
    asked = tmp_path / "asked"
    slow = f"echo >>{asked}; for _ in $(seq 1200); do [ -e {goes_on} ] && exit 1; sleep 0.1; done"
    (programs / "git").write_text(f"#!/bin/sh\n{slow}\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    try:
        with Client(folder, after=("--base", "main")) as client:
            client.open("mmctl.yaml")
            for _ in range(3):
                client.edit("mmctl.yaml", WRONG)
            assert [each["code"] for each in client.shown("mmctl.yaml")] == ["unknown-key"]
        assert client.process.returncode == 0
        assert asked.read_text() == "\n"  # once, and not again for each edit
    finally:
        goes_on.touch()


def test_what_a_clone_lacks_is_not_fetched(tmp_path: Path) -> None:
    """A clone without contents, where git would ask the other host for what the base says."""

    def git(folder: Path, *words: str) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)

    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    git(there, "init", "-q", "-b", "main")
    git(there, "config", "uploadpack.allowFilter", "true")
    for text in (f"{PROJECT}lint: {{require_owner: true}}\n", PROJECT):
        (there / "mmctl.yaml").write_text(text)
        git(there, "add", ".")
        git(there, "commit", "-q", "-m", "one more")
    git(tmp_path, "clone", "-q", "--filter=blob:none", there.as_uri(), str(here))
    packs = here / ".git" / "objects" / "pack"
    before = sorted(packs.iterdir())
    with Client(here, after=("--base", "HEAD~1")) as client:
        client.open("mmctl.yaml")
        client.wait(lambda _: client.complaints)
    assert "only the company rules of the files count" in client.complaints[0]
    assert sorted(packs.iterdir()) == before
