"""The page of outages is tried: its commands run where the files, the machine or the store fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "outage.md").read_text(encoding="utf-8")
_BLOCK: Final = re.compile(r"<!-- try: (.+?) -->\n```console\n(.*?)```\n", re.DOTALL)
BLOCKS: Final = dict(_BLOCK.findall(PAGE))
GOES_ON: Final = {"further back": "files gone"}
"""Blocks that begin where another one ends."""
_CHANGING: Final = (
    (re.compile(r"(?<=\b\d{4}-)\d{8}T\d{6}Z"), "…"),
    (re.compile(r"(?<=in )\S*\.mmctl/snapshots/\S+"), ".mmctl/snapshots/…"),
)


def run(root: Path, command: str) -> list[str]:
    """What a command prints, on both streams, as the page shows it."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LOGNAME": "alex",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    for pattern, shown in _CHANGING:
        lines = [pattern.sub(shown, line) for line in lines]
    return lines


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gateway in which the last change was bad."""
    root = tmp_path_factory.mktemp("gateway")
    shutil.copytree(ROOT / "tests" / "cli" / "gateway", root, dirs_exist_ok=True)
    run(root, "sed -i '/^cases:/d' mmctl.yaml; rm cases/*.yaml")
    assert "applied as 0001-…" in "\n".join(run(root, "mmctl apply --yes"))
    run(root, r"sed -i 's/192.0.2.0\/24/192.0.2.0\/25/' rules/rules.yaml")
    assert "applied as 0002-…" in "\n".join(run(root, "mmctl apply --yes"))
    return root


def tried(block: str, root: Path) -> None:
    """Run the commands of a block, and find what it shows in what they print, in any order."""
    printed: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            printed = run(root, line.removeprefix("$ "))
        else:
            assert any(each.startswith(line) for each in printed), "\n".join([line, "", *printed])


@pytest.mark.parametrize("name", BLOCKS)
def test_what_the_page_shows_happens(name: str, bad: Path, tmp_path: Path) -> None:
    root = tmp_path / "gateway"
    shutil.copytree(bad, root)
    if name in GOES_ON:
        tried(BLOCKS[GOES_ON[name]], root)
    tried(BLOCKS[name], root)


def test_the_page_goes_through_files_machine_and_store() -> None:
    assert {"files gone", "runner gone", "store damaged"} <= BLOCKS.keys()
    assert PAGE.count("```console") == len(BLOCKS)


def test_the_page_names_five_commands() -> None:
    table = re.findall(r"^\| `(mmctl [^`]+)` \|", PAGE, re.MULTILINE)
    assert len(table) == 5
