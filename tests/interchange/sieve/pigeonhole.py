"""Pigeonhole's `sieve-test`: what a mail server does with a script and a message.

It compiles the script, runs it, and prints the actions; nothing is delivered or sent.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

SIEVE_TEST = shutil.which("sieve-test")
SIEVEC = shutil.which("sievec")
EXTENSIONS = (
    "+editheader +spamtest +spamtestplus +virustest +imapflags +notify +mboxmetadata"
    " +servermetadata +vnd.dovecot.debug +vnd.dovecot.report +vacation-seconds"
)
_STORED = re.compile(r"store message in folder: (.*)")
_REDIRECTED = re.compile(r"redirect message to: <(.*)>")


@dataclass
class Ended:
    """How a message ended for one recipient."""

    stored: bool = False
    folders: set[str] = field(default_factory=set)
    """Besides INBOX."""
    redirected: set[str] = field(default_factory=set)
    rejected: bool = False
    failed: str = ""
    """The script could not be run."""


class Server:
    """A folder in which `sieve-test` may read scripts and messages, whoever runs the tests."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mmctl-sieve-"))
        self.home.chmod(0o777)
        lines = [f"mail_home = {self.home}", f"mail_location = mbox:{self.home}/mail"]
        lines.append("log_path = /dev/stderr")
        lines.append(f"plugin {{\n  sieve = {self.home}/main.sieve\n  sieve_dir = {self.home}")
        lines.append(f"  sieve_global = {self.home}\n  recipient_delimiter = +\n}}")
        if os.geteuid() == 0:
            lines = ["mail_uid = nobody", "mail_gid = nogroup", *lines]
        self.config = self.home / "dovecot.conf"
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.home, ignore_errors=True)

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file there."""
        path = self.home / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, scripts: list[str], message: bytes, *, recipient: str, mail_from: str) -> Ended:
        """What the scripts do with a message, one after the other while it is kept."""
        mail = self.put("message.eml", message)
        before = [part for name in scripts[:-1] for part in ("-s", str(self.home / name))]
        command = [
            *(str(SIEVE_TEST), "-c", str(self.config), "-x", EXTENSIONS),
            *("-a", recipient, "-r", recipient, "-f", mail_from),
            *(*before, str(self.home / scripts[-1]), str(mail)),
        ]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        return ended_of(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def accepts(self, path: Path) -> bool:
        """Whether `sievec` compiles a script."""
        out = self.home / "out.svbin"
        command = [str(SIEVEC), "-c", str(self.config), "-x", EXTENSIONS, str(path), str(out)]
        return (
            subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0
        )


def ended_of(output: str, errors: str) -> Ended:
    """The actions that `sieve-test` prints; what a script keeps, the next script decides."""
    ended = Ended()
    last = output.rpartition("## Executing script")[2].splitlines()
    ended.stored = any(line.strip() == "* keep" for line in last)
    for line in output.splitlines():
        if found := _STORED.search(line):
            ended.stored = True
            ended.folders |= {found[1].strip()} - {"INBOX"}
        elif found := _REDIRECTED.search(line):
            ended.redirected.add(found[1].lower())
        elif "reject message" in line:
            ended.rejected = True
    if "final result: success" not in errors:
        ended.failed = errors.strip() or "no result"
    return ended
