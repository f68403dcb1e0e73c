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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
        without = [form for form, literal in self._forms.items() if not holds(literal, model)]
        texts = [value for operator, value in met if operator is _EQUALS]
        for form in _longest_first(self._forms, model):
            if not any(map(form.includes, texts)):
                found = self._first(self._of_form(form), unmet, without)
                if found is None:
                    return Unrealised(clause=None)
                texts.append(found)
        for wanted in self._shares(met, texts):
            found = self._first(self._made_up(wanted), unmet, without)
            if found is not None:
                texts.append(found)
                continue
            for test in wanted:
                found = self._first(self._made_up((test,)), unmet, without)
                if found is None:
                    return self._unrealised(test, unmet, without)
                texts.append(found)
        return tuple(dict.fromkeys(texts))

    def refused(self, model: frozenset[int]) -> tuple[int, ...]:
        """The clause that demands another answer to one of the tests, or about an entry."""
        literals = (self.present, *self._tests.values(), *self._forms.values())
        return other_than(literals, model)

    def _first(
        self, texts: Iterable[str], unmet: Sequence[Test], without: Sequence[AddressForm]
    ) -> str | None:
        """The first text that meets no test, and has no form, that it must not."""
        for text in texts:
            if not any(text_matches(operator, text, value) for operator, value in unmet) and not (
                any(form.includes(text) for form in without)
            ):
                return text
        return None

    def _of_form(self, form: AddressForm) -> Iterator[str]:
        *_, last = pieces = _pieces(form)
        for fill, end in (("", ""), ("x", "x"), ("x", "example.org"), (".", ".example.org")):
            open_end = end if not last else fill
            text = fill.join(pieces[:-1]) + open_end + last
            if form.includes(text):
                yield text
        resort = self._resort()
        if resort is not None:
            yield resort.join(pieces)

    def _made_up(self, wanted: Sequence[Test]) -> Iterator[str]:
        yield from made_up(self._style, wanted, self._all_tests())
        resort = self._resort()
        for operator, value in wanted if resort is not None else ():
            if operator is _STARTS and "@" in value and len(wanted) == 1:
                yield f"{value}{resort}@{resort}"
                yield f"{value}{resort}@"

    def _unrealised(
        self, test: Test, unmet: Sequence[Test], without: Sequence[AddressForm]
    ) -> Unrealised:
        """Why no address meets a test alone.

        A text that starts with a value with an `@` has its domain after that one, or after a later
        one, or it has none: every such text meets all that one of three does.
        """
        operator, value = test
        resort = self._resort()
        if operator is not _STARTS or resort is None:
            return Unrealised(clause=None)
        clause = [-self._tests[test]]
        for text in (value + resort, f"{value}{resort}@{resort}", f"{value}{resort}@"):
            met = [self._tests[each] for each in unmet if text_matches(each[0], text, each[1])]
            met += [self._forms[form] for form in without if form.includes(text)]
            clause += met[:1]
        return Unrealised(clause=tuple(clause))

    def _all_tests(self) -> Iterator[Test]:
        yield from self._tests
        for form in self._forms:
            yield from ((_ENDS, piece) for piece in _pieces(form))

    def _resort(self) -> str | None:
        return last_resort({character for _, value in self._all_tests() for character in value})


def _pieces(form: AddressForm) -> list[str]:
    """The texts that all addresses of a form have, in this order; not for a single address."""
    local, domain = form
    before = [local] if isinstance(local, str) else [local.start, local.end]
    after = [domain] if isinstance(domain, str) else [domain.start, domain.end]
    return [*before[:-1], f"{before[-1]}@{after[0]}", *after[1:]]


def _longest_first(known: dict[AddressForm, int], model: frozenset[int]) -> list[AddressForm]:
    """The forms of a model; those that imply others come before them."""
    met = [form for form, literal in known.items() if holds(literal, model)]
    return sorted(met, key=lambda form: sum(map(len, _pieces(form))), reverse=True)
