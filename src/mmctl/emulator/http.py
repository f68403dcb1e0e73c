"""The HTTP face: a server on loopback for boto3, the `aws` command and any other client.

Sockets and threads live here; `routes` decides what a request means. This server is not for a
network: no signature is checked, so anyone who reaches the port may do everything.
"""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import sys
import threading
import time
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.emulator.delivery import Delivery
from mmctl.emulator.heads import BadRequest, body_length
from mmctl.emulator.routes import Request, is_of_page, respond
from mmctl.emulator.wire import HttpAnswer
from mmctl.errors import CouldNot, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from mmctl.emulator.core import MailManagerApi

LOOPBACK: Final = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
IDLE_SECONDS: Final = 120.0
"""How long a connection may be idle, and how long a request may take to arrive."""
MOST_CONNECTIONS: Final = 256
"""How many connections are served at once; more are closed unread."""
STOP_SECONDS: Final = 5.0
"""How long a stopping server waits for unfinished answers."""
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing sends RST, not FIN."""


class HttpFace:
    """A server for one Mail Manager, listening from the start, answering between start and stop.

    `port` 0 takes a free one. `clock` gives the time that decides when credentials expire.
    `on_served` gets each request and its answer, from the thread that answers it. `stopping` is
    set when the server stops, for whatever waits behind it. `page` answers what a browser asks;
    without a Mail Manager (None) it answers everything. `port_option` names the port.

    Raises:
        Refused: the host is not this machine.
        CouldNot: the port is in use, or may not be used.
    """

    def __init__(
        self,
        service: MailManagerApi | None,
        *,
        clock: Callable[[], datetime],
        port: int,
        host: str = "127.0.0.1",
        on_served: Callable[[Request, HttpAnswer], object] | None = None,
        stopping: threading.Event | None = None,
        page: Callable[[Request], HttpAnswer] | None = None,
        port_option: str = "--api-port",
    ) -> None:
        if host not in LOOPBACK:
            raise Refused(
                f"the embedded Mail Manager listens only on this machine, got the host `{host}`",
                why="it verifies no signature: whoever reaches the port can do everything",
                help=f"leave the host out; from elsewhere: ssh -L {port}:127.0.0.1:{port} MACHINE",
            )

        def answer(request: Request, number: str) -> HttpAnswer:
            if page is not None and (service is None or is_of_page(request)):
                return page(request)
            if service is None:
                return HttpAnswer(status=404, content_type="text/plain", body=b"nothing here\n")
            answer = respond(request, service, now=clock(), number=number)
            if on_served is not None:
                on_served(request, answer)
            return answer

        self._stopping = stopping or threading.Event()
        try:
            self._server = _Server(host, port, answer, self._stopping)
        except (OSError, OverflowError) as error:
            raise CouldNot(
                f"could not listen on {host} port {port}: {_reason(error)}",
                help=f"`{port_option} 0` takes a free one",
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """The URL for clients."""
        host = self._server.host
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer, in separate threads."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more requests, finish current answers, close all connections."""
        self._stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.end_connections()


def _reason(error: OSError | OverflowError) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return (text or str(error)).lower()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[Request, str], HttpAnswer],
        stopping: threading.Event,
    ) -> None:
        self.address_family = LOOPBACK[host]
        self.host = host
        self.answer = answer
        self.stopping = stopping
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind; the inherited method also asks the resolver for a name, which can take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.host, self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Return whether there is room for one more connection."""
        del request, client_address
        with self._lock:
            return len(self._open) < MOST_CONNECTIONS

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread that `end_connections` knows from the start."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            thread.start()
            self._open[request] = thread

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection until it is closed."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._open[request]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong, unless the client left."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        """Close all connections: idle ones now, others after their answer, or by force."""
        until = time.monotonic() + STOP_SECONDS
        for how in (socket.SHUT_RD, socket.SHUT_RDWR):
            with self._lock:
                remaining = dict(self._open)
            for connection in remaining:
                with contextlib.suppress(OSError):
                    connection.shutdown(how)
            for thread in remaining.values():
                thread.join(max(0.0, until - time.monotonic()))


class _Arriving(io.RawIOBase):
    """Reads from a connection until a deadline on the clock of `time.monotonic`."""

    until = 0.0

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has arrived; wait no longer than until the deadline."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("a request took too long to arrive")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One connection: HTTP/1.1, kept alive, each answer in one send."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    server: _Server

    def setup(self) -> None:
        """Read with one timeout for a whole request, not for each byte of it."""
        super().setup()
        self.rfile.close()
        self._arriving = _Arriving(self.connection)
        self.rfile = io.BufferedReader(self._arriving)

    def handle_one_request(self) -> None:
        """Wait for one request and answer it."""
        self._arriving.until = time.monotonic() + IDLE_SECONDS
        super().handle_one_request()

    def do_POST(self) -> None:
        """Answer one request."""
        self._answer("POST")

    def do_GET(self) -> None:
        """Answer with what a URL leads to."""
        self._answer("GET")

    def do_PUT(self) -> None:
        """Take one upload."""
        self._answer("PUT")

    def _answer(self, method: str) -> None:
        body = self._body(may_lack=method == "GET")
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(path=self.path, headers=headers, body=body, method=method)
        number = str(uuid.uuid4())
        answer = self.server.answer(request, number)
        if self.server.stopping.is_set():
            self.close_connection = True
        self._deliver(answer, number)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is not a request of an AWS client, in plain words."""
        text = message or explain or HTTPStatus(code).phrase
        self.close_connection = True
        answer = HttpAnswer(status=code, content_type="text/plain", body=f"{text}\n".encode())
        self.wfile.write(self._head(answer, str(uuid.uuid4())) + answer.body)

    def version_string(self) -> str:
        """Name the server."""
        return "mmctl"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: `served` reports what matters."""

    def _body(self, *, may_lack: bool) -> bytes | None:
        """Read the body; None when there is nothing more to do."""
        length = body_length(self.headers, may_lack=may_lack)
        if isinstance(length, BadRequest):
            self.send_error(length.status, length.text)
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        self.connection.settimeout(IDLE_SECONDS)
        return body

    def _deliver(self, answer: HttpAnswer, number: str) -> None:
        half = self._head(answer, number) + answer.body[: len(answer.body) // 2]
        match answer.delivery:
            case Delivery.WHOLE:
                self.wfile.write(self._head(answer, number) + answer.body)
            case Delivery.HALF_AND_CLOSED:
                self.wfile.write(half)
                self.close_connection = True
            case Delivery.HALF_AND_RESET:
                self.wfile.write(half)
                self._reset()
            case Delivery.RESET:
                self._reset()
            case Delivery.NEVER:
                self._wait_until_the_client_leaves()
                self._reset()
            case _:
                assert_never(answer.delivery)

    def _head(self, answer: HttpAnswer, number: str) -> bytes:
        phrase = next((each.phrase for each in HTTPStatus if each == answer.status), "")
        lines = [
            f"HTTP/1.1 {answer.status} {phrase}",
            f"Server: {self.version_string()}",
            f"Date: {self.date_time_string()}",
            f"x-amzn-RequestId: {number}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.headers),
            *(["Connection: close"] if self.close_connection else []),
        ]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.connection.close()

    def _wait_until_the_client_leaves(self) -> None:
        """End also when the server stops, which reads as if the client had left."""
        self.connection.settimeout(None)
        with contextlib.suppress(OSError):
            self.connection.recv(1, socket.MSG_PEEK)
