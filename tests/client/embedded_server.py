"""The embedded Mail Manager of a project, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class EmbeddedServer:
    """`mmctl emulate` in a folder, until the end of a `with`."""

    def __init__(self, folder: Path, readings: Mapping[str, str], *words: str) -> None:
        chosen = [w for name, choice in readings.items() for w in ("--reading", f"{name}={choice}")]
        shutil.rmtree(folder / ".mmctl/mail", ignore_errors=True)
        self.log = folder / "server.txt"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "mmctl", "emulate", "--state", ".mmctl/embedded.db"),
                    *("--smtp-port", "0", "--api-port", "0", *words, *chosen),
                ],
                cwd=folder,
                stdout=out,
                stderr=out,
                env={**os.environ, "COLUMNS": "200"},
            )
        self._wait(folder / ".mmctl/mail/ports.json")

    def _wait(self, ports: Path) -> None:
        until = time.monotonic() + 120
        while not (ports.exists() and json.loads(ports.read_text())["ingress_points"]):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(120)
