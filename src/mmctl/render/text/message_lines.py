"""What happens to messages among many, for people: a line for each recipient.

Written for every message of an archive, so without rich: `mmctl.render.text.painted` adds colors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.language.project import Outcome
from mmctl.render.text.paragraphs import OUTCOME_WIDTH, STYLES, some_of
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.comparison import MessageEnd

_FACTS_SHOWN: Final = 3
CHANGED: Final = "yellow"
"""The style of what is treated differently."""
WHERE: Final = "dim"
"""The style of the name of a message."""
_PADDED: Final = {outcome: f"{outcome:<{OUTCOME_WIDTH}}" for outcome in Outcome}


class Line(NamedTuple):
    """A line in three parts; it has its line break."""

    what: str
    style: str
    """Of what happens."""
    whom: str
    """To whom, and why."""
    where: str
    """The name of the message."""

    @property
    def plain(self) -> str:
        """Without styles."""
        return f"{self.what}{self.whom}{self.where}"


def lines(ending: MessageEnd, *, other: bool) -> list[Line]:
    """What happens to one message among many.

    With `other`, only the recipients that the other rules treat differently.
    """
    where = f"  {visible(ending.message)}\n"
    if other:
        return [
            Line(found.change, CHANGED, _whom(found.recipient, found.after.by), where)
            for found in ending.differences
        ]
    recipients = ending.judged.recipients
    if not recipients:
        unknown = Outcome.UNKNOWN
        return [Line(_PADDED[unknown], STYLES[unknown], "  the recipients are unknown", where)]
    return [
        Line(
            _PADDED[ended.outcome],
            STYLES[ended.outcome],
            _whom(recipient, ended.by)
            if ended.by or not ended.missing
            else f"  {visible(recipient)}  {lacking(ended.missing)}",
            where,
        )
        for recipient, ended in recipients
    ]


def _whom(recipient: str, by: str | None) -> str:
    return f"  {visible(recipient)}  by {visible(by)}" if by else f"  {visible(recipient)}"


def lacking(missing: Iterable[MissingFact]) -> str:
    """The facts that nobody stated: some of them, each once."""
    facts = list(dict.fromkeys(visible(fact.fact) for fact in missing))
    return f"unknown: {some_of(facts, _FACTS_SHOWN)}"
