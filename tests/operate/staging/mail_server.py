"""The internal mail server, set up by its script on this machine in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.polling import until
from emulator.postfix_server import POSTFIX
from loopback import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
needs_mail_server = pytest.mark.skipif(
    POSTFIX is None or shutil.which("saslpasswd2", path=_PATH) is None or os.geteuid() != 0,
    reason="needs Postfix, saslpasswd2 (Debian: sasl2-bin), and root to start it",
)
NAME = "mail.example.com"
USER = "mail-manager"
PASSWORD = """pa ss"word'$1`"""
SECONDS = 120


@dataclass
class MailServer:
    """A running mail server."""

    folder: Path
    port: int

    @property
    def inbox(self) -> Path:
        """Its Maildir."""
        return self.folder / "mail" / "inbox"

    @property
    def secret(self) -> Path:
        """The file with the secret of the relays."""
        return self.folder / "secret.json"

    def log(self) -> str:
        """What Postfix has logged."""
        path = self.folder / "log" / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def arrived(self) -> list[Path]:
        """The messages that lie in its Maildir."""
        return sorted((self.inbox / "new").glob("*"))


def set_up(folder: Path, port: int, **other: str) -> subprocess.CompletedProcess[str]:
    """Run the script that sets a server up."""
    settings = {
        "MAIL_NAME": NAME,
        "MAIL_DOMAINS": "example.com eu.example.com",
        "RELAY_NETWORKS": "127.0.0.1/32 192.0.2.0/24",
        "RELAY_SECRET_FILE": str(folder / "secret.json"),
        "FOLDER": str(folder),
        "PORT": str(port),
        **other,
    }
    script = files("mmctl.operate.staging").joinpath("mail_server.sh")
    with as_file(script) as path:
        return subprocess.run(
            ["bash", str(path)],
            env={"PATH": _PATH, **settings},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that runs until the block ends."""
    # Its sockets need a short path, and its processes, which are not root, a way to it.
    folder = Path(tempfile.mkdtemp(prefix="mmctl-mail-", dir="/tmp"))
    folder.chmod(0o755)
    port = free_port()
    server = MailServer(folder, port)
    server.secret.write_text(json.dumps({"username": USER, "password": PASSWORD}))
    server.secret.chmod(0o600)
    try:
        done = set_up(folder, port)
        assert done.returncode == 0, done.stderr + server.log()
        until(lambda: _answers(port), SECONDS)
        yield server
    finally:
        assert POSTFIX is not None
        subprocess.run(
            [POSTFIX, "-c", str(folder / "etc"), "abort"],
            env={"PATH": _PATH},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
