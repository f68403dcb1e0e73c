"""Programs that the benchmarks run: mmctl itself, and those it is compared with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

MMCTL: Final = str(Path(sys.executable).with_name("mmctl"))
REPOSITORY: Final = Path(__file__).parents[1]


def beside_python(name: str) -> str | None:
    """A program of the same environment, else any that is installed."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name)


def from_debian(name: str, package: str) -> str | None:
    """A program of a Debian package, which is installed if that can be done; None: it cannot."""
    if shutil.which(name) is None and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (("update",), ("install", "--yes", "--no-install-recommends", package)):
            subprocess.run(
                ["apt-get", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                check=False,
            )
    return shutil.which(name)


def first_line(*command: str) -> str:
    """The first line that a program prints."""
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return (said.stdout or said.stderr).strip().split("\n", 1)[0]
