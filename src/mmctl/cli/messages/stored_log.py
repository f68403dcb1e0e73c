"""A log joined with messages that were stored: they say which rules its records mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.cli.messages.comparing import authenticate_of, stored_messages
from mmctl.errors import UsageError
from mmctl.operate.logs.stored import joined
from mmctl.records import replace
from mmctl.render.text import logs as text

if TYPE_CHECKING:
    from mmctl.cli.messages.comparing import ComparingOptions
    from mmctl.cli.messages.logged import OpenedLogs


def with_stored(logs: OpenedLogs, options: ComparingOptions) -> OpenedLogs:
    """The same logs, joined with the messages that were stored; these are named.

    Raises:
        UsageError: a source cannot be read, or there is no project.
        CouldNot: a bucket cannot be read.
    """
    run, project = logs.run, logs.project
    if project is None:
        raise UsageError("`--messages` says which rules of a project are meant", help="-C DIR")
    messages = list(logs.messages())
    found = joined(
        messages,
        logs.names,
        stored_messages(run, project, options),
        authenticate_of(run, options),
    )
    run.say(text.joined(found))
    # A rule that is asked for may be decided to be another.
    asked = tuple(each for each in messages if logs.asked.is_met(each, found.names))
    return replace(logs, names=found.names, joined=asked)
