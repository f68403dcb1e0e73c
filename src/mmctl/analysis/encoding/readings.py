"""Readings in a proof: each is fixed by a project, or free, so that a model chooses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.language.readings import CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.language.readings import Readings


class FreeReadings:
    """The readings that a model chooses: the same for all gateways of a proof."""

    def __init__(self, circuit: Circuit, free: Iterable[str]) -> None:
        self.circuit = circuit
        self._choices: dict[str, dict[str, int]] = {}
        for name in free:
            literals = {choice: circuit.variable() for choice in CHOICES[name]}
            circuit.require(*literals.values())
            circuit.at_most_one(tuple(literals.values()))
            self._choices[name] = literals

    def literals_of(self, name: str) -> Mapping[str, int] | None:
        """A literal for each choice of a reading; None: it is not free."""
        return self._choices.get(name)

    def all(self) -> Mapping[str, Mapping[str, int]]:
        """The free readings, each with a literal for each choice."""
        return self._choices

    def chosen(self, model: frozenset[int]) -> dict[str, str]:
        """What a model chooses."""
        return {
            name: next(choice for choice, literal in choices.items() if literal in model)
            for name, choices in self._choices.items()
        }


class ReadingLiterals:
    """The readings of one gateway, as literals."""

    def __init__(self, free: FreeReadings, readings: Readings) -> None:
        self._free = free
        self._readings = readings

    def is_(self, name: str, choice: str) -> int:
        """Whether a reading has this choice."""
        literals = self._free.literals_of(name)
        if literals is not None:
            return literals[choice]
        return TRUE if self._readings.choice(name) == choice else FALSE

    def over(self, names: Iterable[str], build: Callable[[Readings], int]) -> int:
        """The literal that `build` gives for the choices of these readings that a model makes."""
        return self._over(tuple(dict.fromkeys(names)), self._readings, build)

    def _over(
        self, names: tuple[str, ...], readings: Readings, build: Callable[[Readings], int]
    ) -> int:
        for place, name in enumerate(names):
            literals = self._free.literals_of(name)
            if literals is not None:
                branches = [
                    (
                        literal,
                        self._over(names[place + 1 :], readings.choosing(name, choice), build),
                    )
                    for choice, literal in literals.items()
                ]
                return self._chosen(branches)
        return build(readings)

    def _chosen(self, branches: list[tuple[int, int]]) -> int:
        """The second literal of the branch whose first one holds: exactly one does."""
        _, result = branches[-1]
        for condition, literal in reversed(branches[:-1]):
            result = self._free.circuit.choose(condition, literal, result)
        return result
