"""What happens to messages, as Markdown: the counts, and a row for each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.render.documents.markdown import code, fenced, table
from mmctl.render.text.messages import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.judge.simulation import Simulated
    from mmctl.judge.tally import Tally

SHOWN: Final = 200
"""The most rows in the table: a comment has limited room."""
_HEAD: Final = ("Message", "For", "Outcome", "By")


def messages_markdown(messages: Sequence[Simulated], tally: Tally, other: str | None) -> str:
    """The counts of all messages, and the shown ones; `other` names the rules compared with."""
    counts = summary(tally, other=other, verbose=False).plain.rstrip("\n").split("\n")
    rows = [row for message in messages for row in _rows(message, other=other is not None)]
    lines = ["### mmctl simulate", "", fenced(counts)]
    if rows:
        lines += ["", table(_HEAD, rows[:SHOWN])]
    if len(rows) > SHOWN:
        lines += ["", f"{len(rows) - SHOWN:,} more"]
    return "\n".join(lines) + "\n"


def _rows(message: Simulated, *, other: bool) -> Iterator[tuple[str, ...]]:
    name = code(message.message)
    if other:
        for each in message.differences:
            yield name, code(each.recipient), code(each.change), code(each.after.by or "")
        return
    for got in message.trace.recipients:
        yield name, code(got.recipient), code(got.outcome.value), code(got.by or "")
