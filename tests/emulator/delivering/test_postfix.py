"""Postfix, as Debian ships it, as the target of a relay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.delivering.post_world import MESSAGE, relay, rule
from emulator.polling import until
from emulator.postfix_server import needs_postfix, postfix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

pytestmark = [pytest.mark.slow, needs_postfix]
MAILBOXES = {
    "virtual_mailbox_domains": "example.com",
    "virtual_mailbox_maps": "inline:{ { bob@example.com = bob/ } }",
}


def test_postfix_takes_some_recipients_and_refuses_others(world: Make) -> None:
    with postfix(MAILBOXES) as server:
        mail, port = server.mail, server.port
        relayed(world, mail, port)


def relayed(world: Make, mail: Path, port: int) -> None:
    """Relay to one user who is there, and to two who are not."""
    office = world(
        [rule({"Relay": {"Relay": "r-exchange"}})], [relay("exchange", "127.0.0.1", port)]
    )
    sent = MESSAGE + b".leading dot\r\n" + "größer\r\n".encode()
    with office.open() as post:
        names = ("bob@example.com", "nobody@example.com", "x@example.net")
        post.take(office.accept(sent, *names), office.configuration)
        until(lambda: not office.waiting(), 40)
    assert office.events("delivered")[0]["recipients"] == ["bob@example.com"]
    failed = {each["recipients"][0]: each["reply"] for each in office.events("failed")}
    assert set(failed) == {"nobody@example.com", "x@example.net"}
    assert failed["nobody@example.com"].startswith("550 5.1.1 ")
    assert failed["x@example.net"].startswith("554 5.7.1 ")
    (report,) = office.events("report")
    assert report["about"] == ["nobody@example.com", "x@example.net"]
    until(lambda: bool(list((mail / "bob" / "new").glob("*"))), 30)
    (arrived,) = (mail / "bob" / "new").glob("*")
    content = arrived.read_bytes()
    assert content.partition(b"\n\n")[2] == "body\n.leading dot\ngrößer\n".encode()
    assert b"\nSubject: Hello\n" in content
    assert content.startswith(b"Return-Path: <ann@example.org>\n")
