"""The extension for VS Code: its tests run here too, where Node.js is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mmctl import __version__

FOLDER = Path(__file__).parents[2] / "editors" / "vscode"
PATIENCE = 120


def test_the_extension_passes_its_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("program not installed: node")
    files = sorted(str(path) for path in (FOLDER / "test").glob("*.test.js"))
    found = subprocess.run(
        [node, "--test", *files],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    assert "# pass 0" not in found.stdout


def test_the_extension_has_the_version_of_mmctl_and_the_files_it_names() -> None:
    manifest = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    assert __version__.startswith(manifest["version"])
    contributes = manifest["contributes"]
    named = [
        *(each["configuration"] for each in contributes["languages"]),
        *(each["path"] for each in contributes["grammars"]),
    ]
    for path in named:
        json.loads((FOLDER / path).read_text(encoding="utf-8"))
