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
    from mmctl.judge.judged import Ended

_FACTS_SHOWN: Final = 3
CHANGED: Final = "yellow"
"""The style of what is treated differently."""
WHERE: Final = "dim"
"""The style of the name of a message."""
_MOST_KNOWN: Final = 4096
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


class PlainLines:
    """Writes the lines without styles; recipients who end alike share all but their address."""

    def __init__(self) -> None:
        # By identity: the value is the same object for all who are treated alike.
        self._known: dict[int, tuple[Ended, str, str]] = {}

    def of(self, ending: MessageEnd, *, other: bool) -> str:
        """The text of `lines`."""
        recipients = ending.judged.recipients
        if other or not recipients:
            return "".join([line.plain for line in lines(ending, other=other)])
        where = f"  {visible(ending.message)}\n"
        parts: list[str] = []
        for recipient, ended in recipients:
            known = self._known.get(id(ended))
            if known is None:
                known = self._learn(ended)
            parts += (known[1], visible(recipient), known[2], where)
        return "".join(parts)

    def _learn(self, ended: Ended) -> tuple[Ended, str, str]:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        known = ended, f"{_PADDED[ended.outcome]}  ", _why(ended)
        self._known[id(ended)] = known
        return known


def lines(ending: MessageEnd, *, other: bool) -> list[Line]:
    """What happens to one message among many.

    With `other`, only the recipients that the other rules treat differently.
    """
    where = f"  {visible(ending.message)}\n"
    if other:
        return [
            Line(found.change, CHANGED, f"  {visible(found.recipient)}{_by(found.after)}", where)
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
            f"  {visible(recipient)}{_why(ended)}",
            where,
        )
        for recipient, ended in recipients
    ]


def _why(ended: Ended) -> str:
    """What decided, else the facts that are missing."""
    return _by(ended) if ended.by or not ended.missing else f"  {lacking(ended.missing)}"


def _by(ended: Ended) -> str:
    return f"  by {visible(ended.by)}" if ended.by else ""


def lacking(missing: Iterable[MissingFact]) -> str:
    """The facts that nobody stated: some of them, each once."""
    facts = list(dict.fromkeys(visible(fact.fact) for fact in missing))
    return f"unknown: {some_of(facts, _FACTS_SHOWN)}"
