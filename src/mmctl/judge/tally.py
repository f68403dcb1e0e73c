"""Counts over many messages: outcomes, missing facts, readings that matter, differences.

A tally does not grow with the number of messages. Tallies of parts add up to that of the whole.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mmctl.language.project import Outcome
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.answers import MissingFact
    from mmctl.judge.comparison import MessageEnd
    from mmctl.judge.judged import RuleByRule
    from mmctl.judge.readings.matter import Dependence
    from mmctl.mail.left_out import Why


class Reading(NamedTuple):
    """A choice of a reading that would change outcomes, and how."""

    reading: str
    chosen: str
    other: str
    outcome: Outcome
    outcome_if_other: Outcome

    @classmethod
    def of(cls, dependence: Dependence) -> Reading:
        """The same choice without the recipient."""
        return cls(
            dependence.reading,
            dependence.chosen,
            dependence.other,
            dependence.outcome,
            dependence.outcome_if_other,
        )


@dataclass(slots=True)
class Tally:
    """The outcomes of many messages, counted by recipients."""

    messages: int = 0
    recipients: int = 0
    without_recipients: int = 0
    """Messages without a known recipient."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    decided: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """Recipients by the rule or statement that decided, and how it ended."""
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Recipients with a missing fact, by the fact and what states it."""
    facts: dict[tuple[str, str], MissingFact] = field(default_factory=dict)
    """One example of each missing fact."""
    readings: Counter[Reading] = field(default_factory=Counter)
    examples: dict[Reading, str] = field(default_factory=dict)
    """The first message whose outcome depends on a reading."""
    differences: Counter[str] = field(default_factory=Counter)
    """Recipients who are treated differently, by kind of difference: `delivered → dropped`."""
    differing: int = 0
    """Messages with such recipients."""
    assumed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Messages for which a fact was assumed, by fact and value."""
    with_notes: int = 0
    evaluated: int = 0
    """Messages that the index left to the evaluator."""
    asked: Counter[RuleByRule] = field(default_factory=Counter)
    """Why it did."""
    left_out: Counter[Why] = field(default_factory=Counter)
    """What was not judged at all, because it is not a message or cannot be read."""

    def add(self, ending: MessageEnd) -> None:
        """Count one message."""
        judged = ending.judged
        self.messages += 1
        self.recipients += len(judged.recipients)
        self.without_recipients += not judged.recipients
        self.with_notes += bool(judged.notes)
        for fact, value in judged.assumed.items():
            self.assumed[fact.fact, value] += 1
        for _, ended in judged.recipients:
            self.outcomes[ended.outcome] += 1
            if ended.by is not None:
                self.decided[ended.by, ended.outcome] += 1
            if ended.missing:
                self._lacking(ended.missing)
        for dependence in judged.dependences:
            reading = Reading.of(dependence)
            self.readings[reading] += 1
            self.examples.setdefault(reading, ending.message)
        if found := ending.differences:
            self.differing += 1
            self.differences.update(difference.change for difference in found)

    def _lacking(self, missing: Iterable[MissingFact]) -> None:
        """Count what a recipient lacks, each fact once."""
        for key, fact in {(fact.fact, fact.states): fact for fact in missing}.items():
            self.missing[key] += 1
            self.facts.setdefault(key, fact)

    def merge(self, later: Tally) -> None:
        """Add the counts of another tally, of later messages."""
        self.messages += later.messages
        self.recipients += later.recipients
        self.without_recipients += later.without_recipients
        self.with_notes += later.with_notes
        self.differing += later.differing
        self.evaluated += later.evaluated
        self.asked.update(later.asked)
        self.outcomes.update(later.outcomes)
        self.decided.update(later.decided)
        self.assumed.update(later.assumed)
        self.missing.update(later.missing)
        self.readings.update(later.readings)
        self.differences.update(later.differences)
        self.left_out.update(later.left_out)
        for key, fact in later.facts.items():
            self.facts.setdefault(key, fact)
        for reading, message in later.examples.items():
            self.examples.setdefault(reading, message)

    @property
    def unknown(self) -> bool:
        """Whether an outcome is unknown, or the recipients of a message are."""
        return bool(self.without_recipients or self.outcomes[Outcome.UNKNOWN])
