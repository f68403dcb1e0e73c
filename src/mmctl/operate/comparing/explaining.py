"""Which other choice of one reading would explain the differences between a log and the evaluator.

Asked only of messages that are available themselves: about others the log says too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.readings.asked import Answers, questions_of
from mmctl.judge.readings.matter import about_actions
from mmctl.language.readings import CHOICES
from mmctl.operate.comparing.compared import ExplainingReading, Told
from mmctl.operate.comparing.comparer import under
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.judge.submission import Gateway
    from mmctl.operate.comparing.compared import ComparedMessage, Discrepancy
    from mmctl.operate.comparing.comparer import ComparedWith

EXPLAINED_AT_MOST: Final = 500
"""Messages that differ on which readings are tried."""
CHECKED_AT_MOST: Final = 2_000
"""Messages that are the same on which those that explain something are tried."""


@dataclass(slots=True, kw_only=True)
class Explainer:
    """Collects messages, then tries readings on them."""

    assume_pass: bool = False
    differing: list[ComparedWith] = field(default_factory=list)
    same: list[ComparedWith] = field(default_factory=list)

    def see(self, compared: ComparedWith) -> None:
        """Keep a message that was available, if there are not too many yet."""
        if not compared.message.read:
            return
        tolds = {each.told for each in compared.message.recipients}
        if Told.DIFFERS in tolds:
            if len(self.differing) < EXPLAINED_AT_MOST:
                self.differing.append(compared)
        elif Told.SAME in tolds and len(self.same) < CHECKED_AT_MOST:
            self.same.append(compared)

    def explanations(self) -> tuple[ExplainingReading, ...]:
        """The choices that explain differences, those that explain most first."""
        found: dict[tuple[str, str], _Explained] = {}
        for compared in self.differing:
            for reading, choice in self._choices(compared):
                changed = self._under(compared, reading, choice)
                explained = _explained(compared.message, changed)
                if explained:
                    known = found.setdefault((reading, choice), _Explained(compared, explained[0]))
                    known.recipients += len(explained)
        ordered = sorted(found.items(), key=lambda each: (-each[1].recipients, each[0]))
        return tuple(self._explanation(*name, explained) for name, explained in ordered)

    def _explanation(self, reading: str, choice: str, explained: _Explained) -> ExplainingReading:
        return ExplainingReading(
            reading=reading,
            choice=choice,
            chosen=explained.compared.named.gateway.readings.choice(reading),
            explains=explained.recipients,
            against=sum(self._spoiled(compared, reading, choice) for compared in (*self.same,)),
            example=explained.compared.message.id or "",
            evidence=explained.evidence,
        )

    def _spoiled(self, compared: ComparedWith, reading: str, choice: str) -> int:
        """The recipients of a message who are the same, and differ under a choice."""
        if (reading, choice) not in set(self._choices(compared)):
            return 0
        changed = self._under(compared, reading, choice)
        return sum(
            after.told is Told.DIFFERS and before.told is Told.SAME
            for before, after in zip(compared.message.recipients, changed.recipients, strict=True)
        )

    def _choices(self, compared: ComparedWith) -> Iterator[tuple[str, str]]:
        """The choices of readings that may make a difference to a message."""
        gateway = compared.named.gateway
        asked = Answers(gateway, compared.submission, assume_pass=self.assume_pass)
        for reading, others in _in_question(gateway).items():
            for choice in others:
                about_answers, about_acts = reading_is_about(gateway, reading)
                if about_acts or (about_answers and asked.would_change(reading, choice)):
                    yield reading, choice

    def _under(self, compared: ComparedWith, reading: str, choice: str) -> ComparedMessage:
        readings = compared.named.gateway.readings.choosing(reading, choice)
        return under(compared, readings, assume_pass=self.assume_pass)


@dataclass(slots=True)
class _Explained:
    """What a choice explains: the first message, with what differs there, and how many."""

    compared: ComparedWith
    evidence: Discrepancy
    recipients: int = 0


def _in_question(gateway: Gateway) -> Mapping[str, Sequence[str]]:
    """The choices of all readings that are not chosen."""
    return {
        reading: [each for each in choices if each != gateway.readings.choice(reading)]
        for reading, choices in CHOICES.items()
    }


def reading_is_about(gateway: Gateway, reading: str) -> tuple[bool, bool]:
    """Whether a reading is about conditions of a gateway, and about its actions."""
    questions = questions_of(gateway)
    conditions = reading in questions.policy or reading in questions.conditions
    return conditions, reading in about_actions(gateway)


def _explained(before: ComparedMessage, after: ComparedMessage) -> list[Discrepancy]:
    """What differed for each recipient who no longer differs, and lacks no further fact."""
    return [
        one.discrepancies[0]
        for one, other in zip(before.recipients, after.recipients, strict=True)
        if one.told is Told.DIFFERS
        and other.told is not Told.DIFFERS
        and set(other.missing) <= set(one.missing)
    ]
