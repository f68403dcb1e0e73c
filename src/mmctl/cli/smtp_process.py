"""The process that `mmctl emulate` starts for SMTP: settings on stdin, JSON lines on stdout.

It ends when its stdin ends, so that it never outlives the process that started it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from typing import Any

from mmctl.cli import world
from mmctl.cli.local_services import services_of
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.emulator.smtp.process import serve
from mmctl.emulator.smtp.settings import SmtpSettings
from mmctl.errors import MmctlError


def main() -> int:
    """Take mail until stdin ends."""
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", None)):  # Windows has no SIGHUP
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
    stdin = world.standard_input_bytes()
    settings = SmtpSettings.of_json(json.loads(stdin.readline()))
    lock = threading.Lock()

    def say(**members: Any) -> None:
        with lock:
            os.write(1, json.dumps(members).encode() + b"\n")

    def ended(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        def wait() -> None:
            while stdin.read(1):
                pass
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=wait, name="end of stdin", daemon=True).start()
        signal.signal(signal.SIGTERM, lambda _number, _frame: loop.call_soon_threadsafe(stop.set))

    try:
        serve(
            settings,
            clock=world.now,
            on_ready=lambda points: say(ready=points),
            on_note=lambda text: say(note=text),
            ended=ended,
            services=services_of(DeliverySettings.of_json(settings.delivering)),
        )
    except MmctlError as error:
        say(error=error.message, help=error.help, code=error.exit_code)
        return error.exit_code
    return 0


if __name__ == "__main__":
    world.leave(main())
