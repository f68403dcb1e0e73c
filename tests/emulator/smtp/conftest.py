"""A running SMTP face over a state of its own, and clients for it."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from emulator.polling import PATIENCE, until
from mmctl.emulator.core import EmbeddedMailManager
from mmctl.emulator.data_folder import DataFolder, read_lines
from mmctl.emulator.smtp.process import serve
from mmctl.emulator.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.mail.authenticate import Authenticator

ACCOUNT = "111122223333"
REGION = "eu-west-1"
ADMIT_ALL: dict[str, Any] = {"DefaultAction": "ALLOW", "PolicyStatements": []}
RELAY_ALL: list[dict[str, Any]] = [{"Name": "keep", "Actions": [{"Drop": {}}]}]


@dataclass
class Face:
    """A running face."""

    manager: EmbeddedMailManager
    folder: DataFolder
    notes: list[str] = field(default_factory=list)
    stop: Callable[[], None] = lambda: None

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.manager.call(operation, parameters, account=ACCOUNT, region=REGION)

    def point(
        self,
        name: str = "inbound",
        *,
        policy: dict[str, Any] | None = None,
        rules: list[dict[str, Any]] | None = None,
        **members: Any,
    ) -> str:
        """Create an ingress point with a policy and a rule set of its own."""
        policy_id = self.call(
            "CreateTrafficPolicy", TrafficPolicyName=f"{name}-policy", **(policy or ADMIT_ALL)
        )["TrafficPolicyId"]
        rule_set = self.call(
            "CreateRuleSet", RuleSetName=f"{name}-rules", Rules=rules or RELAY_ALL
        )["RuleSetId"]
        members = {"Type": "OPEN", "TlsPolicy": "OPTIONAL", **members}
        found = self.call(
            "CreateIngressPoint",
            IngressPointName=name,
            RuleSetId=rule_set,
            TrafficPolicyId=policy_id,
            **members,
        )
        return str(found["IngressPointId"])

    def port(self, id_: str) -> int:
        """The port of an ingress point, as soon as it has one."""

        def found() -> int | None:
            points = json.loads(self.folder.ports.read_text())["ingress_points"]
            return next((each["port"] for each in points if each["id"] == id_), None)

        return int(until(found))

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What a journal has now."""
        with (self.folder.root / name).open("rb") as file:
            return list(read_lines(file))

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return [each for each in self.lines("events.jsonl") if each["event"] == kind]

    def messages(self) -> list[dict[str, Any]]:
        """The accepted messages."""
        return self.lines("messages.jsonl")

    def finished(self, count: int) -> list[dict[str, Any]]:
        """The accepted messages, once that many are finished."""
        until(lambda: len(self.events("finished")) >= count)
        return self.messages()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., Face]]:
    """Start faces, each over a state of its own unless named otherwise."""
    with ExitStack() as stack:

        def start(
            name: str = "face",
            *,
            authenticate: Authenticator | None = None,
            table: AddOnTable | None = None,
            **settings: Any,
        ) -> Face:
            state = tmp_path / f"{name}.db"
            manager = stack.enter_context(
                EmbeddedMailManager(state, clock=lambda: datetime.now(UTC), settle_seconds=0)
            )
            face = Face(manager, DataFolder(tmp_path / name))
            given = {"host": "127.0.0.1", "port": 0, **settings}
            ready, ending = threading.Event(), threading.Event()
            errors: list[BaseException] = []

            def ended(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
                def wait() -> None:
                    ending.wait()
                    loop.call_soon_threadsafe(stop.set)

                threading.Thread(target=wait, daemon=True).start()

            def run() -> None:
                try:
                    serve(
                        SmtpSettings(state=str(state), data=str(face.folder.root), **given),
                        clock=lambda: datetime.now(UTC),
                        on_ready=lambda _: ready.set(),
                        on_note=face.notes.append,
                        ended=ended,
                        authenticate=authenticate,
                        add_ons=table,
                    )
                except BaseException as error:  # noqa: BLE001 - the test gets it
                    errors.append(error)
                    ready.set()

            thread = threading.Thread(target=run, daemon=True)
            thread.start()

            def stop() -> None:
                ending.set()
                thread.join(PATIENCE)
                assert not thread.is_alive()

            face.stop = stop
            stack.callback(stop)
            assert ready.wait(PATIENCE)
            if errors:
                raise errors[0]
            return face

        yield start


@pytest.fixture
def face(running: Callable[..., Face]) -> Face:
    return running()


@dataclass
class Talk:
    """A client that says exactly what a test writes."""

    socket: socket.socket
    read: bytes = b""

    def say(self, *lines: str | bytes) -> None:
        """Send lines, in one packet."""
        sent = [line.encode() if isinstance(line, str) else line for line in lines]
        self.socket.sendall(b"".join(line + b"\r\n" for line in sent))

    def raw(self, content: bytes) -> None:
        self.socket.sendall(content)

    def hear(self) -> str:
        """One reply, its lines joined."""
        lines: list[str] = []
        while True:
            while b"\r\n" not in self.read:
                block = self.socket.recv(65536)
                if not block:
                    return "\n".join([*lines, "closed"])
                self.read += block
            line, _, self.read = self.read.partition(b"\r\n")
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "\n".join(lines)

    def ask(self, *lines: str | bytes) -> str:
        """Send lines, and return the last reply of as many."""
        self.say(*lines)
        return [self.hear() for _ in lines][-1]

    def envelope(self, *recipients: str) -> list[str]:
        """MAIL and RCPT of a message."""
        self.say("MAIL FROM:<a@example.org>")
        first = self.hear()
        asked = recipients or ("b@example.com",)
        return [first, *(self.ask(f"RCPT TO:<{each}>") for each in asked)]


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    with ExitStack() as stack:

        def connect(port: int, *, greeted: bool = True, source: str = "127.0.0.1") -> Talk:
            made = stack.enter_context(
                socket.create_connection(
                    ("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0)
                )
            )
            found = Talk(made)
            if greeted:
                assert found.hear().startswith("220 ")
                assert found.ask("EHLO client.example.org").startswith("250-")
            return found

        yield connect
