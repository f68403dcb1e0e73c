"""A load is bounded, on this machine alone, and every message is counted once."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sending_to import PLAIN, endpoint
from smtp_servers import lines_to, scripted, sink

from mmctl.client.endpoint import Endpoint
from mmctl.client.load import check_load, run_load
from mmctl.client.outgoing import outgoing
from mmctl.client.session import SmtpSession
from mmctl.errors import Refused, UsageError

if TYPE_CHECKING:
    import socket

    from mmctl.client.load import Load


def loaded(where: Endpoint, count: int, concurrency: int, *recipients: str) -> Load:
    messages = [outgoing("m", PLAIN, recipients=[each]) for each in recipients]
    return run_load(
        messages,
        count,
        concurrency,
        lambda: SmtpSession(where, None, time.monotonic),
        clock=time.monotonic,
    )


def test_every_message_is_counted_once_and_arrives_once() -> None:
    with sink() as server:
        load = loaded(
            endpoint(server.port), 90, 7, "b@example.com", "no@example.com", "c@example.com"
        )
    assert (load.accepted, load.refused, load.failed, load.not_tried) == (60, 30, 0, 0)
    assert len(server.arrived) == 60
    assert load.reasons == {"550 5.7.1 not wanted": 30}
    assert len(load.latencies) == 90
    assert 0 < load.percentile(50) <= load.percentile(99) <= load.percentile(100)


def test_a_server_that_closes_each_session_loses_no_count() -> None:
    def play(connection: socket.socket) -> None:
        replies = (b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n")
        lines_to(connection, *replies)

    with scripted(play) as port:
        load = loaded(endpoint(port), 12, 2, "b@example.com")
    assert load.failed == 12
    assert load.accepted + load.refused + load.failed + load.not_tried == 12


def test_a_load_gives_up_where_nothing_listens_and_says_what_was_not_tried() -> None:
    load = loaded(endpoint(1), 10_000, 2, "b@example.com")
    assert load.failed > 0
    assert load.not_tried > 9_000
    assert load.failed + load.not_tried == 10_000
    assert len(load.reasons) == 1


def test_a_load_can_be_stopped() -> None:
    stop = threading.Event()
    with sink() as server:
        load = run_load(
            [outgoing("m", PLAIN)],
            100_000,
            2,
            lambda: SmtpSession(endpoint(server.port), None, time.monotonic),
            clock=time.monotonic,
            done=lambda _: stop.set(),
            stop=stop,
        )
    assert load.accepted >= 1
    assert load.not_tried > 99_000


def test_an_interrupted_load_still_says_what_was_sent() -> None:
    interrupted = threading.Event()

    def interrupt(_number: int) -> None:
        if not interrupted.is_set():
            interrupted.set()
            signal.raise_signal(signal.SIGINT)

    with sink() as server:
        load = run_load(
            [outgoing("m", PLAIN)],
            100_000,
            2,
            lambda: SmtpSession(endpoint(server.port), None, time.monotonic),
            clock=time.monotonic,
            done=interrupt,
        )
    assert load.interrupted
    assert len(server.arrived) == load.accepted >= 1
    assert load.accepted + load.refused + load.failed + load.not_tried == 100_000


def test_a_load_is_for_this_machine_alone_and_bounded() -> None:
    here = endpoint(2525)
    check_load(here, 1_000_000, 100)
    for count, concurrency in ((0, 1), (1_000_001, 1), (1, 0), (1, 101)):
        with pytest.raises(UsageError):
            check_load(here, count, concurrency)
    elsewhere = ("192.0.2.1", "mx.example.com", "127.0.0.1.example.com", "0.0.0.0", "10.0.0.1")  # noqa: S104
    for host in elsewhere:
        with pytest.raises(Refused) as refused:
            check_load(Endpoint(host=host, port=25, helo="h"), 2, 1)
        assert refused.value.why
        assert "127.0.0.1:2525" in (refused.value.help or "")
