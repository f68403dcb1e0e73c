"""A project that is live on its embedded Mail Manager, which takes mail while a block runs."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mmctl.cli.main import exit_code
from mmctl.emulator.smtp.process import serve
from mmctl.emulator.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 120.0
"""Seconds after which a test gives up; nothing waits that long unless something is broken."""


def live_project(folder: Path, change: Callable[[Path], None] | None = None) -> None:
    """Write a new project into the current folder, change it, and make it live."""
    assert exit_code(["init", "--no-input"]) == 0
    if change is not None:
        change(folder)
    assert exit_code(["apply", "--yes", "-q", "--force", "lint", "--force", "cases"]) == 0


@contextmanager
def served(project: Path, **settings: Any) -> Iterator[None]:
    """The server of the project's mail, with settings of `mmctl emulate`."""
    state, data = project / ".mmctl/embedded.db", project / ".mmctl/mail"
    given = {"host": "127.0.0.1", "port": 0, **settings}
    ready, ending = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def ended(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        def wait() -> None:
            ending.wait()
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=wait, daemon=True).start()

    def run() -> None:
        try:
            serve(
                SmtpSettings(state=str(state), data=str(data), **given),
                clock=lambda: datetime.now(UTC),
                on_ready=lambda _: ready.set(),
                on_note=lambda _: None,
                ended=ended,
            )
        except BaseException as error:  # noqa: BLE001 - the test gets it
            errors.append(error)
            ready.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        if errors:
            raise errors[0]
        yield
    finally:
        ending.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
