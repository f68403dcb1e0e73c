"""`mmctl play`: a page on this machine where rules and a message are changed, and its way shown."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import Annotated, Final

import typer

from mmctl.cli import world
from mmctl.cli.interruptions import stoppable
from mmctl.cli.run import Run

_PORT: Final = 4580
_A_LONG_TIME: Final = 3600.0


def play(
    run: Run,
    port: Annotated[
        int, typer.Option("--port", help="The port; 0 takes a free one.", metavar="N")
    ] = _PORT,
) -> int:
    """Show live what becomes of a message while rules are edited on a page of this machine."""
    from mmctl.cli.emulated_mail import refuse_no_port
    from mmctl.cli.playing import play_page
    from mmctl.emulator.http import HttpFace
    from mmctl.serve.page.entry import PageEntry

    refuse_no_port("--port", port)
    run.sources()
    token = world.new_token()
    entry = PageEntry(token=token, command="mmctl play")
    stopping = threading.Event()
    page = play_page(run, entry=entry, wait=stopping.wait)
    page.look()
    with (
        stoppable(by_hangup=True),
        HttpFace(
            None, clock=run.now, port=port, stopping=stopping, page=page, port_option="--port"
        ) as face,
        suppress(KeyboardInterrupt),
    ):
        run.write(_greeting(f"{face.url}/?token={token}"))
        sys.stdout.flush()
        while not stopping.wait(_A_LONG_TIME):
            pass
    run.say("stopped")
    return 0


def _greeting(url: str) -> str:
    return (
        f"page: {url}\n"
        "\n"
        "Bounds:\n"
        "  - what you type on the page stays there: no file of rules is written\n"
        "  - a case is saved only when you say so, in a new file below a folder of cases\n"
        "  - it listens only on this machine (loopback), and asks no other host\n"
        "\n"
        "Ctrl-C stops it.\n"
    )
