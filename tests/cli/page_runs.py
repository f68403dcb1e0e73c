"""A page of the manual as it runs: its files are written, its commands run, in their order.

    <!-- file: rules/block.yaml -->      the block below is written to that file
    <!-- change: rules/block.yaml -->    the block below is a difference, made in that file
    <!-- part of: rules/block.yaml -->   the block below is in that file, as it is by then
    ```console                           each line after `$ ` is run; what is below it is printed

What differs from run to run is shown as one and the same value, so that a page can be compared.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from story import check_advice, check_document

from mmctl.cli.main import exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS: Final = Path(__file__).parents[2] / "docs"
_SERVERS: Final = re.compile(r"mmctl emulate(.*) &")
_PATIENCE: Final = 600.0
"""Seconds after which a wait gives up; nothing takes that long unless something is broken."""
_BLOCK: Final = re.compile(
    r"<!-- (?P<what>file|change|part of): (?P<file>\S+) -->\n```\w*\n(?P<text>.*?)```\n"
    r"|(?<=```console\n)(?P<commands>\$.*?)(?=```\n)",
    re.DOTALL,
)
_SHOWN: Final = (
    (re.compile(r"evidence-\d{8}T\d{6}Z-[0-9a-f]{12}-"), "evidence-20261120T160512Z-4e1d4e1d4e1d-"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z"), "2026-11-20T16:05:12Z"),
    (re.compile(r"(\d{4})-\d{8}T\d{6}Z"), r"\1-20261120T160512Z"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "2026-11-20 16:05:12 UTC"),
    (re.compile(r"\b(rs|tp|inp|al|ai|as|a|r)-[a-z0-9]{20,}"), r"\1-…"),
    (re.compile(r"\b[0-9a-z]{40}(-\w{8})?\b"), "4e1d…"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "127.0.0.1:2525"),
    (re.compile(r"\b(?P<who>root|runner)\b(?=$|  )"), "alex"),
)


class PageRun:
    """A page that is run in a folder; `shown` is the page with what is printed now."""

    def __init__(self, folder: Path) -> None:
        self.top = folder
        self.folder = folder
        self.served = False

    def shown(self, page: str) -> str:
        """The page with what its commands print now; its files are written on the way."""
        with contextlib.ExitStack() as ends:
            return _BLOCK.sub(lambda block: self._block(block, ends), page)

    def _block(self, block: re.Match[str], ends: contextlib.ExitStack) -> str:
        if block["file"] is None:
            return "".join(self._told(command, ends) for command in commands(block["commands"]))
        place = self.folder / block["file"]
        text = block["text"]
        if block["what"] != "file":
            old, new = sides(text) if block["what"] == "change" else (text, text)
            before = place.read_text(encoding="utf-8")
            assert before.count(old) == 1, f"{place} does not have once:\n{old}"
            text = before.replace(old, new)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return block[0]

    def _told(self, command: str, ends: contextlib.ExitStack) -> str:
        """A command and what it prints."""
        printed = ""
        if emulate := _SERVERS.fullmatch(command):
            ends.enter_context(servers(self.folder, *emulate[1].split()))
            self.served = True
        elif command.startswith("cd "):
            self.folder = (self.folder / command.removeprefix("cd ")).resolve()
        else:
            if self.served and (command.startswith("mmctl send") or "--smoke" in command):
                wait_for_ports(self.folder, applied(self.folder))
            printed = self._printed(command.replace("\\\n", " "))
        return f"$ {command}\n{printed}"

    def _printed(self, command: str) -> str:
        """What a command prints on both streams, in its order."""
        words = shlex.split(command)
        if words[0] == "mmctl" and not {"|", ">", "&&", "||", "<", ";"} & set(words):
            text = in_process(words[1:], self.folder)
        else:
            text = in_shell(command, self.folder)
        text = text.replace(str(self.top.resolve()), "…")
        for pattern, shown in _SHOWN:
            text = re.sub(rf"(?m){pattern.pattern}", shown, text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def sides(difference: str) -> tuple[str, str]:
    """The text before and after a difference: lines start with `-`, `+` or a space."""
    lines = difference.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    return before, "".join(line[1:] for line in lines if line[0] != "-")


def commands(block: str) -> list[str]:
    """The commands of a block: after `$ `, and on while a line ends in a backslash."""
    found: list[str] = []
    goes_on = False
    for line in block.splitlines():
        if goes_on:
            found[-1] += f"\n{line}"
        elif line.startswith("$ "):
            found.append(line.removeprefix("$ "))
        goes_on = line.endswith("\\") and (goes_on or line.startswith("$ "))
    return found


def in_process(words: list[str], folder: Path) -> str:
    """What `mmctl` prints on both streams, with advice and documents that hold."""
    out, errors, both = io.StringIO(), io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            contextlib.redirect_stdout(_Twice(out, both)),
            contextlib.redirect_stderr(_Twice(errors, both)),
        ):
            exit_code(words)
    finally:
        os.chdir(before)
    check_document(out.getvalue())
    check_advice(words, errors.getvalue().splitlines())
    return both.getvalue()


class _Twice(io.StringIO):
    """A stream that is written to two others."""

    def __init__(self, *streams: io.StringIO) -> None:
        super().__init__()
        self.streams = streams

    def write(self, text: str) -> int:
        """Write a text to both."""
        for stream in self.streams:
            stream.write(text)
        return len(text)


def in_shell(command: str, folder: Path) -> str:
    """What a command line prints on both streams."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "80",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Alex",
        "GIT_AUTHOR_EMAIL": "alex@example.com",
        "GIT_COMMITTER_NAME": "Alex",
        "GIT_COMMITTER_EMAIL": "alex@example.com",
    }
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    return done.stdout


@contextmanager
def servers(folder: Path, *options: str) -> Iterator[None]:
    """`mmctl emulate` in a process of its own, until the block ends."""
    ports = ("--smtp-port", "0", "--api-port", "0")
    with (folder / ".mmctl" / "servers.txt").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mmctl", "emulate", *ports, *options],
            cwd=folder,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for_ports(folder, set())
        assert process.poll() is None, (folder / ".mmctl/servers.txt").read_text()
        yield
    finally:
        process.terminate()
        process.wait(120)


def wait_for_ports(folder: Path, accounts: set[str]) -> None:
    """Wait until the ingress points of accounts have ports."""
    ports, until = folder / ".mmctl/mail/ports.json", time.monotonic() + _PATIENCE
    while not (ports.exists() and accounts <= _served(ports)):
        assert time.monotonic() < until, (folder / ".mmctl/servers.txt").read_text()
        time.sleep(0.05)


def _served(ports: Path) -> set[str]:
    return {point["account"] for point in json.loads(ports.read_text())["ingress_points"]}


def applied(folder: Path) -> set[str]:
    """The accounts in which something was applied."""
    stores = (folder / ".mmctl/snapshots").glob("*/*.entry.json")
    return {json.loads(path.read_text())["account"] for path in stores}
