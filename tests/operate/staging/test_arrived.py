"""What arrived at a mail server, read from a Maildir here and by a command there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from emulator.test_aws_cli import MMCTL, QUIET
from mmctl.errors import CouldNot
from mmctl.operate.staging.arrived import LocalMailbox, RemoteMailbox
from mmctl.operate.staging.beside import split, without_fields
from operate.staging.local_machine import LocalMachine

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE = "i-0123456789abcdef0"
RULES = """\
version: 1
rule_sets:
  inbound: {rules: [{name: deliver, actions: [{relay: {to: exchange, mail_from: preserve}}]}]}
traffic_policies: {edge: {default: allow}}
relays: {exchange: {server: mail.example.com, port: 25, authentication: none}}
ingress_points: {public-mx: {type: open, traffic_policy: edge, rule_set: inbound}}
"""
TOP = b"""Return-Path: <a@example.org>
X-Original-To: b@example.com
Received: from x by mail.example.com (Postfix) id 1
"""


def maildir(folder: Path, mail: dict[str, bytes]) -> Path:
    """A Maildir with messages by the names of their files."""
    for each in ("new", "cur", "tmp"):
        (folder / each).mkdir(parents=True)
    for name, content in mail.items():
        (folder / name).write_bytes(content)
    return folder


def noise(number: int) -> str:
    """What hardly becomes smaller."""
    return "".join(sha256(f"{number}/{each}".encode()).hexdigest() for each in range(40))


def test_a_maildir_far_away_is_read_as_one_here_is_however_much_is_in_it(tmp_path: Path) -> None:
    mail = {
        f"new/17959262{number:02}.V1I{number}.mail": (
            f"Delivered-To: a{number}@example.com\nX-Noise: {noise(number)}\n\nbody\n"
        ).encode()
        for number in range(40)
    }
    box = maildir(tmp_path / "box", mail | {"cur/1795926100.V1I1.mail:2,S": b"Subject: old\n\n"})
    (box / "new" / "1795926300.secret").symlink_to("/etc/passwd")
    (box / "new" / ".hidden").write_bytes(b"Subject: no\n\n")
    (box / "new" / "1795926301.folder").mkdir()
    os.mkfifo(box / "new" / "1795926302.pipe")
    machine = LocalMachine(tmp_path)
    here = list(LocalMailbox(folder=box).after(""))
    there = list(RemoteMailbox(machine=machine, instance=INSTANCE, folder=str(box)).after(""))
    assert len(here) == 41
    assert [(each.name, each.size) for each in there] == [(each.name, each.size) for each in here]
    assert [each.start for each in there] == [
        each.start.partition(b"\n\n")[0] + b"\n\n" for each in here
    ]
    assert len(machine.commands) > 1, "an answer has no room for all of it"
    assert here[0].at == datetime(2026, 11, 29, 4, 21, 40, tzinfo=UTC)
    last = here[-2].name
    assert [each.name for each in LocalMailbox(folder=box).after(last)] == [here[-1].name]


def test_an_answer_that_is_no_list_of_messages_is_refused() -> None:
    class Says:
        def __init__(self, text: str) -> None:
            self.text = text

        def run(self, instance: str, command: str) -> str:
            del instance, command
            return self.text

    for text in (
        "", "[]", "{}", '{"mail": 1, "more": false}', "[" * 30_000,
        json.dumps({"mail": [["../../etc/passwd", 1, ""]], "more": False}),
        json.dumps({"mail": [["a;rm -rf", 1, ""]], "more": True}),
        json.dumps({"mail": [["1.a", 1, "bm90IHpsaWI="]], "more": True}),
        '{"mail": [["1.a", 1e999, ""]], "more": true}',
    ):  # fmt: skip
        box = RemoteMailbox(machine=Says(text), instance=INSTANCE, folder="/x")
        with pytest.raises(CouldNot, match="something else than a list of messages"):
            list(box.after(""))


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CouldNot, match="is no Maildir"):
        list(LocalMailbox(folder=tmp_path).after(""))


def test_only_what_the_mail_server_wrote_is_taken_off_a_message() -> None:
    own = b"Return-Path: <a@example.org>\nDelivered-To: b@example.com\n"
    received = b"Received: from x\n\tby mail.example.com\n"
    theirs = b"Delivered-To: forged@example.com\nReceived: from y\nSubject: x\n\nbody\n"
    assert split(own + received + theirs) == (own + received + b"\n", theirs)
    assert split(theirs)[1].startswith(b"Subject: ")
    assert split(b"") == (b"\n", b"")
    message = b"X-Seen: yes\n\tindeed\nSubject: x\nx-seen: no\n\nX-Seen: in the body\n"
    assert without_fields(message, frozenset({"x-seen"})) == (
        b"Subject: x\n\nX-Seen: in the body\n"
    )


def test_mail_is_shown_as_it_arrives_until_somebody_ends_it(tmp_path: Path) -> None:
    (tmp_path / "mmctl.yaml").write_text(
        "version: 1\nproject: demo\nrules: [r.yaml]\nenvironments: {local: {endpoint: embedded}}\n"
    )
    (tmp_path / "r.yaml").write_text(RULES)
    box = maildir(tmp_path / "box", {"new/1795926252.V1I1.mail": TOP + b"Subject: one\n\n"})
    with subprocess.Popen(
        [*MMCTL, "staging", "mail", "--maildir", "box", "--follow"],
        cwd=tmp_path,
        env=os.environ | QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = [process.stdout.readline() for _ in range(3)]
            # As a mail server does: written beside, then moved to its place.
            (box / "tmp" / "two").write_bytes(TOP + b"Subject: two\n\n")
            (box / "tmp" / "two").rename(box / "new" / "1795926253.V1I2.mail")
            second = [process.stdout.readline() for _ in range(3)]
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0, process.stderr and process.stderr.read()
        finally:
            process.kill()
    assert [lines[1] for lines in (first, second)] == ["  one\n", "  two\n"]
    assert first[2] == "  simulate agrees: delivered to relay exchange by deliver (public-mx)\n"
