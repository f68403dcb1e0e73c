"""The DNS asked for real: a server on loopback, which also gives answers that are none."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from mmctl.mail.records import DnsRecords, UnansweredError

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE: Final = "127.0.0.1"
ZONE: Final = {
    ("example.com.", "MX"): ["10 mail.example.com.", "20 backup.example.com."],
    ("example.com.", "TXT"): ['"v=spf1 " "-all"'],
}


def answered(question: bytes) -> bytes:
    """The answer of a server to a question; some names have answers that are none."""
    asked = dns.message.from_wire(question)
    one = asked.question[0]
    name = one.name.to_text()
    if name == "garbage.example.":
        return b"\x00" * 40
    reply = dns.message.make_response(asked)
    kind = dns.rdatatype.to_text(one.rdtype)
    data = ZONE.get((name, kind))
    if data is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    else:
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *data))
    return reply.to_wire()


@contextmanager
def server() -> Iterator[int]:
    """A name server on loopback, and its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        sock.settimeout(0.2)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    question, client = sock.recvfrom(4096)
                except TimeoutError:
                    continue
                sock.sendto(answered(question), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            done.set()
            thread.join(timeout=120)


def test_the_server_that_is_named_is_asked() -> None:
    with server() as port:
        records = DnsRecords(seconds=60.0, server=HERE)
        records._made().port = port
        found = records.ask("example.com", "MX")
        assert {(each.preference, str(each.exchange)) for each in found} == {
            (10, "mail.example.com."),
            (20, "backup.example.com."),
        }
        assert records.ask("other.example", "MX") == ()
        assert records.ask("x" * 300, "MX") == ()
        assert records.servers() == (HERE,)
        hasty = DnsRecords(seconds=0.5, server=HERE)
        hasty._made().port = port
        with pytest.raises(UnansweredError):
            hasty.ask("garbage.example", "MX")
