"""Where messages are, for the person on the phone: one sentence a recipient."""

from __future__ import annotations

from datetime import UTC
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mmctl.operate.whereabouts.told import MessageAt, WhereAnswer

_HELP: Final = "  help: "


def text(answer: WhereAnswer, width: int | None = None) -> str:
    """The answer in lines, sentences broken between words at a width; commands stay whole."""
    return "".join(f"{line}\n" for each in _lines(answer) for line in _fitted(each, width))


def _fitted(line: str, width: int | None) -> list[str]:
    if width is None or len(line) <= width or line.startswith(_HELP):
        return [line]
    return wrap(
        line,
        width,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(answer: WhereAnswer) -> Iterator[str]:
    if answer.not_seen is not None:
        yield answer.not_seen
        yield from (f"  {visible(each)}" for each in answer.near)
        return
    for message in answer.messages:
        yield from _message(message)
    more = answer.found - len(answer.messages)
    if more:
        yield f"{counted(more, 'message')} further from that time: say more with --around, --from"
    if answer.reach is not None:
        yield f"the log reaches until {_clock(answer.reach[1])}"


def _message(message: MessageAt) -> Iterator[str]:
    sender = "an unknown sender" if message.mail_from is None else f"<{visible(message.mail_from)}>"
    for each in message.recipients:
        yield (
            f"{_clock(message.at)}  mail from {sender} to <{visible(each.recipient)}> "
            f"{visible(each.sentence)}"
        )
        if each.release is not None:
            yield f"{_HELP}{visible(each.release)}"
    if message.further:
        yield f"  and {counted(message.further, 'further recipient')}"
    if message.id is not None:
        yield f"  message id: {visible(message.id)}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
