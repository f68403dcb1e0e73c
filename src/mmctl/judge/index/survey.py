"""Which rules may apply to one message, and which choices of readings could change an answer.

So that a record of the message, with the reasons of what happened, needs only a few rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.judge.index.layout import bits
from mmctl.judge.readings.asked import BY_HEADERS, Choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.look import Look


class Survey(Choices):
    """One message, as the index of a gateway sees it before anything is decided."""

    def __init__(self, context: Context, addresses: Sequence[str], look: Look) -> None:
        """Look at those whom the message is for, or might be for later."""
        self._layout = context.layout
        self._entangled = context.entangled
        self._look = look
        self._numbers = {(each.reading, each.other): each.number for each in context.variants}
        self._addresses = (*addresses, *context.entangled.addresses)
        self.rules = self._reached(look)
        """The places of the rules that may apply to somebody, whatever other rules do."""

    def would_change(self, reading: str, other: str) -> bool:
        """Whether some answer could differ; the reading must be about conditions."""
        if self._entangled.marking and reading in BY_HEADERS:
            return True
        return self._numbers[reading, other] in self._look.others

    def may_apply(self, reading: str, other: str) -> Sequence[int]:
        """The places of the rules that could apply under that choice."""
        return self._reached(self._look.under(self._numbers[reading, other]))

    def _reached(self, look: Look) -> tuple[int, ...]:
        """The rules that no condition excludes which will surely be false."""
        columns = 0
        for address in self._addresses:
            sight = look.sight(0, address)
            columns |= sight.applying | sight.maybe
            if self._entangled.marking:
                columns |= look.without(self._entangled.reading, address)[0]
        return tuple(bits((columns & self._layout.columns) >> self._layout.statements))
