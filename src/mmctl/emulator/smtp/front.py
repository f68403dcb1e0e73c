"""What all connections of the SMTP face share."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from mmctl.emulator.journal import IngressPointName, RefusedMail, instant
from mmctl.emulator.smtp.catching_up import pieces_of
from mmctl.emulator.smtp.limits import Connections, Room
from mmctl.emulator.smtp.logins import Logins
from mmctl.emulator.smtp.tls import TlsContexts

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mmctl.emulator.data_folder import DataFolder
    from mmctl.emulator.gateways import Configured, PointGateways, Served
    from mmctl.emulator.journal_file import Journal
    from mmctl.emulator.records.ingress import IngressPieces
    from mmctl.emulator.records.records import LogRecords
    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.emulator.smtp.settings import SmtpSettings
    from mmctl.emulator.smtp.storing import StoreReply, Storing
    from mmctl.emulator.smtp.verdicts import Verdicts

MOST_PIECES: Final = 64
"""How many configurations are kept ready for log records."""
FREE_SECONDS: Final = 0.5
"""How long it is believed how much room the disk has."""
RESERVE: Final = 32 * 1024 * 1024
"""Octets that stay free, for what is done with mail and for the logs."""


class OpenConnection(Protocol):
    """A connection, as whoever ends them all sees it."""

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What serves it."""

    def shut_down(self) -> None:
        """End it."""


class Front:
    """What all connections share: ingress points, limits, where mail and records go."""

    def __init__(
        self,
        settings: SmtpSettings,
        gateways: PointGateways,
        *,
        storing: Storing,
        journal: Journal,
        records: LogRecords,
        clock: Callable[[], datetime],
        loop: asyncio.AbstractEventLoop,
        folder: DataFolder,
        verdicts: Verdicts | None,
        add_ons: AddOnTable | None,
        on_note: Callable[[str], object],
    ) -> None:
        self.settings, self.gateways = settings, gateways
        self.storing, self.journal, self.records = storing, journal, records
        self.clock, self.loop = clock, loop
        self.tls = TlsContexts(folder, clock=clock)
        self.logins = Logins(settings.passwords, clock=clock)
        self.verdicts, self.add_ons = verdicts, add_ons
        self.conversations: set[OpenConnection] = set()
        self.on_note = on_note
        self._root = str(folder.root)
        self._free, self._free_at = 0, -FREE_SECONDS
        self.connections = Connections()
        self.room = Room()
        self._pieces: dict[str, IngressPieces] = {}

    def served(self, id_: str) -> Served | None:
        """An ingress point as it is now; None: it is gone."""
        return self.gateways.current().get(id_)

    def has_room(self, size: int) -> bool:
        """Whether the disk has room for a message and for what is done with it."""
        now = self.loop.time()
        if now - self._free_at > FREE_SECONDS:
            try:
                found = os.statvfs(self._root)
            except OSError:
                return False
            self._free, self._free_at = found.f_bavail * found.f_frsize, now
        return self._free > RESERVE + 2 * size

    def answer(self, replies: Sequence[StoreReply]) -> None:
        """Pass on replies, from whatever thread."""
        with suppress(RuntimeError):  # nobody is connected anymore
            self.loop.call_soon_threadsafe(_pass_on, replies)

    def pieces(self, configured: Configured) -> IngressPieces:
        """What is the same in all log records of an ingress point."""
        pieces = self._pieces.get(configured.digest)
        if pieces is None:
            pieces = pieces_of(configured)
            if len(self._pieces) >= MOST_PIECES:
                self._pieces.clear()
            self._pieces[configured.digest] = pieces
        return pieces

    def refused(
        self,
        session: str,
        point: IngressPointName,
        *,
        source_ip: str,
        helo: str | None,
        mail_from: str | None,
        recipient: str | None,
        reply: str,
        by: str,
    ) -> None:
        """Note that something was refused."""
        self.journal.event(
            None,
            RefusedMail(
                session=session,
                ingress_point=point,
                source_ip=source_ip,
                helo=helo,
                mail_from=mail_from,
                recipient=recipient,
                reply=reply,
                by=by,
            ),
            at=instant(self.clock()),
        )


def _pass_on(replies: Sequence[StoreReply]) -> None:
    for reply in replies:
        reply.answered(reply.text)
