"""The page on promotion: its files are written and its commands run, over four accounts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from story import SteadyNames, run_line

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "promotion.md"
ACCOUNTS = {"000000000000", "111122223333", "222233334444", "444455556666"}
_PATIENCE = 120.0
"""Seconds after which the test gives up; nothing takes that long unless something is broken."""
_SERVERS = "mmctl emulate &"
_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n```yaml\n(?P<text>.*?)```\n)"
    r"|(?:(?<=```console\n)(?P<commands>\$.*?)(?=```\n))",
    re.DOTALL,
)


@contextmanager
def servers(folder: Path) -> Iterator[None]:
    """`mmctl emulate` in a process of its own, until the block ends."""
    with (folder / "servers.txt").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mmctl", "emulate", "--smtp-port", "0", "--api-port", "0"],
            cwd=folder,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for_ports(folder, set())
        assert process.poll() is None, (folder / "servers.txt").read_text()
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_for_ports(folder: Path, accounts: set[str]) -> None:
    """Wait until the ingress points of accounts have ports."""
    ports, until = folder / ".mmctl/mail/ports.json", time.monotonic() + _PATIENCE
    while not (ports.exists() and accounts <= _served(ports)):
        assert time.monotonic() < until, (folder / "servers.txt").read_text()
        time.sleep(0.05)


def _served(ports: Path) -> set[str]:
    return {point["account"] for point in json.loads(ports.read_text())["ingress_points"]}


def _told(folder: Path, names: SteadyNames, commands: str) -> str:
    """A block of commands as it is told now."""
    lines: list[str] = []
    for line in commands.splitlines():
        if not line.startswith("$ "):
            continue
        lines.append(line)
        if line[2:] != _SERVERS:
            if line.startswith("$ mmctl send") or "--smoke" in line:
                wait_for_ports(folder, _applied(folder))
            lines += names.steady(run_line(line[2:], folder))
    return "".join(f"{line}\n" for line in lines)


def _applied(folder: Path) -> set[str]:
    """The accounts in which something was applied."""
    stores = (folder / ".mmctl/snapshots").glob("*/*.entry.json")
    return {json.loads(path.read_text())["account"] for path in stores}


@pytest.mark.slow
def test_the_page_on_promotion_is_a_story_that_runs(tmp_path: Path, update: bool) -> None:
    page, names = PAGE.read_text(encoding="utf-8"), SteadyNames(tmp_path)

    def told(block: re.Match[str]) -> str:
        if block["file"] is None:
            return _told(tmp_path, names, block["commands"])
        place = tmp_path / block["file"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(block["text"], encoding="utf-8")
        return block[0]

    (tmp_path / ".mmctl").mkdir()
    with servers(tmp_path):
        now = _BLOCK.sub(told, page)
    if update:
        PAGE.write_text(now, encoding="utf-8")
    assert page.count("$ mmctl send") >= 5
    assert now == PAGE.read_text(encoding="utf-8")
    mail = (tmp_path / ".mmctl/mail/messages.jsonl").read_text().splitlines()
    assert {json.loads(line)["account"] for line in mail} == ACCOUNTS, "by SMTP, in each account"
