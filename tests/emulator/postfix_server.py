"""Postfix, as Debian ships it, with configuration and queue of its own: as client and target."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loopback import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PATIENCE = 120
"""Seconds after which a test gives up."""
needs_postfix = pytest.mark.skipif(
    POSTFIX is None or os.name != "posix" or os.geteuid() != 0,
    reason="needs Postfix, and root to start it",
)
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
smtp unix - - n - - smtp
relay unix - - n - - smtp
virtual unix - n n - - virtual
local unix - n n - - local
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
"""No process is in a chroot: there is nothing in it. `qmgr` looks every second."""
MAIN = {
    "compatibility_level": "3.6",
    "queue_directory": "{folder}/queue",
    "data_directory": "{folder}/data",
    "maillog_file": "{folder}/log/postfix.log",
    "maillog_file_prefixes": "{folder}/log",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "myhostname": "postfix.example.com",
    "mydestination": "",
    "alias_maps": "",
    "virtual_mailbox_base": "{folder}/mail",
    "virtual_uid_maps": "static:{uid}",
    "virtual_gid_maps": "static:{gid}",
    "smtpd_relay_restrictions": "reject_unauth_destination",
}


@dataclass
class Postfix:
    """A running Postfix."""

    folder: Path
    port: int
    """Of its SMTP server."""

    @property
    def mail(self) -> Path:
        """The folder of the Maildirs of virtual mailboxes."""
        return self.folder / "mail"

    def send(self, message: bytes, sender: str, *recipients: str) -> None:
        """Hand it a message; it sends it on as its configuration says."""
        command = ["sendmail", "-C", str(self.folder / "etc"), "-f", sender, "-i", *recipients]
        subprocess.run(
            command, input=message, check=True, timeout=PATIENCE, env=_environment(self.folder)
        )

    def log(self) -> str:
        """What it has logged."""
        path = self.folder / "log" / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def postfix(
    main: Mapping[str, str] | None = None, files: Mapping[str, bytes] | None = None
) -> Iterator[Postfix]:
    """Run a Postfix until the block ends.

    `main` has more lines for main.cf, in which `{folder}` is its folder; `files` are written into
    `{folder}/etc`.
    """
    import pwd  # noqa: PLC0415 - Windows has none

    assert POSTFIX is not None
    user = pwd.getpwnam("postfix")
    # Its sockets need a short path, and its processes, which are not root, a way to it.
    folder = Path(tempfile.mkdtemp(prefix="mmctl-postfix-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("queue", "data", "log", "mail", "etc"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        os.chown(folder / name, user.pw_uid, user.pw_gid)
    port = free_port()
    for name, content in (files or {}).items():
        (folder / "etc" / name).write_bytes(content)
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
    lines = {**MAIN, **(main or {})}
    known = {"folder": folder, "uid": user.pw_uid, "gid": user.pw_gid}
    (folder / "etc" / "main.cf").write_text(
        "".join(f"{name} = {_filled(value, known)}\n" for name, value in lines.items())
    )
    conf = ["-c", str(folder / "etc")]
    environment = _environment(folder)
    subprocess.run(
        [POSTFIX, *conf, "check"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
        env=environment,
    )
    with (folder / "log" / "out").open("wb") as out:
        process = subprocess.Popen(
            [POSTFIX, *conf, "start-fg"],
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=environment,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert time.monotonic() < deadline, (folder / "log" / "out").read_text()
            time.sleep(0.05)
        yield Postfix(folder, port)
    finally:
        # Its master has a process group of its own, and ends all of its servers.
        stop = [POSTFIX, *conf, "abort"]
        subprocess.run(stop, check=False, capture_output=True, timeout=PATIENCE, env=environment)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _filled(value: str, known: Mapping[str, object]) -> str:
    for name, held in known.items():
        value = value.replace(f"{{{name}}}", str(held))
    return value


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "MAIL_CONFIG": f"{folder}/etc"}


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0
