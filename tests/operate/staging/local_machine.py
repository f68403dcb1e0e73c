"""A machine of AWS, played by this one: it runs commands for real, its bucket is a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mmctl.errors import CouldNot

if TYPE_CHECKING:
    from pathlib import Path

AWS = """#!/bin/bash
# aws s3 cp --quiet --region REGION FROM TO
[ "$1 $2 $3 $4" = "s3 cp --quiet --region" ] || { echo "no such command: $*" >&2; exit 252; }
at() { case $1 in s3://bucket/*) echo "$BUCKET/${1#s3://bucket/}" ;; *) echo "$1" ;; esac; }
cp "$(at "$6")" "$(at "$7")"
"""


class FolderBucket:
    """A bucket whose objects are files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "staging" / "sender").mkdir(parents=True)

    @property
    def place(self) -> str:
        """The bucket as a URL."""
        return "s3://bucket"

    def get(self, key: str) -> tuple[str, str] | None:
        """The text of an object."""
        path = self.folder / key
        return (path.read_text(), "1") if path.exists() else None

    def put(self, key: str, text: str, *, new: bool = False, over: str | None = None) -> str:
        """Write an object."""
        assert not new
        assert over is None
        (self.folder / key).write_text(text)
        return "1"

    def delete(self, key: str) -> None:
        """Delete an object."""
        (self.folder / key).unlink(missing_ok=True)

    def objects(self) -> list[str]:
        """What is in it."""
        return sorted(
            each.relative_to(self.folder).as_posix()
            for each in self.folder.rglob("*")
            if each.is_file()
        )


class LocalMachine:
    """Runs commands as Systems Manager would, and hands on as much of their output."""

    def __init__(self, folder: Path, bucket: FolderBucket | None = None) -> None:
        programs = folder / "bin"
        programs.mkdir()
        (programs / "aws").write_text(AWS)
        (programs / "aws").chmod(0o755)
        (programs / "python3.11").symlink_to(sys.executable)
        place = "" if bucket is None else str(bucket.folder)
        self._environment = {"PATH": f"{programs}:{os.environ['PATH']}", "BUCKET": place}
        self.commands: list[str] = []

    def run(self, instance: str, command: str) -> str:
        """The output of a command."""
        assert instance == "i-0123456789abcdef0"
        self.commands.append(command)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise CouldNot(f"the command failed: {done.stderr.strip()}")
        return done.stdout[:24_000]
