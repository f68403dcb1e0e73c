"""The process that `mmctl emulate` starts for SMTP: settings on stdin, JSON lines on stdout.

It ends when its stdin ends, so that it never outlives the process that started it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmctl.cli import world
from mmctl.cli.local_services import services_of
from mmctl.emulator.delivering.settings import DeliverySettings
from mmctl.emulator.smtp.process import serve
from mmctl.emulator.smtp.settings import SmtpSettings
from mmctl.errors import MmctlError, UsageError
from mmctl.inputs import FILE_AT_MOST, read_text

if TYPE_CHECKING:
    from mmctl.emulator.smtp.add_on_table import AddOnTable
    from mmctl.mail.authenticate import Authenticator


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
        def end() -> None:
            with suppress(RuntimeError):  # the loop is closed: it ends already
                loop.call_soon_threadsafe(stop.set)

        def wait() -> None:
            # Whoever waits in a buffered read has a lock that the end of Python wants.
            while os.read(stdin.fileno(), 1):
                pass
            end()

        threading.Thread(target=wait, name="end of stdin", daemon=True).start()
        signal.signal(signal.SIGTERM, lambda _number, _frame: end())

    try:
        serve(
            settings,
            clock=world.now,
            on_ready=lambda points: say(ready=points),
            on_note=lambda text: say(note=text),
            ended=ended,
            services=services_of(DeliverySettings.of_json(settings.delivering)),
            authenticate=_authenticator(settings),
            add_ons=None if settings.add_ons is None else _table(settings.add_ons),
        )
    except MmctlError as error:
        say(error=error.message, help=error.help, code=error.exit_code)
        return error.exit_code
    return 0


def _authenticator(settings: SmtpSettings) -> Authenticator | None:
    from mmctl.cli.options.authenticate import authenticator_by

    if settings.zone is not None:
        return authenticator_by(Path(settings.zone), shown=settings.zone)
    return authenticator_by(None, shown="") if settings.dns else None


def _table(name: str) -> AddOnTable:
    """What a file says of the answers of add-ons.

    Raises:
        UsageError: it cannot be read, or is not such a table.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from mmctl.emulator.smtp.add_on_table import AddOnTable

    try:
        rows = YAML(typ="safe").load(read_text(name, at_most=FILE_AT_MOST))
        return AddOnTable.of(rows)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read `{name}`: {(reason or '').lower()}") from None
    except (YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise UsageError(f"`{name}` is not YAML: {reason}") from None
    except UsageError as error:
        raise UsageError(f"`{name}`: {error.message}", help=error.help) from None


if __name__ == "__main__":
    world.leave(main())
