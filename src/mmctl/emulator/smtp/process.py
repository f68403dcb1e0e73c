"""The SMTP process: everything is opened, mail is taken, everything is closed in order."""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mmctl.emulator.data_folder import DataFolder, FolderLock, StateLock, unusable
from mmctl.emulator.database import Database
from mmctl.emulator.delivering.configurations import kept_configuration
from mmctl.emulator.delivering.post_office import PostOffice
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.emulator.gateways import PointGateways
from mmctl.emulator.journal_file import Journal
from mmctl.emulator.records.records import LogRecords
from mmctl.emulator.smtp.catching_up import catch_up
from mmctl.emulator.smtp.doors import Doors
from mmctl.emulator.smtp.front import Front
from mmctl.emulator.smtp.storing import Storing
from mmctl.emulator.smtp.verdicts import Verdicts
from mmctl.emulator.store import ResourceStore
from mmctl.errors import MmctlError
from mmctl.language.readings import Readings
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mmctl.emulator.delivering.services import Services
    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.emulator.smtp.settings import SmtpSettings
    from mmctl.emulator.smtp.storing import StoredMessage, StoreReply
    from mmctl.emulator.smtp.verdicts import Authenticate

END_SECONDS: Final = 10.0
"""How long connections may take to end."""
MOST_TROUBLES: Final = 100
"""So many different troubles of connections are said."""
LOOK_SECONDS: Final = 0.1
"""How long it takes at most until a new ingress point has its port."""


def serve(
    settings: SmtpSettings,
    *,
    clock: Callable[[], datetime],
    on_ready: Callable[[list[dict[str, Any]]], object],
    on_note: Callable[[str], None],
    ended: Callable[[asyncio.AbstractEventLoop, asyncio.Event], object],
    services: Services | None = None,
    authenticate: Authenticate | None = None,
    add_ons: AddOnTable | None = None,
) -> None:
    """Take mail until the event that `ended` gets is set.

    Raises:
        MmctlError: it cannot begin: a port is in use, the folder cannot be written, …
    """
    logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
    folder = DataFolder(Path(settings.data))
    folder.make()
    with ExitStack() as stack:
        stack.enter_context(FolderLock(folder))
        stack.enter_context(StateLock(settings.state))
        stack.callback(lambda: folder.ports.unlink(missing_ok=True))
        database = stack.enter_context(closing(Database(settings.state)))
        gateways = PointGateways(
            database,
            ResourceStore(database),
            clock=clock,
            readings=Readings.of(settings.readings),
        )
        try:
            journal = stack.enter_context(closing(Journal(folder, clock=clock)))
            records = stack.enter_context(closing(LogRecords(folder.logs, on_trouble=on_note)))
            office = stack.enter_context(
                closing(
                    PostOffice(
                        folder,
                        journal,
                        clock=clock,
                        settings=DeliverySettings.of_json(settings.delivering),
                        services=services,
                        records=records,
                        on_trouble=on_note,
                    )
                )
            )
            catch_up(folder, journal, records)
            office.resume(partial(kept_configuration, folder))

            def stored(group: Sequence[StoredMessage]) -> None:
                for each in group:
                    configured = each.received.configured
                    certificate = each.received.certificate
                    records.accepted(front.pieces(configured), each.line, certificate)
                    office.take(each.accepted, configured, each.submission, each.line)

            def answer(replies: Sequence[StoreReply]) -> None:
                front.answer(replies)

            storing = stack.enter_context(
                closing(
                    Storing(
                        folder,
                        journal,
                        clock=clock,
                        on_stored=stored,
                        answer=answer,
                        on_trouble=on_note,
                        add_ons=add_ons,
                    )
                )
            )
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(troubles(on_note))
            stack.enter_context(closing(loop))
            verdicts = None if authenticate is None else Verdicts(authenticate, loop)
            if verdicts is not None:
                stack.enter_context(closing(verdicts))
            front = Front(
                settings,
                gateways,
                storing=storing,
                journal=journal,
                records=records,
                clock=clock,
                loop=loop,
                folder=folder,
                verdicts=verdicts,
                add_ons=add_ons,
                on_note=on_note,
            )
        except OSError as error:
            raise unusable(folder, error) from error
        loop.run_until_complete(_run(front, folder, on_ready, on_note, ended))


def troubles(
    on_note: Callable[[str], object],
) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """What says the troubles of a loop, each of them once: without files left, they are many."""
    said: set[str] = set()

    def say(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        text = visible(str(context.get("exception") or context.get("message")))
        if text not in said and len(said) < MOST_TROUBLES:
            said.add(text)
            on_note(f"trouble with a connection: {text}")

    return say


async def _run(
    front: Front,
    folder: DataFolder,
    on_ready: Callable[[list[dict[str, Any]]], object],
    on_note: Callable[[str], None],
    ended: Callable[[asyncio.AbstractEventLoop, asyncio.Event], object],
) -> None:
    stop = asyncio.Event()
    ended(front.loop, stop)
    doors = Doors(front, folder, on_note=on_note)
    await doors.follow(at_start=True)
    on_ready(doors.points)
    said = ""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        try:
            await doors.follow()
            said = ""
        except (MmctlError, OSError) as error:
            text = error.message if isinstance(error, MmctlError) else str(error)
            if text != said:
                on_note(text)
                said = text
    await doors.close()
    await _end_conversations(front)


async def _end_conversations(front: Front) -> None:
    """End all connections; messages that are just being stored get their reply first."""
    tasks = []
    for conversation in tuple(front.conversations):
        conversation.shut_down()
        if conversation.task is not None:
            tasks.append(conversation.task)
    if tasks:
        await asyncio.wait(tasks, timeout=END_SECONDS)
