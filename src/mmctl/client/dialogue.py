"""The transcript of a session: who said what, without secrets, bounded; and how long parts took."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINES_AT_MOST: Final = 2_000
_LONGEST: Final = 1_000
SECRET: Final = "***"  # noqa: S105 - what stands for one


class Speaker(StrEnum):
    """Who a line of a transcript comes from."""

    CLIENT = "client"
    SERVER = "server"
    NOTE = "note"
    """Something that happened: connected, TLS agreed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """One line of a transcript."""

    side: Speaker
    text: str


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """What was said so far; what is too much is counted and left out."""

    lines: list[SpokenLine] = field(default_factory=list)
    left_out: int = 0

    def add(self, side: Speaker, text: str) -> None:
        """Note a line; a long one is cut."""
        if len(self.lines) >= _LINES_AT_MOST:
            self.left_out += 1
            return
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}… {len(text) - _LONGEST:,} more characters"
        self.lines.append(SpokenLine(side=side, text=text))

    def taken(self) -> tuple[SpokenLine, ...]:
        """The lines so far; those that follow belong to the next message."""
        lines = list(self.lines)
        if self.left_out:
            lines.append(SpokenLine(side=Speaker.NOTE, text=f"{self.left_out:,} more lines"))
        self.lines.clear()
        self.left_out = 0
        return tuple(lines)


class Stage(StrEnum):
    """A part of a session that is measured."""

    CONNECT = "connect"
    """To the first reply."""
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    TOTAL = "total"


@dataclass(slots=True, kw_only=True)
class Stopwatch:
    """How long each stage took, in seconds."""

    clock: Callable[[], float]
    spent: dict[Stage, float] = field(default_factory=dict)

    def add(self, stage: Stage, since: float) -> None:
        """Add the time from a moment until now to a stage."""
        self.spent[stage] = self.spent.get(stage, 0.0) + (self.clock() - since)

    def taken(self) -> dict[Stage, float]:
        """The times so far, in the order of a session; what follows is the next message's."""
        times = {stage: self.spent[stage] for stage in Stage if stage in self.spent}
        self.spent.clear()
        return times


def milliseconds(times: dict[Stage, float]) -> Iterator[tuple[str, float]]:
    """The times as documents write them."""
    for stage, seconds in times.items():
        yield stage.value, round(seconds * 1000, 3)
