"""Envelope addresses: what tests and entries of address lists say about one.

A message may state any text as an envelope address: `root`, `"a@b"@example.com`. So a text is
either one without `@`, or a local part, which may have an `@` too, and a domain after the last `@`.
Every test is a formula over these three, which are free texts, so no text is left out and none is
invented. `ordinary` is for whoever wants an address as people know them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mmctl.analysis.sat.circuit import FALSE, TRUE
from mmctl.analysis.theories.entries import Ends, forms
from mmctl.analysis.theories.styles import DOMAIN, LOCAL_PART
from mmctl.analysis.theories.texts import TextTheory
from mmctl.analysis.theories.theory import Unrealised, holds
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.analysis.theories.entries import BareDomain, StarDomain

_EQUALS: Final = RuleStringOperator.EQUALS
_STARTS: Final = RuleStringOperator.STARTS_WITH
_ENDS: Final = RuleStringOperator.ENDS_WITH
_CONTAINS: Final = RuleStringOperator.CONTAINS
_SPECIAL: Final = '\t "(),:;<>@[\\]'
"""What an address has only within quotes (RFC 5321 §4.1.2)."""


class AddressTheory:
    """One envelope address, or none."""

    def __init__(self, circuit: Circuit, *, optional: bool) -> None:
        self.present = circuit.variable() if optional else TRUE
        """The literal that there is an address; the null sender is none."""
        self._circuit = circuit
        self._split = circuit.variable()
        circuit.implies(self._split, self.present)
        self._local = TextTheory(circuit, present=self._split, style=LOCAL_PART)
        self._domain = TextTheory(circuit, present=self._split, style=DOMAIN)
        alone = circuit.all_of((self.present, -self._split))
        self._word = TextTheory(circuit, present=alone, style=LOCAL_PART)

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """The literal that the address meets a value; not for `NOT_EQUALS`."""
        before, at, domain = value.rpartition("@")
        if not at:
            return self._without_at(operator, value)
        local = self._local.test
        match operator:
            case RuleStringOperator.EQUALS:
                return self._both(local(_EQUALS, before), self._domain.test(_EQUALS, domain))
            case RuleStringOperator.STARTS_WITH:
                here = self._both(local(_EQUALS, before), self._domain.test(_STARTS, domain))
                return self._circuit.any_of((here, local(_STARTS, value)))
            case RuleStringOperator.ENDS_WITH:
                return self._both(local(_ENDS, before), self._domain.test(_EQUALS, domain))
            case RuleStringOperator.CONTAINS:
                here = self._both(local(_ENDS, before), self._domain.test(_STARTS, domain))
                return self._circuit.any_of((here, local(_CONTAINS, value)))
            case RuleStringOperator.NOT_EQUALS:
                raise ValueError(operator)
            case _:
                assert_never(operator)

    def _without_at(self, operator: RuleStringOperator, value: str) -> int:
        word = self._word.test(operator, value)
        match operator:
            case RuleStringOperator.EQUALS:
                return word
            case RuleStringOperator.STARTS_WITH:
                return self._circuit.any_of((word, self._local.test(operator, value)))
            case RuleStringOperator.ENDS_WITH:
                return self._circuit.any_of((word, self._domain.test(operator, value)))
            case RuleStringOperator.CONTAINS:
                parts = (self._local.test(operator, value), self._domain.test(operator, value))
                return self._circuit.any_of((word, *parts))
            case RuleStringOperator.NOT_EQUALS:
                raise ValueError(operator)
            case _:
                assert_never(operator)

    def _both(self, local: int, domain: int) -> int:
        return self._circuit.all_of((local, domain))

    def listed(self, entry: str, *, bare_domain: BareDomain, star_domain: StarDomain) -> int:
        """The literal that an entry of an address list includes the address."""
        return self._circuit.any_of(
            self._both(
                self._between(self._local, each.local), self._between(self._domain, each.domain)
            )
            for each in forms(entry, bare_domain=bare_domain, star_domain=star_domain)
        )

    def _between(self, part: TextTheory, wanted: Ends | str) -> int:
        if isinstance(wanted, str):
            return part.test(_EQUALS, wanted) if part is self._local or "@" not in wanted else FALSE
        literals = [part.test(_STARTS, wanted.start), part.test(_ENDS, wanted.end)]
        literals += [-part.test(_EQUALS, short) for short in wanted.too_short()]
        if part is self._domain and not wanted.start and not wanted.end:
            literals.append(-part.test(_EQUALS, ""))
        return self._circuit.all_of(literals)

    def ordinary(self) -> int:
        """The literal of an address without quotes and blanks, with one `@` between two texts."""
        literals = [self._split]
        for part in (self._local, self._domain):
            literals += [-part.test(_CONTAINS, each) for each in (*_SPECIAL, "..")]
            literals += [-part.test(_STARTS, "."), -part.test(_ENDS, "."), -part.test(_EQUALS, "")]
        return self._circuit.all_of(literals)

    def settle(self) -> None:
        """Give the solver the clauses of the tests asked for since the last time."""
        for part in (self._local, self._domain, self._word):
            part.settle()

    def value(self, model: frozenset[int]) -> str | Unrealised | None:
        """An address of a model; None: there is none."""
        if not holds(self.present, model):
            return None
        if not holds(self._split, model):
            return self._word.value(model)
        local, domain = self._local.value(model), self._domain.value(model)
        if isinstance(local, Unrealised):
            return local
        if isinstance(domain, Unrealised):
            return domain
        return f"{local}@{domain}"

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests."""
        parts = (self._local, self._domain, self._word)
        return tuple(dict.fromkeys(literal for part in parts for literal in part.refused(model)))
