"""Whether the present rules do with a message of the library what a sound gateway would do.

A finding, not an error: the person decides. What is expected of a recipient is how the rules end
the message, where that is sound, else the ending that a sound gateway would prefer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmctl.language.project import Outcome
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.cases.library.catalog import Sound
    from mmctl.cases.library.filling import Filled, Library
    from mmctl.judge.trace import RecipientTrace, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a message for one recipient, and whether that is sound."""

    recipient: str
    outcome: Outcome
    by: str | None
    """The rule or statement that decided."""
    sound: bool
    mark: str | None = None
    """The rule whose header makes a delivered message sound."""
    expected: Outcome
    """What is expected of this recipient from now on."""
    unknown: tuple[str, ...] = ()
    """The facts without which the outcome is unknown."""

    @property
    def as_written(self) -> dict[str, Any]:
        """The expectation, as a case writes it."""
        written: dict[str, Any] = {"outcome": self.expected.value}
        if self.mark is not None:
            written["rules_include"] = [self.mark]
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An entry of the library, filled in and judged."""

    filled: Filled
    trace: Trace
    verdicts: tuple[Verdict, ...]

    @property
    def sound(self) -> bool:
        """Whether the rules do for every recipient what a sound gateway would."""
        return all(verdict.sound for verdict in self.verdicts)

    @property
    def unseen(self) -> bool:
        """Whether only a scanner sees what it is, and the project has none."""
        finds = self.filled.entry.scanner not in {"clean", "commercial"}
        return finds and "add_ons" not in self.filled.written["verdicts"]


def looked_at(library: Library, filled: Filled) -> Looked:
    """Judge an entry by the present rules."""
    trace = library.judged(filled)
    return Looked(
        filled=filled,
        trace=trace,
        verdicts=tuple(_verdict(library, filled.entry.sound, got) for got in trace.recipients),
    )


def _verdict(library: Library, sound: Sound, got: RecipientTrace) -> Verdict:
    fine = {
        library.arrival if outcome is Outcome.DELIVERED else outcome for outcome in sound.outcomes
    }
    mark = None
    if got.outcome is library.arrival and sound.marked and got.outcome not in fine:
        mark = next(_marks(got, library.ordinary(got.recipient)), None)
    holds = got.outcome in fine or mark is not None
    preferred = sound.outcomes[0]
    wanted = library.arrival if preferred is Outcome.DELIVERED else preferred
    return Verdict(
        recipient=got.recipient,
        outcome=got.outcome,
        by=got.by,
        sound=holds,
        mark=mark,
        expected=got.outcome if holds else wanted,
        unknown=tuple(fact.in_case for fact in got.missing),
    )


def _marks(got: RecipientTrace, ordinary: RecipientTrace) -> Iterator[str]:
    """The rules that add a header which ordinary mail to the same recipient does not get."""
    usual = {(action.kind, action.target) for action in ordinary.actions}
    for rule in got.rules:
        if rule.applied and any(
            action.kind == "add_header" and (action.kind, action.target) not in usual
            for action in rule.actions
        ):
            yield rule.rule
