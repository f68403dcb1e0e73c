"""What the end of a message for a recipient depends on, as far as conditions answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.endings import Endings
    from mmctl.judge.index.entangled import Entangled
    from mmctl.judge.index.entries import Sight
    from mmctl.judge.index.layout import Layout
    from mmctl.judge.index.look import Look

_EVERYTHING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which rules can still do something, and which of their answers count."""

    layout: Layout
    entangled: Entangled
    rules: int
    """The columns of rules."""
    ends: int
    """Those that surely end the rule set if they apply."""
    replacing: int
    marking: int
    """Those that add a header which later rules read, if they see it."""
    meddling: int
    """Those of which it is not enough to know what they do alone."""
    ever_meddling: int
    """The same, if added headers are seen."""

    @classmethod
    def of(cls, context: Context, endings: Endings, *, visible: bool) -> Reach:
        """The reach of a gateway's rules; `visible`: conditions see added headers."""
        layout, entangled = context.layout, context.entangled
        marking = entangled.marking if visible else 0
        meddling = entangled.replacing | marking | endings.depends
        return cls(
            layout=layout,
            entangled=entangled,
            rules=layout.columns & ~((1 << layout.statements) - 1),
            ends=endings.ends,
            replacing=entangled.replacing,
            marking=marking,
            meddling=meddling,
            ever_meddling=meddling | entangled.marking,
        )

    def until(self, applying: int, maybe: int) -> int:
        """The columns up to the first rule that surely ends the rule set."""
        until = _up_to(applying & self.ends)
        if (applying | maybe) & until & (self.replacing | self.marking):
            until = _up_to(applying & self.ends & ~self.entangled.touched)
        return until

    def columns(self, sights: Sequence[Sight], look: Look) -> int:
        """The columns that may apply to somebody at some time."""
        met = 0
        for sight in sights:
            met |= (sight.applying | sight.maybe) & self.until(sight.applying, sight.maybe)
        if not met & (self.replacing | self.marking):
            return met
        seen = [each for sight in sights for each in self._seen(sight, look)]
        for each in seen:
            met |= each.applying | each.maybe
        if met & self.marking:
            for each in seen:
                met |= look.without(self.entangled.reading, each.recipient)[0]
        return met

    def key(self, sight: Sight, look: Look, until: int = _EVERYTHING) -> Hashable:
        """All that the end depends on; up to some rule, or under any reading of actions."""
        slots = (
            until if until == _EVERYTHING else self.layout.every_row(until & self.layout.columns)
        )
        met = (sight.applying | sight.maybe) & until
        marking = self.entangled.marking if until == _EVERYTHING else self.marking
        seen = [sight]
        if met & (self.replacing | marking):
            seen = list(self._seen(sight, look))
            for each in seen:
                met |= (each.applying | each.maybe) & until
        parts: list[Hashable] = []
        for each in seen:
            unknown = each.unknown & slots
            parts.append(each.applying & until)
            parts.append(unknown)
            if unknown:
                parts.append(look.states(unknown, each.recipient))
            if met & marking:
                fitting, unknown = look.without(self.entangled.reading, each.recipient)
                reading = self.layout.every_row(fitting) & self.entangled.reading
                parts += [fitting, unknown, look.states(unknown | reading, each.recipient)]
            if each is not sight:
                parts.append(each.recipient == sight.recipient)
        return tuple(parts)

    def _seen(self, sight: Sight, look: Look) -> Iterator[Sight]:
        """A recipient, and those that rules may replace it with."""
        yield sight
        for address in self.entangled.addresses:
            yield look.sight(sight.place, address)


def _up_to(columns: int) -> int:
    """All columns up to the first of some; all, if there is none."""
    return ((columns & -columns) << 1) - 1 if columns else _EVERYTHING
