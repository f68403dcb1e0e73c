"""How the results of `mmctl logs` are written in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.cli.formats import Format
from mmctl.cli.messages.logged import write_one
from mmctl.cli.progress import Progress
from mmctl.render.documents import logs as documents
from mmctl.render.text import logs as text

if TYPE_CHECKING:
    from mmctl.cli.messages.logged import LogNumbers, MarkedMail, OpenedLogs
    from mmctl.cli.run import Run
    from mmctl.render.text.styled_parts import StyledParts


def messages(run: Run, logs: OpenedLogs) -> None:
    """Write the messages one after the other, as they are found."""
    shown = 0
    with Progress(run, "message") as progress:
        for message in logs.messages():
            progress.clear()
            write_one(logs, message, first=not shown)
            shown += 1
    if run.format is Format.HUMAN:
        if not shown:
            run.write("no message\n")
        # Of one id only its own records were read: they say nothing about the whole log.
        if len(logs.asked.message_ids) != 1:
            run.say(text.summary(shown, logs.log.counts, logs.log.reach))


def document(_run: Run, logs: OpenedLogs) -> dict[str, Any]:
    """The messages as `mmctl/logs@1`."""
    found = [documents.message(logs.told(each)) for each in logs.messages()]
    return _head(logs) | {"messages": found}


def numbers(run: Run, found: LogNumbers) -> StyledParts:
    """The numbers of a log, or only the rules that were never hit."""
    if found.never_only:
        return text.never_hit(found.never or (), found.found, verbose=run.verbose)
    return text.statistics(found.found, found.never, verbose=run.verbose)


def numbers_document(_run: Run, found: LogNumbers) -> dict[str, Any]:
    """The numbers as `mmctl/logs@1`."""
    return _head(found.logs) | {"stats": documents.statistics(found.found, found.never)}


def shadow(_run: Run, found: MarkedMail) -> StyledParts:
    """What shadow rules would have hit."""
    return text.shadow(found.found)


def shadow_document(_run: Run, found: MarkedMail) -> dict[str, Any]:
    """The same as `mmctl/logs@1`."""
    return _head(found.logs) | {"shadow": [documents.shadow(each) for each in found.found]}


def _head(logs: OpenedLogs) -> dict[str, Any]:
    names = [source.name for source in logs.log.sources]
    return documents.head(names, logs.log.counts, logs.log.reach)
