"""Releases archived messages: each once, to the recipients of its envelope, and recorded.

What is sent was recorded before; what became of it is recorded after. A message that cannot be
released does not stop the others.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from mmctl.errors import CouldNot, UsageError
from mmctl.mail.reader import read_email
from mmctl.operate.archive.message import fetch
from mmctl.operate.archive.released import Release, ReleaseState
from mmctl.operate.archive.ways import Parcel, is_one_address
from mmctl.records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from mmctl.operate.archive.message import ArchivedMessage
    from mmctl.operate.archive.released import ReleaseRecord
    from mmctl.operate.archive.service import ArchiveService
    from mmctl.operate.archive.ways import ReleaseWay


_NAMED: Final = 5
"""At most so many recipients are named in a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder:
    """What a person asks for, for all messages alike."""

    via: str
    """`ingress:release`, `smtp:mail.example.com:25`, `ses`, `file DIR`."""
    archive: str
    reason: str
    rcpt: tuple[str, ...]
    """Only these of the recipients of the envelope; empty: all."""
    others: tuple[str, ...]
    """Instead, these: recipients that the envelope does not have."""
    again: bool
    who: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """What became of one message: a release, or why there was none."""

    message: str
    release: Release | None = None
    fault: str | None = None

    @property
    def is_released(self) -> bool:
        """Whether it was released to everybody that was asked for."""
        return self.release is not None and all(
            self.release.became(each) is ReleaseState.RELEASED for each in self.release.recipients
        )


def released(
    service: ArchiveService,
    record: ReleaseRecord,
    way: ReleaseWay,
    order: ReleaseOrder,
    ids: Sequence[str],
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
) -> Iterator[ReleaseResult]:
    """Release messages, one after the other."""
    for id_ in ids:
        try:
            message = fetch(service, id_)
            recipients = recipients_of(message, order)
        except (CouldNot, UsageError) as error:
            yield ReleaseResult(message=id_, fault=error.message)
            continue
        release = Release(
            id=new_id(),
            at=_text(now()),
            message=id_,
            archive=order.archive,
            via=order.via,
            mail_from=message.mail_from or "",
            recipients=recipients,
            others=tuple(each for each in recipients if each not in message.recipients),
            who=order.who,
            host=order.host,
            reason=order.reason,
            again=order.again,
            subject=_subject(message),
        )
        yield _released(record, way, release, message, now)


def recipients_of(message: ArchivedMessage, order: ReleaseOrder) -> tuple[str, ...]:
    """Whom a message goes to: its recipients, some of them, or others that were named.

    Raises:
        UsageError: `--rcpt` names somebody who is not one of them; there is nobody.
    """
    if message.mail_from and not is_one_address(message.mail_from):
        raise UsageError(f"`{message.mail_from}` is no address that a message can be sent from")
    if order.others:
        return order.others
    known = {each.casefold(): each for each in message.recipients}
    strange = [each for each in order.rcpt if each.casefold() not in known]
    if strange:
        raise UsageError(
            f"{strange[0]} is no recipient of the message, which went to "
            f"{', '.join(message.recipients) or 'nobody'}; for another recipient: --to {strange[0]}"
        )
    chosen = tuple(known[each.casefold()] for each in order.rcpt) or message.recipients
    if not chosen:
        raise UsageError("the archive knows no recipient of the message; name one: --to ADDRESS")
    unusable = [each for each in chosen if not is_one_address(each)]
    if unusable:
        raise UsageError(f"`{unusable[0]}` is no address; name another recipient: --to ADDRESS")
    return tuple(dict.fromkeys(chosen))


def _released(
    record: ReleaseRecord,
    way: ReleaseWay,
    release: Release,
    message: ArchivedMessage,
    now: Callable[[], datetime],
) -> ReleaseResult:
    taken = record.claim(release.message, release.recipients, by=release.id)
    fresh = [each for each in release.recipients if each not in taken]
    if taken and not release.again:
        record.give_back(release.message, fresh)
        fault = _already(record, release, taken) + _to_the_others(
            fresh, "--to" if release.others else "--rcpt"
        )
        return ReleaseResult(message=release.message, fault=fault)
    record.begin(release)
    parcel = Parcel(
        release=release.id,
        message=release.message,
        content=message.content,
        subject=release.subject,
        mail_from=release.mail_from,
        recipients=release.recipients,
    )
    replies = way.send(parcel)
    ended = replace(release, replies=replies, ended_at=_text(now()))
    record.end(ended)
    never = [
        each for each in fresh if ended.became(each) in {ReleaseState.REFUSED, ReleaseState.FAILED}
    ]
    record.give_back(release.message, never)
    return ReleaseResult(message=release.message, release=ended)


def _already(record: ReleaseRecord, release: Release, taken: Sequence[str]) -> str:
    """Why a message is not released a second time."""
    for earlier in reversed(record.releases()[0]):
        if earlier.message == release.message and taken[0] in earlier.recipients:
            became = earlier.became(taken[0])
            how = f"{became} at {earlier.at} by {earlier.who}, as {earlier.id}"
            if became is ReleaseState.UNKNOWN:
                how = f"sent at {earlier.at} by {earlier.who}, as {earlier.id}; outcome unknown"
            return f"{taken[0]}: {how}; to send it once more: --again"
    return f"{taken[0]}: somebody is about to release it, or began and stopped; then: --again"


def _to_the_others(fresh: Sequence[str], option: str) -> str:
    """How those get it who have not."""
    options = " ".join(f"{option} {shlex.quote(each)}" for each in fresh[:_NAMED])
    more = f" and {len(fresh) - _NAMED} more" if len(fresh) > _NAMED else ""
    return f"; to those alone who have not got it: {options}{more}" if fresh else ""


def _subject(message: ArchivedMessage) -> str:
    values = read_email(message.content).header_values("subject", decoded=True)
    return values[0][:500] if values else ""


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
