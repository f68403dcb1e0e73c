"""A bounded load on a server of this machine: `mmctl send --count N --concurrency M`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.cli import world
from mmctl.cli.exit_codes import INTERRUPTED
from mmctl.cli.progress import Progress
from mmctl.cli.result_table import LOADED, write
from mmctl.cli.sending.destination import destination_of
from mmctl.cli.sending.messages import messages_to_send
from mmctl.cli.sending.sent import context_for
from mmctl.client.load import check_load, run_load
from mmctl.client.results import Loaded
from mmctl.client.session import SmtpSession

if TYPE_CHECKING:
    from mmctl.cli.run import Run
    from mmctl.cli.sending.options import SendOptions


def send_load(run: Run, options: SendOptions) -> int:
    """Send the messages many times, and report the counts; return the exit code."""
    target = destination_of(run, options)
    count, concurrency = options.count or 1, options.concurrency or 1
    check_load(target.endpoint, count, concurrency)
    messages = [each.message for each in messages_to_send(run, options, target.project)]
    context = context_for(target.endpoint)
    with Progress(run, "message") as progress:
        load = run_load(
            messages,
            count,
            concurrency,
            lambda: SmtpSession(target.endpoint, context, world.elapsed),
            clock=world.elapsed,
            done=(lambda number: progress.count(number, of=count)) if progress.shown else None,
        )
    loaded = Loaded(
        endpoint=target.endpoint, embedded=target.embedded, concurrency=concurrency, load=load
    )
    write(run, LOADED, loaded)
    if load.interrupted:
        return INTERRUPTED
    if load.failed or load.not_tried:
        return 5
    return 1 if load.refused else 0


def human(_run: Run, loaded: Loaded) -> object:
    """The counts, the times and why messages were not accepted."""
    from mmctl.render.text.send import load_report

    return load_report(loaded)


def document(_run: Run, loaded: Loaded) -> dict[str, Any]:
    """The same as `mmctl/send@1`."""
    from mmctl.render.documents.send import load_document

    return load_document(loaded)
