"""The addresses of a header: free texts, since nobody validates them, and entries of lists.

As for other fields with several texts, tests imply each other but exclude nothing: another address
may meet another test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.analysis.theories.entries import AddressForm, Ends, forms
from mmctl.analysis.theories.inclusions import Inclusions
from mmctl.analysis.theories.styles import ADDRESS, last_resort
from mmctl.analysis.theories.texts import TextsTheory, made_up, sorted_tests
from mmctl.analysis.theories.theory import Unrealised, holds, other_than
from mmctl.judge.compare import text_matches
from mmctl.model.enums import RuleStringOperator
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmctl.analysis.sat.circuit import Circuit
    from mmctl.analysis.theories.entries import BareDomain, StarDomain
    from mmctl.analysis.theories.styles import Style
    from mmctl.analysis.theories.texts import Test

_EQUALS: Final = RuleStringOperator.EQUALS
_STARTS: Final = RuleStringOperator.STARTS_WITH
_ENDS: Final = RuleStringOperator.ENDS_WITH


class AddressesTheory(TextsTheory):
    """Any number of addresses, of which each test and each entry is met by some."""

    def __init__(self, circuit: Circuit, *, style: Style = ADDRESS) -> None:
        super().__init__(circuit, style=style)
        self._inclusions = Inclusions(circuit)
        self._forms: dict[AddressForm, int] = {}

    def listed(self, entry: str, *, bare_domain: BareDomain, star_domain: StarDomain) -> int:
        """The literal that an entry of an address list includes one of the addresses."""
        return self._circuit.any_of(
            self._has(each)
            for each in forms(entry, bare_domain=bare_domain, star_domain=star_domain)
        )

    def _has(self, form: AddressForm) -> int:
        """The literal that one of the addresses has a form."""
        local, domain = form
        if isinstance(domain, str):
            if isinstance(local, str):
                return self.test(_EQUALS, f"{local}@{domain}")
            if not local.start:
                return self.test(_ENDS, f"{local.end}@{domain}")
        literal = self._forms.get(form)
        if literal is None:
            literal = self._forms[form] = self._circuit.variable()
            self._circuit.implies(literal, self.present)
            first, *_, last = pieces = _pieces(form)
            self._starts.begins_at_least(first, literal)
            self._ends.begins_at_least(last[::-1], literal)
            for piece in pieces:
                self._containment.holds_at_least(piece, literal)
            self._inclusions.has(form, literal)
        return literal

    def _new(self, operator: RuleStringOperator, value: str) -> int:
        literal = super()._new(operator, value)
        local, at, domain = value.rpartition("@")
        if at and operator is _EQUALS:
            self._inclusions.implies(AddressForm(local, domain), literal)
        elif at and operator is _ENDS:
            self._inclusions.implies(AddressForm(Ends("", local), domain), literal)
        return literal

    def settle(self) -> None:
        """Give the solver the clauses of the tests asked for since the last time."""
        super().settle()
        self._inclusions.settle()

    def value(self, model: frozenset[int]) -> tuple[str, ...] | Unrealised:
        """The addresses of a model: as few as show it."""
        if not holds(self.present, model):
            return ()
        met, unmet = sorted_tests(self._tests, model)
        making = _Making(
            style=self._style,
            tests=self._tests,
            inclusions=self._inclusions,
            unmet=unmet,
            model=model,
            resort=self._resort(),
        )
        texts = [value for operator, value in met if operator is _EQUALS]
        done = {literal for text in texts for literal in self._inclusions.met_by(text)}
        for form, literal in _longest_first(self._forms, model):
            if literal not in done:
                found = making.first(making.of_form(form))
                if found is None:
                    return Unrealised(clause=None)
                texts.append(found)
                done.update(self._inclusions.met_by(found))
        for wanted in self._shares(met, texts):
            found = making.first(making.meeting(wanted))
            if found is not None:
                texts.append(found)
                continue
            for test in wanted:
                found = making.first(making.meeting([test]))
                if found is None:
                    return Unrealised(clause=making.why_none(test))
                texts.append(found)
        return tuple(dict.fromkeys(texts))

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests, or about an entry."""
        literals = (self.present, *self._tests.values(), *self._forms.values())
        return other_than(literals, model)

    def _resort(self) -> str | None:
        pieces = (piece for form in self._forms for piece in _pieces(form))
        return last_resort(set().union(*(value for _, value in self._tests), *pieces))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """What is known while texts are made up for one model."""

    style: Style
    tests: Mapping[Test, int]
    inclusions: Inclusions
    unmet: Sequence[Test]
    model: frozenset[int]
    resort: str | None

    def first(self, texts: Iterable[str]) -> str | None:
        """The first text that meets nothing that it must not."""
        return next((text for text in texts if not any(self._wrongly_met(text))), None)

    def _wrongly_met(self, text: str) -> Iterator[int]:
        for test in self.unmet:
            if text_matches(test[0], text, test[1]):
                yield self.tests[test]
        for literal in self.inclusions.met_by(text):
            if not holds(literal, self.model):
                yield literal

    def of_form(self, form: AddressForm) -> Iterator[str]:
        """Texts of a form, the likeliest first."""
        *_, last = pieces = _pieces(form)
        for fill, end in (("", ""), ("x", "x"), ("x", "example.org"), (".", ".example.org")):
            text = fill.join(pieces[:-1]) + (fill if last else end) + last
            if form.includes(text):
                yield text
        if self.resort is not None:
            yield self.resort.join(pieces)

    def meeting(self, wanted: Sequence[Test]) -> Iterator[str]:
        """Texts that meet some tests, the likeliest first."""
        yield from made_up(self.style, wanted, self.resort)
        if len(wanted) == 1:
            yield from self._beginning(wanted[0])

    def _beginning(self, test: Test) -> Iterator[str]:
        """Texts such that each text that begins with an `@` in it meets all that one of them does.

        The domain comes after that `@`, or after a later one, or there is none.
        """
        operator, value = test
        if operator is _STARTS and "@" in value and self.resort is not None:
            yield value + self.resort
            yield f"{value}{self.resort}@{self.resort}"
            yield f"{value}{self.resort}@"

    def why_none(self, test: Test) -> tuple[int, ...] | None:
        """Why no address meets a test alone: it would meet another one that it must not."""
        met = [next(self._wrongly_met(text)) for text in self._beginning(test)]
        return (-self.tests[test], *met) if met else None


def _pieces(form: AddressForm) -> list[str]:
    """The texts that all addresses of a form have, in this order; not for a single address."""
    local, domain = form
    before = [local] if isinstance(local, str) else [local.start, local.end]
    after = [domain] if isinstance(domain, str) else [domain.start, domain.end]
    return [*before[:-1], f"{before[-1]}@{after[0]}", *after[1:]]


def _longest_first(
    known: Mapping[AddressForm, int], model: frozenset[int]
) -> list[tuple[AddressForm, int]]:
    """The forms of a model with their literals; those that imply others come before them."""
    met = [(form, literal) for form, literal in known.items() if holds(literal, model)]
    return sorted(met, key=lambda each: sum(map(len, _pieces(each[0]))), reverse=True)
