"""The ports: one for each ingress point, opened and closed as the state changes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.data_folder import write_ports
from mmctl.emulator.smtp.conversation import Conversation
from mmctl.errors import CouldNot

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Served
    from mmctl.emulator.smtp.front import Front

MOST_PORTS_TRIED: Final = 200
_LAST_PORT: Final = 65_535
_BACKLOG: Final = 256


class Doors:
    """Listens for each ingress point; one keeps its port as long as this process runs."""

    def __init__(
        self,
        front: Front,
        folder: DataFolder,
        *,
        on_note: Callable[[str], object],
    ) -> None:
        self._front, self._folder, self._on_note = front, folder, on_note
        self._ports: dict[str, int] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._written: list[dict[str, Any]] | None = None

    async def follow(self, *, at_start: bool = False) -> None:
        """Open and close ports as the state says, and say so in `ports.json`.

        Raises:
            CouldNot: a port is in use at the start, or the state cannot be read.
            OSError: `ports.json` cannot be written.
        """
        current = self._front.gateways.current()
        for id_ in [id_ for id_ in self._servers if id_ not in current]:
            server = self._servers.pop(id_)
            server.close()
        for id_, served in current.items():
            if id_ not in self._servers:
                await self._open(served, at_start=at_start)
        points = [self._point(served) for served in current.values() if served.id in self._servers]
        if points != self._written:
            settings = self._front.settings
            write_ports(
                self._folder,
                api=settings.api,
                page=settings.page,
                pid=settings.server or 0,
                points=points,
            )
            self._written = points

    @property
    def points(self) -> list[dict[str, Any]]:
        """Where each ingress point is, as `ports.json` says it."""
        return list(self._written or ())

    async def close(self) -> None:
        """Close all ports; who is connected already goes on."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()

    async def _open(self, served: Served, *, at_start: bool) -> None:
        settings = self._front.settings
        kept = self._ports.get(served.id)
        port = kept if kept is not None else self._next_port()
        for tried in range(MOST_PORTS_TRIED):
            try:
                server = await self._front.loop.create_server(
                    lambda: Conversation(self._front, served.id),
                    host=settings.host,
                    port=port,
                    backlog=_BACKLOG,
                )
            except (OSError, OverflowError) as error:
                if at_start or kept is not None or port >= _LAST_PORT:
                    raise _in_use(settings.host, port, served, error) from error
                if not tried:
                    self._on_note(f"port {port} is in use: trying the next ones")
                port += 1
                continue
            port = server.sockets[0].getsockname()[1]
            self._ports[served.id] = port
            self._servers[served.id] = server
            if not at_start:
                self._on_note(f"ingress point {served.name}: {settings.host} port {port}")
            return

    def _next_port(self) -> int:
        first = self._front.settings.port
        if not first:
            return 0
        return max([first - 1, *self._ports.values()]) + 1

    def _point(self, served: Served) -> dict[str, Any]:
        return {
            "id": served.id,
            "name": served.name,
            "type": served.type,
            "account": served.account,
            "region": served.region,
            "host": self._front.settings.host,
            "port": self._ports[served.id],
            "status": served.status,
            "tls_policy": served.tls_policy,
        }


def _in_use(host: str, port: int, served: Served, error: OSError | OverflowError) -> CouldNot:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        reason = "it is in use"
    return CouldNot(
        f"could not listen on {host} port {port} for ingress point `{served.name}`:"
        f" {(reason or str(error)).lower()}",
        help="name another first port with `--smtp-port`; 0 takes free ones",
    )
