"""The story as its user meets it: `emulate` in one shell, `apply` and `send` in another."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MMCTL = (sys.executable, "-c", "from mmctl.cli.main import main; main()")
SECONDS = 120
"""The bound of everything here; nothing takes that long."""
SCENARIOS = (
    "spam",
    "phishing",
    "malicious-attachment",
    "legitimate",
    "large-attachment",
    "domain-spoof",
)


def mmctl(folder: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [*MMCTL, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done.stdout


def test_a_gateway_is_started_configured_and_tried_with_mail(tmp_path: Path) -> None:
    mmctl(tmp_path, "init", "--no-input")
    words = ("emulate", "--accept-facts", "--api-port", "0", "--smtp-port", "0", "--settle", "0")
    with subprocess.Popen(
        [*MMCTL, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            for line in server.stdout:
                if line.startswith("Ctrl-C"):
                    break
            out = mmctl(tmp_path, "apply", "--yes", "--smoke")
            assert "2 ended as expected, 0 did not" in out
            out = mmctl(tmp_path, "send", "--scenario", "phishing")
            assert re.search(r"accepted as [a-z0-9]{40}", out)
            assert "simulate says the same" in out
            assert out.startswith("EMBEDDED, not AWS\n")
            ends: dict[str, Any] = {}
            for name in SCENARIOS:
                written = mmctl(tmp_path, "send", "--scenario", name, "--format", "json")
                message = json.loads(written)["messages"][0]
                assert message["became"]["finished"], message
                assert not message["became"]["differs"]
                ends[name] = [each["outcome"] for each in message["became"]["recipients"]]
            assert ends["legitimate"] == ["delivered"]
            assert ends["domain-spoof"] == ["dropped"]
            out = mmctl(tmp_path, "send", "--expect", "--record-evidence")
            assert "0 did not, 0 without a record, 0 not sent" in out
            many = ("--scenario", "legitimate", "--count", "60", "--concurrency", "3")
            load = json.loads(mmctl(tmp_path, "send", *many, "--format", "json"))["load"]
            assert (load["accepted"], load["not_tried"]) == (60, 0)
            kept = (tmp_path / ".mmctl/mail/messages.jsonl").read_text().splitlines()
            assert len(kept) >= 60 + len(SCENARIOS)
        finally:
            server.kill()
