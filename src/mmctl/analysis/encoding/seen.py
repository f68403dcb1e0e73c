"""What a condition sees of a field: free texts, texts that a rule wrote, or one or the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.judge.compare import folded, text_matches
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.encoding.views import Repeated
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.language.readings import Case
    from mmctl.model.enums import RuleStringOperator


class SeenTexts(Protocol):
    """Texts of which some may meet a value."""

    @property
    def present(self) -> int:
        """Whether there is a text at all."""

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether some text meets a value; `NOT_EQUALS` is compared as `EQUALS`."""


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Texts that are known."""

    texts: tuple[str, ...]
    case: Case

    @property
    def present(self) -> int:
        """Whether there is one."""
        return TRUE if self.texts else FALSE

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether one meets a value."""
        wanted = folded(value, self.case)
        met = any(text_matches(operator, folded(text, self.case), wanted) for text in self.texts)
        return TRUE if met else FALSE


@dataclass(frozen=True, slots=True)
class OneOrOther:
    """The first texts where a literal holds, else the second ones."""

    circuit: Circuit
    condition: int
    then: SeenTexts
    otherwise: SeenTexts

    @property
    def present(self) -> int:
        """Whether there is one among those that count."""
        return self.circuit.choose(self.condition, self.then.present, self.otherwise.present)

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether one of those that count meets a value."""
        return self.circuit.choose(
            self.condition,
            self.then.test(operator, value),
            self.otherwise.test(operator, value),
        )


@dataclass(frozen=True, slots=True)
class Overwritten:
    """Texts of which others took the place where a literal holds; the last of these counts."""

    circuit: Circuit
    sent: SeenTexts
    written: Sequence[tuple[int, str]]
    case: Case

    @property
    def present(self) -> int:
        """Whether there is a text at all."""
        return self.circuit.any_of((self.sent.present, *(each for each, _ in self.written)))

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether what counts meets a value."""
        result = self.sent.test(operator, value)
        for condition, text in self.written:
            met = KnownTexts((text,), self.case).test(operator, value)
            result = self.circuit.choose(condition, met, result)
        return result


@dataclass(frozen=True, slots=True)
class Appended:
    """Texts to which others were added where a literal holds, in this order."""

    circuit: Circuit
    sent: SeenTexts
    written: Sequence[tuple[int, str]]
    case: Case
    only_first: bool = False
    """Whether only the first of all texts counts, instead of all."""

    @property
    def present(self) -> int:
        """Whether there is a text at all."""
        return self.circuit.any_of((self.sent.present, *(each for each, _ in self.written)))

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether one that counts meets a value."""
        sent = self.sent.test(operator, value)
        met = [
            (condition, KnownTexts((text,), self.case).test(operator, value))
            for condition, text in self.written
        ]
        if not self.only_first:
            return self.circuit.any_of((sent, *(each for each, meets in met if meets == TRUE)))
        result = FALSE
        for condition, meets in reversed(met):
            result = self.circuit.choose(condition, meets, result)
        return self.circuit.choose(self.sent.present, sent, result)


def with_added(
    circuit: Circuit,
    sent: SeenTexts,
    added: Sequence[tuple[int, str]],
    case: Case,
    repeated: Repeated,
) -> SeenTexts:
    """The texts of a header to which rules may have appended others."""
    if not added:
        return sent
    if repeated == "last":
        return Overwritten(circuit, sent, added, case)
    return Appended(circuit, sent, added, case, only_first=repeated == "first")
