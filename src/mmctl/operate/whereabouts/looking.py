"""Looks a message up in a log, and says where it is for each recipient."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.operate.logs.outcomes import endings
from mmctl.operate.whereabouts.asked import SHOWN_AT_MOST
from mmctl.operate.whereabouts.sentences import WhereSentences, clock
from mmctl.operate.whereabouts.told import MessageAt, Noted, WhereAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mmctl.operate.logs.messages import LoggedMessage
    from mmctl.operate.logs.names import LogNames
    from mmctl.operate.logs.reading import Log
    from mmctl.operate.whereabouts.asked import AskedWhere

LATE: Final = timedelta(minutes=15)
"""How much later than mail its records may come."""


def look(
    log: Log,
    asked: AskedWhere,
    names: LogNames,
    *,
    environment: str | None = None,
    noted: Callable[[Iterable[str]], dict[str, Noted]] | None = None,
    at_most: int = SHOWN_AT_MOST,
) -> WhereAnswer:
    """Where the messages are that may be meant.

    `noted` gives what is known beyond the log, by message id.

    Raises:
        UsageError, CouldNot: a source cannot be read.
    """
    found = sorted(
        filter(asked.is_met, log.messages(asked.in_log(), names)),
        key=lambda message: (asked.nearest(message), message.at),
    )
    if not found:
        near = tuple(_near(log, asked, names))
        return WhereAnswer(
            found=0,
            messages=(),
            reach=log.reach,
            not_seen=_not_seen(log, asked),
            near=near,
        )
    shown = found[:at_most]
    ids = [message.id for message in shown if message.id is not None]
    more = {} if noted is None else noted(ids)
    sentences = WhereSentences(names, environment)
    return WhereAnswer(
        found=len(found),
        messages=tuple(
            _message(message, asked, names, sentences, more.get(message.id or "", Noted()))
            for message in shown
        ),
        reach=log.reach,
    )


def _message(
    message: LoggedMessage,
    asked: AskedWhere,
    names: LogNames,
    sentences: WhereSentences,
    noted: Noted,
) -> MessageAt:
    ends = endings(message, names)
    wanted = [ended for ended in ends if asked.is_recipient(ended.recipient)]
    client, accepted = message.client, message.accepted
    return MessageAt(
        id=message.id,
        at=message.at,
        mail_from=None if client is None else client.mail_from,
        ingress_point=None if accepted is None else names.point(accepted.ingress_point),
        recipients=tuple(sentences.of(message, ended, noted) for ended in wanted),
        further=len(ends) - len(wanted),
    )


def _not_seen(log: Log, asked: AskedWhere) -> str:
    """Why nothing was found: not yet, or not at all."""
    reach = log.reach
    if reach is None:
        return "not seen: the log has no records"
    first, last = reach
    if asked.middle < first:
        return f"not seen: the log begins at {clock(first)}, after the time that is asked for"
    until = f"the log reaches until {clock(last)}"
    if asked.around is None:
        since = max(first, asked.since)
        if since <= last:
            return (
                f"not seen from {clock(since)} until {clock(last)}, which the log reaches; "
                "records of later mail come some minutes late"
            )
    if asked.middle > last - LATE:
        return f"not yet seen: {until}, and records come some minutes late"
    return (
        f"not seen: {until}, and no such message came: it never reached an ingress point, "
        "or under other addresses"
    )


def _near(log: Log, asked: AskedWhere, names: LogNames) -> Iterator[str]:
    """What the log has of the sender to others, and of others to the recipient."""
    if asked.sender is None or asked.recipient is None:
        return
    if not all(source.again for source in log.sources):
        return
    ways = (
        (replace(asked, recipient=None), f"from `{asked.sender.text}` to others"),
        (replace(asked, sender=None), f"from others to `{asked.recipient.text}`"),
    )
    for half, words in ways:
        number = sum(map(half.is_met, log.messages(half.in_log(), names)))
        if number:
            yield f"{counted(number, 'message')} {words} at that time"
