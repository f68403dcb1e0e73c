"""Notes of a release are those of its version; what is not finished is not published."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mmctl import __version__
from release.changelog import NotToBePublished, notes_of, refuse_other_tag, with_addresses

ROOT: Final = Path(__file__).parents[2]
CHANGELOG: Final = """\
# Changelog

## [Unreleased]

## [1.1.0] - 2027-01-31

### Added

- `mmctl fly`.

## [1.0.0]

- The first.

## [0.9.0] - 2026-12-24
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes_of(CHANGELOG, "1.1.0") == "### Added\n\n- `mmctl fly`.\n"


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.2.0", "nothing is below `## [1.2.0]`"),
        ("0.9.0", "nothing is below `## [0.9.0]`"),
        ("1.0.0", "`## [1.0.0]` has no day"),
        ("1.2.0.dev0", "nothing is below `## [Unreleased]`"),
    ],
)
def test_what_is_missing_is_said(version: str, message: str) -> None:
    with pytest.raises(NotToBePublished, match=re.escape(message)):
        notes_of(CHANGELOG, version)


def test_links_of_notes_lead_to_the_files_of_the_release() -> None:
    notes = "[a](docs/a.md#b) `x[0](y)` [c](https://example.com/c) [d](#d)\n[e\nf](LICENSE)\n"
    at = "https://git.example.com/mail/mmctl/blob/v1.1.0"
    wanted = notes.replace("(docs", f"({at}/docs").replace("(LICENSE", f"({at}/LICENSE")
    assert with_addresses(notes, at) == wanted


def test_the_workflow_makes_addresses_of_its_own_repository(tmp_path: Path) -> None:
    """The script as the workflow runs it, in a place that has the same files."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "release").mkdir()
    for path in (ROOT / "release").iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path / "release")
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(text, encoding="utf-8")
    own = {
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_REPOSITORY": "mail/mmctl",
        "GITHUB_REF_NAME": "v1.1.0",
    }
    at = "https://git.example.com/mail/mmctl/blob/v1.1.0/"
    for given, start in ((own, at), ({}, "")):
        others = {name: value for name, value in os.environ.items() if name not in own}
        script = tmp_path / "release/notes"
        subprocess.run([script, "extra"], env={**others, **given}, check=True, timeout=60)
        notes = (tmp_path / "extra/notes.md").read_text(encoding="utf-8")
        assert f"]({start}docs/" in notes
        assert ("](docs/" in notes) == (not given)


def test_entries_that_were_left_behind_are_found() -> None:
    left = CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n- New.\n")
    with pytest.raises(NotToBePublished, match=r"move them to `## \[1\.1\.0\]`"):
        notes_of(left, "1.1.0")
    assert notes_of(left, "1.2.0.dev0") == "- New.\n"


@pytest.mark.parametrize(
    ("tag", "version"), [("v1.1.0", "1.0.0"), ("1.0.0", "1.0.0"), ("v1.1.0.dev0", "1.1.0.dev0")]
)
def test_a_tag_that_does_not_name_the_version_is_refused(tag: str, version: str) -> None:
    with pytest.raises(NotToBePublished, match=re.escape(f"`src/mmctl/__init__.py` has {version}")):
        refuse_other_tag(tag, version)
    refuse_other_tag("v1.0.0", "1.0.0")
    refuse_other_tag("v1.0.0rc1", "1.0.0rc1")


def test_the_changelog_of_this_repository_has_notes() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert notes_of(text, __version__)


@pytest.mark.parametrize("script", ["completion-scripts", "github-release", "image", "notes"])
def test_scripts_are_programs_that_bash_reads(script: str) -> None:
    path = ROOT / "release" / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True, timeout=60)


def test_the_image_runs_as_nobody_and_takes_the_wheel_alone() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert [line for line in lines if line.startswith(("COPY ", "ADD "))] == [
        "COPY constraints.txt /build/",
        "COPY dist/*.whl /build/",
        "COPY --from=build /opt/mmctl /opt/mmctl",
    ]
    assert (ROOT / ".containerignore").read_text() == "*\n!constraints.txt\n!dist/*.whl\n"
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()
