"""Ports of loopback, none of which somebody else takes meanwhile, and aiosmtpd on one of them."""

from __future__ import annotations

import random
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from asyncio import AbstractServer
    from collections.abc import Awaitable, Iterator

HERE = "127.0.0.1"
READY_SECONDS = 120.0
_BELOW_THOSE_OF_SYSTEMS = range(20_000, 32_000)
"""Linux gives 32768 and more to whoever names no port, other systems 49152 and more."""


def free_port() -> int:
    """A port for a program that must be told one."""
    while True:
        port = random.choice(_BELOW_THOSE_OF_SYSTEMS)  # noqa: S311 - no secret
        with socket.socket() as tried:
            if tried.connect_ex((HERE, port)) == 0:
                continue
            try:
                tried.bind((HERE, port))
            except OSError:
                continue
            return port


@contextmanager
def refusing_port() -> Iterator[int]:
    """A port that refuses connections until the block ends: it is taken, and nobody listens."""
    with socket.socket() as held:
        held.bind((HERE, 0))
        yield held.getsockname()[1]


class LocalController(Controller):
    """A server of aiosmtpd on a port that is its own from the start, and that may start slowly."""

    def __init__(self, handler: Any, **options: Any) -> None:
        self._held = socket.create_server((HERE, 0))
        super().__init__(
            handler,
            hostname=HERE,
            port=self._held.getsockname()[1],
            ready_timeout=READY_SECONDS,
            **options,
        )

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._held, ssl=self.ssl_context)
