"""The texts of one field as conditions see them under one choice of readings.

Every test that was asked is kept, so that a text can be checked against a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from mmctl.analysis.encoding.pairs import Pair
from mmctl.analysis.theories.addresses import AddressTheory
from mmctl.analysis.theories.entries import alternatives
from mmctl.analysis.theories.theory import Unrealised, holds
from mmctl.judge.compare import folded, text_matches
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.analysis.theories.entries import BareDomain, StarDomain
    from mmctl.analysis.theories.texts import TextsTheory, TextTheory
    from mmctl.judge.compare import Members
    from mmctl.language.readings import Case, Readings

Repeated: TypeAlias = Literal["any", "first", "last"]
Test: TypeAlias = "tuple[RuleStringOperator, str]"
"""A comparison, with its value in the letter case in which it is compared."""


class Look(NamedTuple):
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


class View:
    """The texts that a look sees."""

    def __init__(
        self, circuit: Circuit, look: Look, theory: TextTheory | TextsTheory | AddressTheory
    ) -> None:
        self._circuit = circuit
        self.look = look
        self.theory = theory
        self.tests: dict[Test, int] = {}
        self.pairs: dict[Pair, int] = {}
        self._linked: set[tuple[int, int]] = set()
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
            case = self.look.case
            entries = members.entries if case == "sensitive" else members.entries_in_lower_case
            literal = self._circuit.any_of(
                self._entry(entry, bare, star) for entry in sorted(entries)
            )
            known = self.listings[key] = Listing(members, readings, literal)
        return known.literal

    def _entry(self, entry: str, bare: BareDomain, star: StarDomain) -> int:
        """Whether an entry of an address list includes one of the addresses."""
        if isinstance(self.theory, AddressTheory):
            return self.theory.listed(entry, bare_domain=bare, star_domain=star)
        return self._circuit.any_of(
            self._pair(Pair(each.local, each.domain))
            for each in alternatives(entry, bare_domain=bare, star_domain=star)
        )

    def _pair(self, pair: Pair) -> int:
        test = pair.test()
        if test is not None:
            return self.test(*test)
        known = self.pairs.get(pair)
        if known is None:
            known = self.pairs[pair] = self._circuit.variable()
            for implied in pair.implied():
                self._circuit.implies(known, self.test(*implied))
        return known

    def settle(self) -> None:
        """Give the solver what is true of all texts about the tests asked for so far."""
        for pair, literal in self.pairs.items():
            for test, own in self.tests.items():
                if (own, literal) not in self._linked and pair.follows_from(*test):
                    self._linked.add((own, literal))
                    self._circuit.implies(own, literal)
        self.theory.settle()

    def candidates(self, model: frozenset[int]) -> Iterator[tuple[str, ...] | Unrealised]:
        """Texts that may be those of a model, the plainest first."""
        pairs = [pair for pair, literal in self.pairs.items() if holds(literal, model)]
        fitting = {pair: next(self._fitting(pair, model), None) for pair in pairs}
        alone = tuple(dict.fromkeys(text for text in fitting.values() if text is not None))
        if alone:
            yield alone
        value = self.theory.value(model)
        if isinstance(value, Unrealised):
            yield value
            return
        texts = () if value is None else (value,) if isinstance(value, str) else value
        lacking = [
            text
            for pair, text in fitting.items()
            if text is not None and not any(map(pair.met_by, texts))
        ]
        yield (*texts, *lacking)

    def _fitting(self, pair: Pair, model: frozenset[int]) -> Iterator[str]:
        """Texts of a pair that meet no test that a model says is not met."""
        unmet = [test for test, literal in self.tests.items() if not holds(literal, model)]
        for text in pair.texts():
            if not any(text_matches(operator, text, value) for operator, value in unmet):
                yield text

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests than a model gives."""
        own = [-each if holds(each, model) else each for each in self.pairs.values()]
        return (*self.theory.refused(model), *own)

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
            _included(listing, texts, case) is holds(listing.literal, model)
            for listing in self.listings.values()
        )


def _included(listing: Listing, texts: Sequence[str], case: Case) -> bool:
    return listing.members.include_any(
        texts,
        case=case,
        bare_domain=listing.readings.bare_domain_entry,
        star_domain=listing.readings.star_domain_entry,
    )
