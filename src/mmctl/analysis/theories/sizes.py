"""The size of a message in bytes."""

from __future__ import annotations

from math import floor, inf, isnan
from typing import TYPE_CHECKING, assert_never

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.analysis.theories.order import Order
from mmctl.analysis.theories.theory import other_than
from mmctl.model.enums import RuleNumberOperator

if TYPE_CHECKING:
    from mmctl.analysis.sat.circuit import Circuit


class SizeTheory:
    """A whole number that is not below a least one."""

    def __init__(self, circuit: Circuit, least: int = 0) -> None:
        self._circuit = circuit
        self._line: Order[int] = Order(circuit, least)

    def at_least(self, size: int) -> int:
        """The literal that the size is so much or more."""
        return self._line.at_least(size)

    def meets(self, operator: RuleNumberOperator, value: float) -> int:
        """The literal that the size meets a number, as `judge.compare.number_matches` says."""
        if isnan(value):
            return TRUE if operator is RuleNumberOperator.NOT_EQUALS else FALSE
        match operator:
            case RuleNumberOperator.EQUALS:
                return self._equals(value)
            case RuleNumberOperator.NOT_EQUALS:
                return -self._equals(value)
            case RuleNumberOperator.LESS_THAN:
                return -self._reaches(value)
            case RuleNumberOperator.GREATER_THAN_OR_EQUAL:
                return self._reaches(value)
            case RuleNumberOperator.LESS_THAN_OR_EQUAL:
                return -self._exceeds(value)
            case RuleNumberOperator.GREATER_THAN:
                return self._exceeds(value)
            case _:
                assert_never(operator)

    def _equals(self, value: float) -> int:
        return self._circuit.all_of((self._reaches(value), -self._exceeds(value)))

    def _reaches(self, value: float) -> int:
        if value in {inf, -inf}:
            return FALSE if value > 0 else TRUE
        whole = floor(value)
        return self._line.at_least(whole if whole == value else whole + 1)

    def _exceeds(self, value: float) -> int:
        if value in {inf, -inf}:
            return FALSE if value > 0 else TRUE
        return self._line.at_least(floor(value) + 1)

    def settle(self) -> None:
        """Put the sizes asked for since the last time into their order."""
        self._line.settle()

    def value(self, model: frozenset[int]) -> int:
        """The least size of a model."""
        return self._line.gap(model)[0]

    def allows(self, size: int, model: frozenset[int]) -> bool:
        """Whether a size is one of a model."""
        low, high = self._line.gap(model)
        return low <= size and (high is None or size < high)

    def small(self) -> tuple[int, ...]:
        """The literals of a small size, those of the largest sizes first."""
        return self._line.low()

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands a size between other points."""
        return other_than(self._line.gap_of(self.value(model)), model)
