"""Keys of indexed tables for mail addresses and host names → tests (access(5), transport(5)).

Of several keys that fit an address the most exact one decides: its test is what it fits, except
what a more exact key with another result fits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, AllOf, EitherOf, Matches, Negated
from mmctl.interchange.postfix.entries import is_exception
from mmctl.interchange.postfix.keys import Fits, LookupStyle, TableKey
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.postfix.entries import Ends, Group

_FEW: Final = 10
"""A live condition takes so many values; more are an address list."""
_LABELS: Final = r"(?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{2,63}"
_ADDRESS: Final = Pattern(rf"[a-z0-9._+-]{{1,64}}@{_LABELS}")
_DOMAIN: Final = Pattern(rf"[@.]{_LABELS}")
_STARRED: Final = Pattern(r"[a-z0-9._-]{1,18}")
"""A local part beside a star: 19 characters with the delimiter."""


def tests_of(
    keys: list[TableKey],
    style: LookupStyle,
    lists: dict[str, tuple[str, ...] | None],
    name: str,
    ends: Ends,
) -> dict[Group, Test]:
    """For each group of entries the test that is true of what has this result.

    Address lists that are needed are added to `lists` under the name.
    """
    order = _Precedence.of(keys, style, ends)
    by_group: defaultdict[Group, list[TableKey]] = defaultdict(list)
    for key in keys:
        by_group[key.entry.group].append(key)
    listed = _KeyConditions(style, lists, name)
    return {group: _test(group[0], own, order, listed) for group, own in by_group.items()}


def any_key(
    keys: list[TableKey], style: LookupStyle, lists: dict[str, tuple[str, ...] | None], name: str
) -> Test:
    """The test of what any key of a table fits, as an address list."""
    return _KeyConditions(style, lists, name).fit(keys, 0)


class _KeyConditions:
    """Writes keys as conditions, and as an address list where conditions would be many."""

    def __init__(
        self, style: LookupStyle, lists: dict[str, tuple[str, ...] | None], name: str
    ) -> None:
        self.style, self.lists, self.name = style, lists, name

    def fit(self, keys: Iterable[TableKey], few: int = _FEW) -> Test:
        """The test of what at least one of some keys fits; more than `few` are a list."""
        equal: list[str] = []
        ends: list[str] = []
        starts: list[str] = []
        extended: list[TableKey] = []
        for key in keys:
            match key.fits:
                case Fits.EVERYTHING:
                    return ALWAYS
                case Fits.ADDRESS:
                    equal.append(f"{key.local}@{key.domain}")
                    if self.style.delimiters and _base(key.local, self.style) == key.local:
                        extended.append(key)
                case Fits.LOCAL_PART:
                    starts.append(f"{key.local}@")
                    starts += [f"{key.local}{each}" for each in self.style.delimiters]
                case Fits.DOMAIN:
                    equal += self._exactly(key)
                    ends += self._domain_ends(key)
        tests: list[Test] = []
        if len(equal) + len(ends) > (0 if extended else few) and self.style.operand != "helo":
            equal, ends, extended, listed = self._as_list(equal, ends, extended)
            tests.append(listed)
        for operator, values in (("equals", equal), ("ends_with", ends), ("starts_with", starts)):
            if values:
                tests.append(
                    Matches(operand=self.style.operand, operator=operator, values=tuple(values))
                )
        tests += self._with_extension(extended)
        return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))

    def _as_list(
        self, equal: list[str], ends: list[str], extended: list[TableKey]
    ) -> tuple[list[str], list[str], list[TableKey], Test]:
        """What no address list can hold, and the test on a list of all the rest."""
        members = [each for each in equal if _ADDRESS.fullmatch(each)]
        members += [f"*{each}" for each in ends if _DOMAIN.fullmatch(each)]
        short = [key for key in extended if _STARRED.fullmatch(key.local)]
        members += [
            f"{key.local}{each}*@{key.domain}" for key in short for each in self.style.delimiters
        ]
        unique = tuple(dict.fromkeys(members))
        name = next((each for each, known in self.lists.items() if known == unique), self.name)
        number = 2
        while self.lists.get(name, unique) != unique:
            name, number = f"{self.name}-{number}", number + 1
        if unique:
            self.lists[name] = unique
        listed = Matches(
            operand=self.style.operand,
            operator="in_address_list",
            values=(name,) if unique else (),
        )
        held = set(map(id, short))
        return (
            [each for each in equal if not _ADDRESS.fullmatch(each)],
            [each for each in ends if not _DOMAIN.fullmatch(each)],
            [key for key in extended if id(key) not in held],
            listed,
        )

    def _exactly(self, key: TableKey) -> list[str]:
        helo = self.style.operand == "helo"
        return [key.domain] if helo and not key.domain.startswith(".") else []

    def _domain_ends(self, key: TableKey) -> list[str]:
        if key.domain.startswith("."):
            return [key.domain]
        at = [] if self.style.operand == "helo" else [f"@{key.domain}"]
        return [*at, f".{key.domain}"] if self.style.below else at

    def _with_extension(self, keys: list[TableKey]) -> list[Test]:
        """`user+anything@example.com` for the key `user@example.com`."""
        operand = self.style.operand
        return [
            AllOf(
                (
                    Matches(
                        operand=operand,
                        operator="starts_with",
                        values=tuple(f"{key.local}{each}" for each in self.style.delimiters),
                    ),
                    Matches(operand=operand, operator="ends_with", values=(f"@{key.domain}",)),
                )
            )
            for key in keys
        ]


@dataclass(slots=True)
class _Precedence:
    """Which keys are more exact than others that have another result."""

    ends: Ends
    keys: list[TableKey]
    domains: list[TableKey]
    above: defaultdict[TableKey, list[TableKey]]
    """The exceptions of a key."""
    under: defaultdict[TableKey, list[TableKey]]
    """All that is less exact than a key, whatever its result."""

    @classmethod
    def of(cls, keys: list[TableKey], style: LookupStyle, ends: Ends) -> _Precedence:
        """Compare the keys of one table, each with those that could be around it."""
        by_domain: defaultdict[str, list[TableKey]] = defaultdict(list)
        by_local: defaultdict[str, list[TableKey]] = defaultdict(list)
        addresses: dict[tuple[str, str], TableKey] = {}
        for key in keys:
            if key.fits is Fits.DOMAIN:
                by_domain[key.domain].append(key)
            elif key.fits is Fits.LOCAL_PART:
                by_local[key.local].append(key)
            elif key.fits is Fits.ADDRESS:
                addresses.setdefault((key.local, key.domain), key)
        domains = [key for of_domain in by_domain.values() for key in of_domain]
        order = cls(ends, keys, domains, defaultdict(list), defaultdict(list))
        for key in keys:
            if key.fits is Fits.ADDRESS:
                base = _base(key.local, style)
                shorter = addresses.get((base, key.domain))
                order.note([] if shorter is None else [shorter], key)
                for local in {key.local, base}:
                    order.note(by_local.get(local, ()), key)
            if key.fits in {Fits.ADDRESS, Fits.DOMAIN}:
                for around in _around(key, style):
                    order.note(by_domain.get(around, ()), key)
        return order

    def note(self, less: Iterable[TableKey], key: TableKey) -> None:
        """A key is more exact than others."""
        for each in less:
            if each is key:
                continue
            self.under[key].append(each)
            if self.excepts(each.entry.value, key):
                self.above[each].append(key)

    def exceptions(self, key: TableKey) -> list[TableKey]:
        """What is more exact than a key, but for what `everywhere` has."""
        return self.above.get(key, [])

    def everywhere(self, value: str) -> list[TableKey]:
        """What is more exact than a local part at any domain."""
        return [key for key in self.domains if self.excepts(value, key)]

    def excepts(self, value: str, key: TableKey) -> bool:
        """Whether a more exact key must be an exception of what has a result."""
        return is_exception(value, key.entry.value, self.ends)


def _base(local: str, style: LookupStyle) -> str:
    cut = [at for each in style.delimiters if (at := local.find(each, 1)) > 0]
    return local[: min(cut)] if cut else local


def _around(key: TableKey, style: LookupStyle) -> Iterator[str]:
    """The keys of domains that are less exact than a key."""
    domain = key.domain.lstrip(".")
    if key.fits is Fits.ADDRESS:
        yield domain
    elif style.dotted and style.below and not key.domain.startswith("."):
        yield f".{domain}"
    while "." in domain:
        domain = domain.partition(".")[2]
        if style.below:
            yield domain
        if style.dotted:
            yield f".{domain}"


def _test(value: str, own: list[TableKey], order: _Precedence, listed: _KeyConditions) -> Test:
    """What some keys of one result fit, except what more exact ones fit."""
    last = [key for key in own if key.fits is Fits.EVERYTHING]
    if last:
        exceptions = [key for key in order.keys if order.excepts(value, key)]
        rest = _all_but(last, exceptions, listed)
        within = [key for key in own if not set(exceptions).isdisjoint(order.under.get(key, ()))]
        return EitherOf((_test(value, within, order, listed), rest)) if within else rest
    tests: list[Test] = []
    anywhere = [key for key in own if key.fits is Fits.LOCAL_PART]
    if anywhere:
        exceptions = [each for key in anywhere for each in order.exceptions(key)]
        tests.append(_all_but(anywhere, [*order.everywhere(value), *exceptions], listed))
    placed = [key for key in own if key.fits is not Fits.LOCAL_PART]
    free = [key for key in placed if key not in order.above]
    if free:
        tests.append(listed.fit(free))
    guarded = [key for key in placed if key in order.above]
    inside = {each for key in guarded for each in order.exceptions(key)}
    alike = [key for key in guarded if inside.isdisjoint(order.under.get(key, ()))]
    if alike:
        tests.append(
            _all_but(alike, [each for key in alike for each in order.exceptions(key)], listed)
        )
    tests += [
        _all_but([key], order.exceptions(key), listed)
        for key in guarded
        if not inside.isdisjoint(order.under.get(key, ()))
    ]
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _all_but(keys: list[TableKey], exceptions: list[TableKey], listed: _KeyConditions) -> Test:
    if not exceptions:
        return listed.fit(keys)
    # A traffic policy can except recipients only by whole addresses and lists.
    few = 0 if listed.style.operand == "recipient" else _FEW
    return AllOf((listed.fit(keys), Negated(listed.fit(dict.fromkeys(exceptions), few))))
