"""Nothing that was accepted is lost: processes are killed under load, and start again."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from emulator.polling import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found in /proc"),
]
CONNECTIONS = 4
AFTER = 120
"""So many messages are acknowledged before somebody is killed."""


class Server:
    """A running `mmctl emulate`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "mail"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "mmctl", "emulate", "--api-port", "0", "--smtp-port", "0"),
                *("--settle", "0", "--state", "state.db", "--data", "mail"),
                *options,
            ],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = ""
        """What it prints at its start."""
        while not self.said.endswith("Ctrl-C stops it.\n"):
            line = self.process.stdout.readline()
            assert line, "it did not start"
            self.said += line
        self.url = self.said.splitlines()[0].split()[-1]

    def child(self) -> int:
        """The process that serves SMTP."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 1
        return int(children[0])

    def port(self) -> int:
        """Where mail is taken."""

        def points() -> list[Any]:
            with suppress(FileNotFoundError, ValueError):
                found = json.loads((self.data / "ports.json").read_text())
                return list(found["ingress_points"])
            return []

        until(lambda: bool(points()))
        return int(points()[0]["port"])


@contextmanager
def server(folder: Path, *options: str) -> Iterator[Server]:
    """A server, until SIGTERM."""
    running = Server(folder, *options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
        running.process.wait(120)
        assert running.process.stdout is not None
        running.process.stdout.close()


def client_of(url: str) -> Any:
    """A client of its API."""
    return boto3.client(
        "mailmanager",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def configure(url: str, *first: Any) -> None:
    """Archive and relay all mail, after some other actions."""
    client = client_of(url)
    archive = client.create_archive(ArchiveName="vault")["ArchiveId"]
    relay = client.create_relay(
        RelayName="exchange",
        ServerName="mail.example.com",
        ServerPort=25,
        Authentication={"NoAuthentication": {}},
    )["RelayId"]
    rule_set = client.create_rule_set(
        RuleSetName="inbound",
        Rules=[
            {
                "Name": "keep",
                "Actions": [
                    *first,
                    {"Archive": {"TargetArchive": archive}},
                    {"Relay": {"Relay": relay}},
                ],
            }
        ],
    )["RuleSetId"]
    policy = client.create_traffic_policy(
        TrafficPolicyName="edge", DefaultAction="ALLOW", PolicyStatements=[]
    )["TrafficPolicyId"]
    client.create_ingress_point(
        IngressPointName="mx-in",
        Type="OPEN",
        TlsPolicy="OPTIONAL",
        RuleSetId=rule_set,
        TrafficPolicyId=policy,
    )


class Load:
    """Clients that send on kept connections until the server is gone."""

    def __init__(self, port: int) -> None:
        self.acknowledged: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(port, number), daemon=True)
            for number in range(CONNECTIONS)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait until all have noticed."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)

    def _send(self, port: int, number: int) -> None:
        with suppress(smtplib.SMTPException, OSError), ExitStack() as stack:
            client = smtplib.SMTP("127.0.0.1", port, timeout=120)
            stack.callback(client.close)
            count = 0
            while not self._stop.is_set():
                count += 1
                client.ehlo_or_helo_if_needed()
                client.mail("ann@example.org")
                client.rcpt("bob@example.com")
                code, reply = client.data(
                    f"Subject: {number} {count}\r\n\r\n{'x' * 500}\r\n".encode()
                )
                found = re.fullmatch(r"OK ([a-z0-9]{40})", reply.decode())
                if code == 250 and found:
                    self.acknowledged.append(found[1])


@pytest.mark.parametrize("whom", ["child", "parent", "both"])
def test_every_acknowledged_message_arrives_after_a_kill(whom: str, tmp_path: Path) -> None:
    with server(tmp_path) as running:
        configure(running.url)
        load = Load(running.port())
        until(lambda: len(load.acknowledged) > AFTER, 60)
        child = running.child()
        if whom in {"child", "both"}:
            os.kill(child, signal.SIGKILL)
        if whom in {"parent", "both"}:
            running.process.kill()
        load.end()
        running.process.wait(120)
        until(lambda: not Path(f"/proc/{child}/cmdline").exists() or gone(child))
    queue = tmp_path / "mail" / "queue"
    with server(tmp_path) as running:
        running.port()
        until(lambda: not list(queue.glob("*.json")), 60)
    found = {each.name.partition(".")[0] for each in (tmp_path / "mail").glob("relays/*/new/*")}
    kept = {each.stem for each in (tmp_path / "mail").glob("archives/*/*.eml")}
    assert set(load.acknowledged) - found == set()
    assert set(load.acknowledged) - kept == set()
    assert not list((queue / "damaged").glob("*"))


def gone(pid: int) -> bool:
    """Whether a process has ended, though nobody has asked for its end yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
