"""Long lists of addresses and domains in conditions → address lists, where these say the same.

An address list holds whole addresses, `*@domain`, and `*.domain` for what is below it. So `equals`
an address and `ends_with` `@domain` of one operand are entries of one list, and so is `.domain`
beside its `@domain`; other values stay in their conditions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.names import FreeNames
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.migration.tests import Test

LONG: Final = 20
"""Conditions with more addresses than this get an address list."""
_LISTED: Final = frozenset({"recipient", "mail_from", "sender", "from", "to", "cc"})
_ADDRESS: Final = Pattern(r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}")
_DOMAIN: Final = Pattern(r"@(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}")


class LongLists:
    """The address lists of an import: those of the source, and those made of long conditions."""

    def __init__(self, known: dict[str, tuple[str, ...] | None]) -> None:
        """The lists of the source, by name."""
        self.lists = dict(known)
        self._names = FreeNames(tuple(known))
        self._made: dict[tuple[str, ...], str] = {}

    def within(self, test: Test, rule: str) -> Test:
        """A test whose long lists of addresses are address lists; named by `rule` if new."""
        match test:
            case Matches():
                return self._any_of((test,), rule)[0]
            case Unseen():
                return test
            case Near(test=inner, difference=difference):
                return Near(test=self.within(inner, rule), difference=difference)
            case Negated(inner):
                return Negated(self.within(inner, rule))
            case AllOf(tests):
                return AllOf(tuple(self.within(each, rule) for each in tests))
            case EitherOf(tests):
                return EitherOf(self._any_of(tests, rule))

    def _any_of(self, tests: Sequence[Test], rule: str) -> tuple[Test, ...]:
        """Alternatives, with those that fit into address lists replaced, at their first place."""
        entries: dict[str, list[str]] = {}
        for test in tests:
            if isinstance(test, Matches) and (found := _entries_of(test)) is not None:
                entries.setdefault(test.operand, []).extend(found)
        long = {operand for operand, found in entries.items() if len(set(found)) > LONG}
        made: list[Test] = []
        once: set[Matches] = set()
        for test in tests:
            fits = isinstance(test, Matches) and _entries_of(test) is not None
            if isinstance(test, Matches) and fits and test.operand in long:
                name = self._named(tuple(dict.fromkeys(entries[test.operand])), rule)
                each: Test = Matches(
                    operand=test.operand, operator="in_address_list", values=(name,)
                )
            else:
                each = test if isinstance(test, Matches) else self.within(test, rule)
            if not isinstance(each, Matches):
                made.append(each)
            elif each not in once:
                once.add(each)
                made.append(each)
        return tuple(made)

    def _named(self, entries: tuple[str, ...], rule: str) -> str:
        """The name of the list of these entries; equal ones are one list."""
        if entries not in self._made:
            self._made[entries] = self._names.named(rule, "addresses")
            self.lists[self._made[entries]] = entries
        return self._made[entries]


def _entries_of(compared: Matches) -> tuple[str, ...] | None:
    """What an address list holds instead of a comparison; None: no list says the same."""
    if compared.operand not in _LISTED:
        return None
    if compared.operator == "equals" and all(map(_ADDRESS.fullmatch, compared.values)):
        return compared.values
    if compared.operator == "ends_with":
        values = set(compared.values)
        if all(_DOMAIN.fullmatch(_whole(value, values)) for value in compared.values):
            return tuple(f"*{value}" for value in compared.values)
    return None


def _whole(value: str, values: set[str]) -> str:
    """An ending as that of a domain: one below it, only where the domain itself is there too.

    Whether `*.domain` is also the domain itself is a reading (`star_domain_entry`).
    """
    whole = f"@{value.removeprefix('.')}"
    return whole if value.startswith(".") and whole in values else value
