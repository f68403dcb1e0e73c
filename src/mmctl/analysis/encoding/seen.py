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


class Seen(Protocol):
    """Texts of which some may meet a value."""

    @property
    def present(self) -> int:
        """Whether there is a text at all."""

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether some text meets a value; `NOT_EQUALS` is compared as `EQUALS`."""


@dataclass(frozen=True, slots=True)
class Written:
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
    then: Seen
    otherwise: Seen

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
class Together:
    """The texts of both."""

    circuit: Circuit
    one: Seen
    other: Seen

    @property
    def present(self) -> int:
        """Whether there is one in either."""
        return self.circuit.any_of((self.one.present, self.other.present))

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether one of either meets a value."""
        return self.circuit.any_of(
            (self.one.test(operator, value), self.other.test(operator, value))
        )


def with_added(
    circuit: Circuit,
    sent: Seen,
    added: Sequence[tuple[int, str]],
    case: Case,
    repeated: Repeated,
) -> Seen:
    """The texts of a header to which rules may have appended others, in this order."""
    seen = sent
    for condition, text in added:
        written = Written((text,), case)
        if repeated == "any":
            appended: Seen = Together(circuit, seen, written)
        elif repeated == "first":
            appended = OneOrOther(circuit, seen.present, seen, written)
        else:
            appended = written
        seen = OneOrOther(circuit, condition, appended, seen)
    return seen
