"""A real Postfix that takes messages as from any client, and servers that record what it sends.

The configuration is one that the reader can read too: relays are ports of this machine.
"""

from __future__ import annotations

import json
import smtplib
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from emulator.polling import until
from emulator.postfix_server import PATIENCE, POSTFIX, postfix
from loopback import LocalController

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from emulator.postfix_server import Postfix

needs_pcre = pytest.mark.skipif(
    "pcre"
    not in subprocess.run(
        [POSTFIX.replace("postfix", "postconf"), "-m"], capture_output=True, text=True, check=False
    ).stdout.split()
    if POSTFIX
    else True,
    reason="needs Postfix with tables of regular expressions (Debian: postfix-pcre)",
)
MARK = "X-Mmctl-Number"
REFUSED = 400
"""Replies from here on refuse."""
TESTED = {
    "smtpd_authorized_xclient_hosts": "127.0.0.0/8",
    "disable_dns_lookups": "yes",
    "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
    "mynetworks": "127.0.0.0/8",
    "notify_classes": "",
    "smtpd_soft_error_limit": "100000",
    "smtpd_hard_error_limit": "100000",
    "smtpd_client_connection_count_limit": "0",
    "smtp_skip_5xx_greeting": "no",
}
"""What the test needs in main.cf: XCLIENT, no DNS, no patience with errors."""


@dataclass(frozen=True)
class Mail:
    """A message for one recipient."""

    sender: str
    recipient: str
    client: str = "198.51.100.7"
    helo: str = "mx.example.org"
    headers: tuple[tuple[str, str], ...] = (("Subject", "hello"),)

    def content(self, number: int) -> bytes:
        """The bytes of the message."""
        lines = [f"{name}: {value}" for name, value in self.headers]
        lines += [f"{MARK}: {number}", "Message-ID: <m@example.org>", "", "body", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Ending:
    """How a message ends: rejected with a reply, dropped, held, or delivered."""

    outcome: str
    reached: frozenset[tuple[str, int]] = frozenset()
    """Recipient and port of every delivery."""
    reply: str = ""


@dataclass
class _Recorder:
    port: int = 0
    arrived: list[tuple[int, str, int]] = field(default_factory=list)
    """Number of the message, recipient (empty for a bounce), port."""

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - as aiosmtpd calls it
        content = envelope.content.decode("utf-8", "replace")  # type: ignore[attr-defined]
        number = int(content.partition(f"{MARK}: ")[2].split()[0])
        from_nobody = not envelope.mail_from.strip("<>")  # type: ignore[attr-defined]
        bounced = from_nobody and "\nX-Postfix-Queue-ID: " in content
        for recipient in envelope.rcpt_tos:  # type: ignore[attr-defined]
            self.arrived.append((number, "" if bounced else recipient.lower(), self.port))
        return "250 taken"


@contextmanager
def sinks(count: int) -> Iterator[list[_Recorder]]:
    """SMTP servers on loopback that take all mail and record it."""
    recorders = [_Recorder() for _ in range(count)]
    controllers = []
    try:
        for recorder in recorders:
            controller = LocalController(recorder, enable_SMTPUTF8=True)
            recorder.port = controller.port
            controller.start()
            controllers.append(controller)
        yield recorders
    finally:
        for controller in controllers:
            controller.stop()


@dataclass
class Tried:
    """A Postfix under test."""

    server: Postfix
    recorders: list[_Recorder]

    def ends(self, mails: list[Mail]) -> list[Ending]:
        """Send all messages, wait for the queue, and say how each ended."""
        before = [len(each.arrived) for each in self.recorders]
        replies = [self._send(mail, number) for number, mail in enumerate(mails)]
        until(lambda: not self._active(), PATIENCE)
        held = self._held()
        reached: dict[int, set[tuple[str, int]]] = {}
        for recorder, start in zip(self.recorders, before, strict=True):
            for number, recipient, port in recorder.arrived[start:]:
                reached.setdefault(number, set()).add((recipient, port))
        return [
            Ending("rejected", reply=reply)
            if reply
            else Ending("held")
            if number in held
            else Ending("rejected", reply="bounced later")
            if any(not to for to, _ in reached.get(number, ()))
            else Ending("delivered", frozenset(reached[number]))
            if number in reached
            else Ending("dropped")
            for number, reply in enumerate(replies)
        ]

    def _send(self, mail: Mail, number: int) -> str:
        """The reply with which the message was rejected; empty: it was taken."""
        with smtplib.SMTP("127.0.0.1", self.server.port, "client.example.org", PATIENCE) as smtp:
            smtp.ehlo()
            said = f"NAME=[UNAVAILABLE] ADDR={mail.client}"
            assert smtp.docmd("XCLIENT", said)[0] == 220, said
            smtp.ehlo(mail.helo)
            code, reply = smtp.mail(mail.sender)
            if code < REFUSED:
                code, reply = smtp.rcpt(mail.recipient)
            if code < REFUSED:
                code, reply = smtp.data(mail.content(number))
            return f"{code} {reply.decode()}" if code >= REFUSED else ""

    def _queue(self) -> list[dict[str, str]]:
        command = ["postqueue", "-c", str(self.server.folder / "etc"), "-j"]
        done = subprocess.run(
            command,
            capture_output=True,
            check=True,
            timeout=PATIENCE,
            env={"PATH": "/usr/sbin:/usr/bin:/bin"},
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _active(self) -> list[dict[str, str]]:
        return [each for each in self._queue() if each["queue_name"] in {"active", "incoming"}]

    def _held(self) -> set[int]:
        """The numbers of the messages that are on hold."""
        found = set()
        for each in self._queue():
            if each["queue_name"] == "hold":
                command = [
                    "postcat",
                    "-c",
                    str(self.server.folder / "etc"),
                    "-hq",
                    each["queue_id"],
                ]
                done = subprocess.run(
                    command,
                    capture_output=True,
                    check=True,
                    timeout=PATIENCE,
                    env={"PATH": "/usr/sbin:/usr/bin:/bin"},
                )
                text = done.stdout.decode("utf-8", "replace")
                found.add(int(text.partition(f"{MARK}: ")[2].split()[0]))
        return found


@contextmanager
def tried(
    main: Mapping[str, str], files: Mapping[str, bytes], recorders: list[_Recorder]
) -> Iterator[Tried]:
    """Run a Postfix with these parameters and tables until the block ends."""
    with postfix({**TESTED, **main}, files) as server:
        yield Tried(server, recorders)
