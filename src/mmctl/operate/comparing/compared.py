"""The result of comparing a log with the evaluator: values, nothing is judged here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from datetime import datetime

    from mmctl.judge.heard import Disagreement


class Told(StrEnum):
    """What a comparison tells of one recipient of one message."""

    SAME = "same"
    DIFFERS = "differs"
    """Whatever the facts are that the log does not hold."""
    UNTOLD = "cannot be told"
    """The log lacks facts on which a rule depends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One thing in which the log and the evaluator disagree."""

    kind: Disagreement | str
    rule: str | None
    """In the words of the files; None: the traffic policy."""
    at: str | None
    """File and line of the rule."""
    log: str
    """What the log says."""
    simulation: str
    """What the evaluator says."""
    because: str | None = None
    """The condition that decides for the evaluator, with the value compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRecipient:
    """One recipient of one message."""

    recipient: str
    told: Told
    discrepancies: tuple[Discrepancy, ...] = ()
    missing: tuple[str, ...] = ()
    """The names of the facts that the log lacks and rules depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMessage:
    """One message of a log, or one attempt to deliver that was refused."""

    id: str | None
    """None: the traffic policy was asked alone, so it has none."""
    at: datetime
    mail_from: str | None
    gateway: str
    recipients: tuple[ComparedRecipient, ...]
    read: bool = False
    """Whether the message itself was available."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainingReading:
    """How many differences another choice of a reading explains."""

    reading: str
    choice: str
    chosen: str
    """What the project chooses."""
    explains: int
    """Recipients who differ, and are the same under the choice."""
    against: int
    """Recipients who are the same, and differ under the choice."""
    example: str
    """The id of a message that it explains."""
    evidence: Discrepancy


@dataclass(slots=True, kw_only=True)
class LogComparison:
    """All messages of a log, compared."""

    against: str | None = None
    """The name of other rules; None: those of the project."""
    messages: int = 0
    asked: int = 0
    """Recipients about whom the traffic policy was asked, and who are no message's."""
    read: int = 0
    """Messages that were available themselves."""
    told: dict[Told, int] = field(default_factory=lambda: dict.fromkeys(Told, 0))
    """Recipients, refused ones among them."""
    missing: dict[str, int] = field(default_factory=dict)
    """Recipients who cannot be told, by missing fact."""
    by_rule: dict[str, int] = field(default_factory=dict)
    """Discrepancies by rule, or policy."""
    differing: list[ComparedMessage] = field(default_factory=list)
    """The first messages that differ."""
    unknown_gateways: dict[str, int] = field(default_factory=dict)
    """Messages that came in where the project has no way in, by its name in the log."""
    explanations: tuple[ExplainingReading, ...] = ()
    explained: bool = False
    """Whether readings were tried: only where messages were available."""

    @property
    def differences(self) -> int:
        """Recipients who differ."""
        return self.told[Told.DIFFERS]

    @property
    def nothing_told(self) -> bool:
        """Whether there was something to compare, and nothing could be told."""
        return not self.told[Told.SAME] and not self.told[Told.DIFFERS]

    def add(self, message: ComparedMessage, *, keep: int) -> None:
        """Count one message; keep it if it differs and there are not too many yet."""
        if message.id is None:
            self.asked += len(message.recipients)
        else:
            self.messages += 1
        self.read += message.read
        differs = False
        for each in message.recipients:
            self.told[each.told] += 1
            for name in each.missing if each.told is Told.UNTOLD else ():
                self.missing[name] = self.missing.get(name, 0) + 1
            for found in each.discrepancies:
                rule = found.rule or "traffic policy"
                self.by_rule[rule] = self.by_rule.get(rule, 0) + 1
            differs = differs or each.told is Told.DIFFERS
        if differs and len(self.differing) < keep:
            self.differing.append(message)
