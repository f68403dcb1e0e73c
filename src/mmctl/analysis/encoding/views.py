"""The texts of one field as conditions see them under one choice of readings.

Every test that was asked is kept, so that a text can be checked against a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.header_addresses import AddressesTheory
from mmctl.analysis.theories.theory import holds
from mmctl.judge.compare import folded, text_matches
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.analysis.theories.texts import TextsTheory, TextTheory
    from mmctl.analysis.theories.theory import Unrealised
    from mmctl.judge.compare import Members
    from mmctl.language.readings import Case, Readings

Repeated: TypeAlias = Literal["any", "first", "last"]
Test: TypeAlias = "tuple[RuleStringOperator, str]"
"""A comparison, with its value in the letter case in which it is compared."""


class FieldLook(NamedTuple):
    """One way to read the texts of a field: two equal ones see the same texts."""

    field: str
    """`mail_from`, `from`, `x-spam`, `certificate CN`, `add-on vade category`."""
    case: Case
    addresses: bool = False
    """Whether the addresses of a header are seen, and not its text."""
    repeated: Repeated = "any"
    decoded: bool = True


class Listing(NamedTuple):
    """A question whether an address list includes one of the addresses."""

    members: Members
    readings: Readings
    literal: int

    def includes(self, texts: Sequence[str], case: Case) -> bool:
        """Whether it includes one of some texts."""
        return self.members.include_any(
            texts,
            case=case,
            bare_domain=self.readings.bare_domain_entry,
            star_domain=self.readings.star_domain_entry,
        )


class FieldView:
    """The texts that a look sees."""

    def __init__(
        self, circuit: Circuit, look: FieldLook, theory: TextTheory | TextsTheory | AddressTheory
    ) -> None:
        self._circuit = circuit
        self.look = look
        self.theory = theory
        self.tests: dict[Test, int] = {}
        self.looked_up = False
        """Whether an address list is asked about its addresses."""
        self.counts_always = False
        """Whether its texts count under any readings."""
        self.listings: dict[tuple[int, str, str], Listing] = {}

    @property
    def present(self) -> int:
        """Whether there is a text at all."""
        return self.theory.present

    def test(self, operator: RuleStringOperator, value: str) -> int:
        """Whether some text meets a value; `NOT_EQUALS` is compared as `EQUALS`."""
        if operator is RuleStringOperator.NOT_EQUALS:
            operator = RuleStringOperator.EQUALS
        value = folded(value, self.look.case)
        if not value and operator is not RuleStringOperator.EQUALS:
            return self.present
        known = self.tests.get((operator, value))
        if known is None:
            known = self.tests[operator, value] = self.theory.test(operator, value)
        return known

    def listed(self, members: Members, readings: Readings) -> int:
        """Whether an address list includes one of the addresses."""
        bare, star = readings.bare_domain_entry, readings.star_domain_entry
        key = (id(members), bare, star)
        known = self.listings.get(key)
        if known is None:
            if not isinstance(self.theory, (AddressTheory, AddressesTheory)):
                raise TypeError(self.look)
            case, theory = self.look.case, self.theory
            entries = members.entries if case == "sensitive" else members.entries_in_lower_case
            literal = self._circuit.any_of(
                theory.listed(entry, bare_domain=bare, star_domain=star)
                for entry in sorted(entries)
            )
            known = self.listings[key] = Listing(members, readings, literal)
        return known.literal

    def texts(self, model: frozenset[int]) -> tuple[str, ...] | Unrealised:
        """Texts of a model: as few as show it."""
        value = self.theory.value(model)
        if value is None:
            return ()
        return (value,) if isinstance(value, str) else value

    def agrees(self, texts: Sequence[str], model: frozenset[int]) -> bool:
        """Whether texts answer every test as a model says."""
        if holds(self.present, model) is not bool(texts):
            return False
        case = self.look.case
        compared = [folded(text, case) for text in texts]
        return all(
            any(text_matches(operator, text, value) for text in compared) is holds(literal, model)
            for (operator, value), literal in self.tests.items()
        ) and all(
            listing.includes(texts, case) is holds(listing.literal, model)
            for listing in self.listings.values()
        )
