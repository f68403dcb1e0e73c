"""Postfix, as Debian ships it, as the target of a relay."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.delivering.post_world import MESSAGE, relay, rule, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.delivering.post_world import World

    Make = Callable[..., World]

POSTFIX = shutil.which("postfix")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        POSTFIX is None or os.name != "posix" or os.geteuid() != 0,
        reason="needs Postfix, and root to start it",
    ),
]
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example.com
mydestination =
virtual_mailbox_domains = example.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ bob@example.com = bob/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
"""


@pytest.fixture
def postfix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A Postfix with a configuration of its own: the folder of its mail, and its port."""
    import pwd  # noqa: PLC0415 - Windows has none

    folder = Path(f"/tmp/mmctl-postfix-{os.getpid()}")  # noqa: S108 - its sockets need a short path
    user = pwd.getpwnam("postfix")
    del tmp_path_factory
    for name in ("queue", "data", "log", "mail", "etc"):
        (folder / name).mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("data", "mail"):
        os.chown(folder / name, user.pw_uid, user.pw_gid)
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
    told = MAIN.format(folder=folder, uid=user.pw_uid, gid=user.pw_gid)
    (folder / "etc" / "main.cf").write_text(told)
    assert POSTFIX is not None
    conf = ["-c", str(folder / "etc")]
    subprocess.run([POSTFIX, *conf, "check"], check=True, capture_output=True)
    with (folder / "log" / "out").open("wb") as out:
        process = subprocess.Popen(
            [POSTFIX, *conf, "start-fg"], stdout=out, stderr=out, start_new_session=True
        )
    try:
        until(lambda: answers(port), 30)
        yield folder / "mail", port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def answers(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_postfix_takes_some_recipients_and_refuses_others(
    world: Make, postfix: tuple[Path, int]
) -> None:
    mail, port = postfix
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
