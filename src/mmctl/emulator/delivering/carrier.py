"""Hands letters to servers and functions, and says what became of each recipient."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.emulator.delivering.deed import NotNow
from mmctl.emulator.delivering.functions import call
from mmctl.emulator.delivering.letters import LetterKind
from mmctl.emulator.delivering.message_copy import one_line, with_headers
from mmctl.emulator.delivering.moments import is_over, moment
from mmctl.emulator.delivering.notices import MTA
from mmctl.emulator.delivering.smtp_link import Link, ServerReply, Unreachable
from mmctl.emulator.journal import instant
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.emulator.delivering.journey import Journey
    from mmctl.emulator.delivering.lanes import Lane
    from mmctl.emulator.delivering.letters import Letter
    from mmctl.emulator.delivering.means import DeliveryMeans

HOPS_AT_MOST: Final = 30
"""So many servers a message may have come through: more are a loop."""
_RECEIVED: Final = re.compile(rb"(?im)^received:")
_LONGEST_HEADER: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """What became of the recipients of a letter in one try."""

    tries: int
    delivered: tuple[str, ...] = ()
    reply: str = ""
    """What the target said when it took the message."""
    failed: tuple[tuple[str, str], ...] = ()
    """Recipients who are given up, each with the reason."""
    waiting: tuple[str, ...] = ()
    why: str = ""
    """Why those wait."""
    left: Letter | None = None
    """What is still to be handed on."""


@dataclass(slots=True)
class _Kept:
    """What a lane keeps for the next letter."""

    link: Link
    down_until: datetime | None = None
    why: str = ""
    failures: int = 0
    """How often in a row it did not answer."""


def carry(letter: Letter, journey: Journey, lane: Lane, means: DeliveryMeans) -> HandedOn:
    """Hand a letter on, in the lane of its target.

    Raises:
        OSError: the message cannot be read.
    """
    match letter.kind:
        case LetterKind.MAIL:
            return _by_mail(letter, journey, lane, means)
        case LetterKind.EVENT:
            return _by_call(letter, means)
        case _:
            assert_never(letter.kind)


def _by_call(letter: Letter, means: DeliveryMeans) -> HandedOn:
    event = (means.folder.root / (letter.file or "")).read_bytes()
    try:
        call(letter.target, event, means, waits=False)
    except NotNow as error:
        return _tried(letter, {}, dict.fromkeys(letter.recipients, str(error)), {}, means)
    return HandedOn(tries=letter.tries + 1, delivered=letter.recipients, reply="called")


def _by_mail(letter: Letter, journey: Journey, lane: Lane, means: DeliveryMeans) -> HandedOn:
    if letter.server is not None:
        now = means.settings.server_now(letter.target, letter.server)
        if now is None:
            why = (
                f"it was for {letter.server}, and no `--deliver {letter.target}=HOST:PORT` is given"
            )
            until = means.clock() + timedelta(seconds=means.settings.retries.most)
            return _not_tried(letter, until, why, means)
    content = _content(letter, journey, means)
    if len(_RECEIVED.findall(content, 0, _LONGEST_HEADER)) > HOPS_AT_MOST:
        looped = "554 5.4.6 the message comes through too many servers: a loop"
        return _tried(letter, {}, {}, dict.fromkeys(letter.recipients, looped), means)
    kept = _kept(letter, lane, means)
    down = kept.down_until
    if down is not None and means.clock() < down:
        return _not_tried(letter, down, kept.why, means)
    try:
        replies = kept.link.hand_over(letter.mail_from, letter.recipients, content)
    except Unreachable as error:
        return _unreachable(letter, kept, str(error), means)
    kept.down_until, kept.failures = None, 0
    taken = {each: reply.text for each, reply in replies.items() if reply.accepts}
    refused = {each: reply.text for each, reply in replies.items() if reply.refuses}
    wait = {each: said.text for each, said in replies.items() if _waits(said)}
    return _tried(letter, taken, wait, refused, means)


def _waits(reply: ServerReply) -> bool:
    return not reply.accepts and not reply.refuses


def _kept(letter: Letter, lane: Lane, means: DeliveryMeans) -> _Kept:
    if not isinstance(lane.kept, _Kept):
        if letter.server is None:
            raise ValueError(f"a letter without a server: {letter.key}")
        secret = means.settings.secret_of_relay(letter.target)
        link = Link(letter.server, secret, means.settings.patience)
        lane.kept = _Kept(link)
        lane.closing = link.close
    return lane.kept


def _content(letter: Letter, journey: Journey, means: DeliveryMeans) -> bytes:
    """The message with the trace of this server (RFC 5321 §4.4)."""
    if letter.file is not None:
        return (means.folder.root / letter.file).read_bytes()
    session = journey.accepted.session
    came = f"from {_word(session.helo)} ([{_word(session.source_ip)}])"
    trace = f"Received: {came} by {MTA} with SMTP id {journey.accepted.id};"
    line = f"{trace} {format_datetime(means.clock())}\r\n"
    return line.encode("utf-8", "replace") + with_headers(journey.message.read(), letter.headers)


def _word(text: str | None) -> str:
    return re.sub(r"[\s();\[\]<>]+", "", one_line(text or ""))[:255] or "unknown"


def _unreachable(letter: Letter, kept: _Kept, why: str, means: DeliveryMeans) -> HandedOn:
    """The server does not answer: the letters behind wait, and go first then.

    It may be this letter that makes it end the dialogue, and must not hold up the others.
    """
    kept.failures += 1
    delay = timedelta(seconds=means.settings.retries.after(kept.failures))
    until = moment(instant(means.clock() + delay))
    kept.down_until, kept.why = until, why
    found = _tried(letter, {}, dict.fromkeys(letter.recipients, why), {}, means)
    if found.left is None or found.left.next is None:
        return found
    due = max(moment(found.left.next), until + timedelta(milliseconds=1))
    return replace(found, left=replace(found.left, next=instant(due)))


def _not_tried(letter: Letter, until: datetime, why: str, means: DeliveryMeans) -> HandedOn:
    """The server did not answer a moment ago: letters behind that one wait as long."""
    if _is_old(letter, means):
        failed = tuple((each, why) for each in letter.recipients)
        return HandedOn(tries=letter.tries, failed=failed)
    left = replace(letter, next=instant(until))
    return HandedOn(
        tries=letter.tries, waiting=letter.recipients, why=f"not tried: {why}", left=left
    )


def _tried(
    letter: Letter,
    taken: dict[str, str],
    wait: dict[str, str],
    refused: dict[str, str],
    means: DeliveryMeans,
) -> HandedOn:
    if wait and _is_old(letter, means):
        refused, wait = {**refused, **wait}, {}
    left = None
    if wait:
        due = means.clock() + timedelta(seconds=means.settings.retries.after(letter.tries + 1))
        left = letter.waiting_until(instant(due), tuple(wait))
    return HandedOn(
        tries=letter.tries + 1,
        delivered=tuple(taken),
        reply=next(iter(taken.values()), ""),
        failed=tuple(refused.items()),
        waiting=tuple(wait),
        why=next(iter(wait.values()), ""),
        left=left,
    )


def _is_old(letter: Letter, means: DeliveryMeans) -> bool:
    """Whether a letter waited as long as it may."""
    age = means.settings.retries.age if letter.minutes is None else 60.0 * letter.minutes
    return is_over(letter.since, age, means.clock())
