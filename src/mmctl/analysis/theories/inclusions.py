"""Which forms of addresses include others: by lookup, since address lists are long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.theories.entries import ANY, AddressForm, Ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.analysis.sat.circuit import Circuit

_Lengths = tuple[int, int | None]
"""Of the start and the end of a part; None: the part is given as a whole."""
_Cut = tuple[str, str | None]


class Inclusions:
    """The forms of one field, and the tests that only addresses of a form meet."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._settled: list[tuple[AddressForm, int]] = []
        self._fresh: list[tuple[AddressForm, int]] = []
        self._tables = _Tables()
        self._coming: list[tuple[AddressForm, int]] = []

    def has(self, form: AddressForm, literal: int) -> None:
        """A test that an address has a form."""
        self._coming.append((form, literal))
        self._fresh.append((form, literal))

    def implies(self, form: AddressForm, literal: int) -> None:
        """A test that implies that an address has a form."""
        self._fresh.append((form, literal))

    def settle(self) -> None:
        """Give the solver the implications."""
        if self._coming:
            tables = _Tables()
            for form, literal in self._coming:
                tables.add(form, literal)
                self._tables.add(form, literal)
            self._coming = []
            self._say(self._settled, tables)
        self._say(self._fresh, self._tables)
        self._settled += self._fresh
        self._fresh = []

    def met_by(self, text: str) -> Iterator[int]:
        """The tests on forms that a text meets."""
        local, at, domain = text.rpartition("@")
        if at and domain:
            yield from self._tables.including(AddressForm(local, domain))

    def _say(self, tests: Iterable[tuple[AddressForm, int]], tables: _Tables) -> None:
        for form, literal in tests:
            for other in tables.including(form, but=literal) if form.domain else ():
                self._circuit.implies(literal, other)


class _Tables:
    """Forms by how long the texts are that they ask for."""

    def __init__(self) -> None:
        self._below: dict[int, dict[str, int]] = {}
        """Forms of all addresses whose domain ends so, by length: nearly all forms."""
        self._lengths: list[int] = []
        self._others: dict[tuple[_Lengths, _Lengths], dict[tuple[_Cut, _Cut], int]] = {}

    def add(self, form: AddressForm, literal: int) -> None:
        """Add a form."""
        local, domain = form
        if local == ANY and isinstance(domain, Ends) and not domain.start:
            self._below.setdefault(len(domain.end), {})[domain.end] = literal
            return
        table = self._others.setdefault((_lengths(local), _lengths(domain)), {})
        table[_whole(local), _whole(domain)] = literal

    def including(self, form: AddressForm, *, but: int | None = None) -> Iterator[int]:
        """The forms that include all addresses of one.

        `but`: not this one, and of those that ask only how the domain ends only the nearest, which
        implies the others.
        """
        for length in self._below_longest_first():
            cut = _cut(form.domain, (0, length))
            found = None if cut is None else self._below[length].get(cut[1] or "")
            if found is not None and found != but:
                yield found
                if but is not None:
                    break
        for (local, domain), table in self._others.items():
            one, other = _cut(form.local, local), _cut(form.domain, domain)
            found = None if one is None or other is None else table.get((one, other))
            if found is not None and found != but:
                yield found

    def _below_longest_first(self) -> list[int]:
        if len(self._lengths) != len(self._below):
            self._lengths = sorted(self._below, reverse=True)
        return self._lengths


def _lengths(part: Ends | str) -> _Lengths:
    return (len(part), None) if isinstance(part, str) else (len(part.start), len(part.end))


def _whole(part: Ends | str) -> _Cut:
    return (part, None) if isinstance(part, str) else (part.start, part.end)


def _cut(part: Ends | str, lengths: _Lengths) -> _Cut | None:
    """The start and the end of a part, of these lengths; None: it may be shorter."""
    start, end = lengths
    if isinstance(part, str):
        if end is None:
            return (part, None) if len(part) == start else None
        return (part[:start], part[len(part) - end :]) if len(part) >= start + end else None
    if end is None or len(part.start) < start or len(part.end) < end:
        return None
    return part.start[:start], part.end[len(part.end) - end :]
