"""SMTP servers for tests: a sink that keeps what arrives, and one that says what a test wants."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loopback import LocalController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ID = "0a1b2c3d" * 5


@dataclass
class Arrived:
    """One message, as the sink got it."""

    mail_from: str
    recipients: list[str]
    content: bytes
    helo: str
    tls: bool
    user: str | None
    options: list[str]


@dataclass
class Sink:
    """Takes mail on loopback; recipients that begin with `no` are refused."""

    arrived: list[Arrived] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("no"):
            return "550 5.7.1 not wanted"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        login = getattr(session, "login_data", None)
        self.arrived.append(
            Arrived(
                mail_from=envelope.mail_from,
                recipients=list(envelope.rcpt_tos),
                content=envelope.original_content,
                helo=session.host_name,
                tls=session.ssl is not None,
                user=login,
                options=list(envelope.mail_options),
            )
        )
        return f"250 OK {ID}"


@contextlib.contextmanager
def sink(**options: Any) -> Iterator[Sink]:
    """A sink that listens while the block runs."""
    handler = Sink()
    controller = LocalController(handler, **options)
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop()


@contextlib.contextmanager
def scripted(play: Callable[[socket.socket], None]) -> Iterator[int]:
    """A raw server: `play` gets each connection; yields its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(30)

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(30)
                play(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        thread.join(timeout=120)
        listening.close()


def lines_to(connection: socket.socket, *replies: bytes) -> None:
    """Greet, then answer each line with the next reply; then close."""
    file = connection.makefile("rb")
    for place, reply in enumerate(replies):
        if place:
            file.readline(10_000)
        connection.sendall(reply)


def server_context(folder: Path, name: str = "localhost", *, names: str = "DNS:localhost") -> Any:
    """A server's TLS with a certificate of its own; the certificate is `NAME.crt` in the folder."""
    write_certificate(folder, name, names=names)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


def write_certificate(folder: Path, name: str, *, names: str = "DNS:localhost") -> None:
    """A self-signed certificate `NAME.crt` with its key `NAME.key`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(names.removeprefix("DNS:"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
