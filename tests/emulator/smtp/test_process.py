"""`mmctl emulate` as a process that takes mail: how it starts, goes on, and ends."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.smtp import gateway, run

from emulator.polling import until
from emulator.smtp.conftest import ACCOUNT, REGION
from mmctl.cli import smtp_process, world
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.data_folder import DataFolder, read_lines
from mmctl.emulator.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

MMCTL = (sys.executable, "-c", "from mmctl.cli.main import main; main()")


def configure(folder: Path, name: str = "inbound", **members: Any) -> str:
    """Write an ingress point into the state of a folder."""
    (folder / ".mmctl").mkdir(exist_ok=True)
    state = folder / ".mmctl" / "embedded.db"
    with EmbeddedMailManager(state, clock=lambda: datetime.now(UTC)) as manager:

        def call(operation: str, **parameters: Any) -> Any:
            return manager.call(operation, parameters, account=ACCOUNT, region=REGION)

        policy = call(
            "CreateTrafficPolicy",
            TrafficPolicyName=f"{name}-policy",
            DefaultAction="ALLOW",
            PolicyStatements=[],
        )["TrafficPolicyId"]
        rules = call(
            "CreateRuleSet",
            RuleSetName=f"{name}-rules",
            Rules=[{"Name": "drop", "Actions": [{"Drop": {}}]}],
        )["RuleSetId"]
        found = call(
            "CreateIngressPoint",
            IngressPointName=name,
            RuleSetId=rules,
            TrafficPolicyId=policy,
            **{"Type": "OPEN", "TlsPolicy": "OPTIONAL", **members},
        )
    return str(found["IngressPointId"])


@contextmanager
def emulating(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running server, and what it printed at the start."""
    with subprocess.Popen(
        [*MMCTL, "emulate", "--api-port", "0", *options],
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                if line.startswith("Ctrl-C"):
                    break
            yield process, lines
        finally:
            process.kill()


def said(folder: Path, *options: str) -> tuple[int, str]:
    """How a start that fails ends, and what it says."""
    done = subprocess.run(
        [*MMCTL, "emulate", "--api-port", "0", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


def ports(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / ".mmctl/mail/ports.json").read_text())
    return found


def listens(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(5)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("a@example.org", ["b@example.com"], b"Subject: x\r\n\r\nx\r\n")


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    if not found.exists():
        pytest.skip("only Linux tells the children of a process")
    return [int(each) for each in found.read_text(encoding="ascii").split()]


def finished(folder: Path) -> int:
    with (folder / ".mmctl/mail/events.jsonl").open("rb") as file:
        return sum(each["event"] == "finished" for each in read_lines(file))


def test_it_says_where_each_ingress_point_is_and_ends_with_its_server(tmp_path: Path) -> None:
    point = configure(
        tmp_path,
        "secret",
        Type="AUTH",
        TlsPolicy="REQUIRED",
        IngressPointConfiguration={"SmtpPassword": "correct-horse"},
    )
    configure(tmp_path, "open")
    with emulating(tmp_path, "--smtp-port", "0") as (process, lines):
        shown = [line for line in lines if line.startswith("smtp ")]
        first, second = ports(tmp_path)["ingress_points"]
        assert shown == [
            f"smtp 127.0.0.1:{first['port']} secret, STARTTLS, AUTH as {point}",
            f"smtp 127.0.0.1:{second['port']} open, STARTTLS possible",
        ]
        assert "mail: in .mmctl/mail" in lines
        assert ports(tmp_path)["pid"] == process.pid
        send(second["port"])
        until(lambda: finished(tmp_path) == 1)
        assert (tmp_path / ".mmctl/mail").stat().st_mode & 0o777 == 0o700
        modes = {path.stat().st_mode & 0o077 for path in (tmp_path / ".mmctl/mail").rglob("*")}
        assert modes == {0}
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    assert not listens(second["port"])
    assert not (tmp_path / ".mmctl/mail/ports.json").exists()


def test_the_smtp_process_ends_when_its_server_is_killed(tmp_path: Path) -> None:
    configure(tmp_path)
    with emulating(tmp_path, "--smtp-port", "0") as (process, _):
        port = ports(tmp_path)["ingress_points"][0]["port"]
        process.kill()
        process.wait(120)
        until(lambda: not listens(port))
    with emulating(tmp_path, "--smtp-port", "0"):
        send(ports(tmp_path)["ingress_points"][0]["port"])


def test_the_server_ends_when_the_smtp_process_dies(tmp_path: Path) -> None:
    with emulating(tmp_path, "--smtp-port", "0") as (process, _):
        (child,) = children(process.pid)
        os.kill(child, signal.SIGKILL)
        assert process.wait(120) == 5
        assert process.stderr is not None
        assert "the SMTP process ended unexpectedly" in process.stderr.read()


def test_told_to_end_while_it_ends_it_goes_on_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    settings = SmtpSettings(state="s", data="d", host="127.0.0.1", port=0)
    ended: list[str] = []

    def serve(*_settings: Any, **given: Any) -> None:
        loop = asyncio.new_event_loop()
        given["ended"](loop, asyncio.Event())
        loop.close()
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.close(writing)
            for thread in threading.enumerate():
                if thread.name == "end of stdin":
                    thread.join(120)
        ended.append("in order")

    os.write(writing, json.dumps(settings.to_json()).encode() + b"\n")
    monkeypatch.setattr(smtp_process, "serve", serve)
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    numbers = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        with os.fdopen(reading, "rb") as stdin:
            monkeypatch.setattr(world, "standard_input_bytes", lambda: stdin)
            assert smtp_process.main() == 0
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    assert (ended, raised) == (["in order"], [])


def test_what_it_cannot_use_is_said_clearly(tmp_path: Path) -> None:
    configure(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, error = said(tmp_path, "--smtp-port", str(port))
        assert code == 5
        assert f"could not listen on 127.0.0.1 port {port} for ingress point `inbound`" in error
        assert "it is in use" in error
        assert "--smtp-port" in error
    with emulating(tmp_path, "--smtp-port", "0"):
        code, error = said(tmp_path, "--smtp-port", "0")
        assert (code, "the data folder `.mmctl/mail` is in use" in error) == (64, True)
        code, error = said(tmp_path, "--smtp-port", "0", "--data", "other")
        assert (code, "the state `.mmctl/embedded.db` is in use" in error) == (64, True)
    (tmp_path / "file").write_text("x")
    code, error = said(tmp_path, "--data", "file/mail")
    assert (code, "cannot write to the data folder" in error) == (64, True)
    (tmp_path / "table.yaml").write_text("- {add_on: X}")
    for options, expected in {
        ("--add-on", "none.yaml"): "cannot read",
        ("--add-on", "table.yaml"): "row 1: its answers are not texts, true or false",
        ("--zone", "none.zone"): "cannot read",
        ("--zone", "x", "--dns"): "exclude each other",
        ("--reading", "other=x"): "there is no reading `other`",
        ("--reading", "string_case=x"): "expected one of insensitive, sensitive",
        ("--ingress-secret", "inbound"): "expected POINT=FILE or POINT=env:VARIABLE",
        ("--ingress-secret", "inbound=env:MMCTL_NONE"): "the variable `MMCTL_NONE` is not set",
        ("--no-smtp", "--accept-facts"): "exclude each other",
        ("--smtp-port", "70000"): "expected a port from 0 to 65535",
    }.items():
        code, error = said(tmp_path, *options)
        assert code == 64, options
        assert expected in error, error
        assert "Traceback" not in error
    with sqlite3.connect(tmp_path / ".mmctl/embedded.db") as state:
        state.execute("pragma user_version = 99")
    code, error = said(tmp_path)
    assert (code, "is of another version" in error) == (64, True)


def test_a_disk_that_fills_is_452_and_keeps_what_was_accepted(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("cannot make a small disk here")
    try:
        configure(tmp_path)
        with emulating(tmp_path, "--smtp-port", "0", "--data", "disk/mail"):
            folder = DataFolder(disk / "mail")
            port = json.loads(folder.ports.read_text())["ingress_points"][0]["port"]
            accepted, refusals = [], set()
            message = b"Subject: x\r\n\r\n" + (b"x" * 998 + b"\r\n") * 1000
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.ehlo("client.example.org")
                for _ in range(60):
                    code, reply = client.mail("a@example.org")
                    if code == 250:
                        client.rcpt("b@example.com")
                        code, reply = client.data(message)
                    if code == 250:
                        accepted.append(reply.removeprefix(b"OK ").decode())
                    else:
                        refusals.add((code, reply[:5]))
                    client.rset()
            assert refusals == {(452, b"4.3.1")}
            assert accepted
            # smtplib ends a message with an end of line of its own.
            assert all(folder.message(each).stat().st_size == len(message) for each in accepted)
    finally:
        with suppress(OSError):
            subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_server_killed_under_load_loses_nothing_that_it_accepted(tmp_path: Path) -> None:
    configure(tmp_path)
    accepted: list[str] = []

    def sends(port: int) -> None:
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo("client.example.org")
            while True:
                client.mail("a@example.org")
                client.rcpt("b@example.com")
                code, reply = client.data(b"Subject: x\r\n\r\nx\r\n")
                if code == 250:
                    accepted.append(reply.removeprefix(b"OK ").decode())

    def enough(count: int) -> bool:
        return len(accepted) >= count

    for wanted in (60, 120):
        with emulating(tmp_path, "--smtp-port", "0") as (process, _):
            port = ports(tmp_path)["ingress_points"][0]["port"]
            threads = [threading.Thread(target=sends, args=(port,)) for _ in range(6)]
            for thread in threads:
                thread.start()
            until(partial(enough, wanted))
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
            process.kill()
            for thread in threads:
                thread.join(120)
    folder = DataFolder(tmp_path / ".mmctl/mail")
    with emulating(tmp_path, "--smtp-port", "0"):
        until(lambda: not list(folder.queue.glob("*.json")))
    with folder.messages.open("rb") as file:
        lines = [each["id"] for each in read_lines(file)]
    with folder.events.open("rb") as file:
        ends = {each["id"] for each in read_lines(file) if each["event"] == "finished"}
    assert len(lines) == len(set(lines))
    assert set(accepted) <= set(lines)
    assert set(lines) <= ends
    assert all(folder.message(each).stat().st_size == 17 for each in accepted)


@pytest.mark.skipif(shutil.which("smtp-source") is None, reason="needs smtp-source of Postfix")
def test_smtp_source_loses_nothing_over_kept_connections(tmp_path: Path) -> None:
    archive = gateway.configure(tmp_path / "state.db")
    with run.serving(tmp_path) as (_, port):
        run.send(str(shutil.which("smtp-source")), port, 300)
        folder = DataFolder(tmp_path / "data")
        until(lambda: not list(folder.queue.glob("*.json")))
    kept = {path.stem for path in (folder.root / "archives" / archive).glob("*.eml")}
    with folder.messages.open("rb") as file:
        accepted = {each["id"] for each in read_lines(file)}
    assert (len(accepted), accepted - kept) == (300, set())
