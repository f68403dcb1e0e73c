"""The tests of headers and of the envelope → what they ask, where rules see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mmctl.interchange.migration.tests import ALWAYS, NEVER, Matches, Near, Negated, Unseen
from mmctl.interchange.patterns import InvalidPattern
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.addressing import in_addresses, in_header_of_addresses
from mmctl.interchange.sieve.matching import (
    AddressPart,
    KeysCompared,
    KeysLookedUp,
    in_text,
    present,
)
from mmctl.interchange.sieve.simple import all_of, any_of, negated

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.arguments import GivenArguments
    from mmctl.interchange.sieve.syntax import QuotedString, ScriptCall
    from mmctl.interchange.sieve.variables import TextValue
    from mmctl.interchange.sieve.wrong import ScriptProblems

_ADDRESSES: Final = frozenset({"from", "sender", "to", "cc"})
_FROM_SERVER: Final = {
    "return-path": "mail_from",
    "delivered-to": "recipient",
    "x-original-to": "recipient",
    "envelope-to": "recipient",
    "x-envelope-to": "recipient",
    "x-delivered-to": "recipient",
    "x-envelope-from": "mail_from",
}
"""Headers that mail servers add when they store mail, and where their text comes from."""
_FILTERS: Final = (
    "x-spam",
    "x-virus",
    "x-amavis",
    "x-rspamd",
    "x-bogosity",
    "x-dspam",
    "x-razor",
    "x-crm114",
)
_ORDERED: Final = frozenset({"value", "count"})


class TestScope(Protocol):
    """Where a test is: what texts are there."""

    wrong: ScriptProblems

    def values(self, text: QuotedString) -> tuple[TextValue, ...]:
        """The values of a text, with variables."""
        ...

    def is_unseen(self, header: str) -> bool:
        """Whether the script has changed a header in a way that nobody here can."""
        ...


def unseen(code: str, what: str, instead: str | None = None) -> Test:
    """What rules do not see."""
    return Unseen(difference=differing.not_visible(code, what, instead))


def how_compared(found: GivenArguments) -> KeysCompared | None:
    """How keys are compared; None: not as texts."""
    match_type = next((tag for tag in found.tags if tag in _TEXT_MATCHES), "is")
    comparator = found.value("comparator") or "i;ascii-casemap"
    if comparator == "i;ascii-numeric" or set(found.tags) & (_ORDERED | {"list", "mime"}):
        return None
    return KeysCompared(match=match_type, folded=comparator != "i;octet")


_TEXT_MATCHES: Final = frozenset({"is", "contains", "matches", "regex"})


def by_keys(
    call: ScriptCall,
    found: GivenArguments,
    scope: TestScope,
    index: int,
    ask: Callable[[tuple[str, ...]], Test],
) -> Test:
    """A test for the keys of an argument: those that are constant together, each other alone."""
    constant: list[str] = []
    tests: list[Test] = []
    for text in found.texts(index):
        values = scope.values(text)
        if len(values) == 1 and values[0].text is not None:
            constant.append(values[0].text)
            continue
        before: list[Test] = []
        for value in values:
            asked_here = (
                Unseen(difference=differing.no_constant(text.value))
                if value.text is None
                else _asked(call, scope, ask, (value.text,))
            )
            tests.append(all_of((*before, value.test, asked_here)))
            before.append(negated(value.test))
    if constant:
        tests.insert(0, _asked(call, scope, ask, tuple(constant)))
    return any_of(tests)


def _asked(
    call: ScriptCall,
    scope: TestScope,
    ask: Callable[[tuple[str, ...]], Test],
    keys: tuple[str, ...],
) -> Test:
    try:
        return ask(keys)
    except InvalidPattern as error:
        scope.wrong.at(call.place, f"the pattern is broken: {error}")
        return NEVER


def in_headers(call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `header`: texts of headers, with names beside addresses."""
    how = how_compared(found)
    names = [text.value for text in found.texts(0)]
    if how is None:
        return any_of(_special(call, found, scope, name) for name in names)
    tests: list[Test] = []
    for name in names:
        where = _where(name, scope)
        if where is None:
            tests.append(Unseen(difference=differing.header_not_visible(name)))
            continue
        ask = _header_asked(where, how)
        tests.append(_marked(name, by_keys(call, found, scope, 1, ask)))
    return _with_position(any_of(tests), found)


def _header_asked(where: KeysLookedUp, how: KeysCompared) -> Callable[[tuple[str, ...]], Test]:
    if where.operand in {"subject", "header"}:
        return lambda keys: in_text(where, keys, how)
    if where.operand in {"mail_from", "recipient"}:
        return lambda keys: in_addresses(where, AddressPart.ALL, keys, how)
    return lambda keys: in_header_of_addresses(where, keys, how)


def _where(name: str, scope: TestScope) -> KeysLookedUp | None:
    """The operand of a header; None: rules do not see it."""
    lowered = name.lower()
    if scope.is_unseen(lowered):
        return None
    if lowered in _FROM_SERVER:
        return KeysLookedUp(operand=_FROM_SERVER[lowered], header=name)
    if lowered == "subject" or lowered in _ADDRESSES:
        return KeysLookedUp(operand=lowered, header=name)
    return KeysLookedUp(operand="header", header=name) if lowered.startswith("x-") else None


def _marked(name: str, test: Test) -> Test:
    """A test of a header that something sets which is not there at Mail Manager."""
    lowered = name.lower()
    if lowered in _FROM_SERVER:
        return Near(test=test, difference=differing.set_by_server(name))
    if lowered.startswith(_FILTERS):
        return Near(test=test, difference=differing.set_by_filter(name))
    return test


def _with_position(test: Test, found: GivenArguments) -> Test:
    """A test of one of several headers of the same name: rules look at all."""
    if "index" not in found.tags and "last" not in found.tags:
        return test
    difference = differing.not_visible("header-by-number", "which of several headers of one name")
    return Unseen(difference=difference)


def _special(call: ScriptCall, found: GivenArguments, scope: TestScope, name: str) -> Test:
    """`:count`, `:value`, `:list`, `:mime` and numbers."""
    where = _where(name, scope)
    if "mime" in found.tags:
        return unseen("body-not-visible", "the parts of a message")
    if "list" in found.tags:
        return unseen(
            "outside-list", "the lists of the mail server", "write an address list with its members"
        )
    if where is None:
        return Unseen(difference=differing.header_not_visible(name))
    counted = (found.value("count") or "").lower()
    keys = [text.value for text in found.texts(1)]
    if counted and len(keys) == 1 and len(found.texts(0)) == 1:
        if (counted, keys[0]) in {("ge", "1"), ("gt", "0"), ("ne", "0")}:
            return _marked(name, present(where))
        if (counted, keys[0]) in {("lt", "1"), ("le", "0"), ("eq", "0")}:
            return negated(_marked(name, present(where)))
    relation = (found.value("value") or "").lower()
    comparator = found.value("comparator") or "i;ascii-casemap"
    if relation == "eq" and comparator != "i;ascii-numeric":
        ask = _header_asked(where, KeysCompared(match="is", folded=comparator != "i;octet"))
        return _marked(name, by_keys(call, found, scope, 1, ask))
    return unseen(
        "numbers-not-compared",
        f"which of two values of `{differing.cut(name)}` is larger, and how many there are",
        "let the filter write the answer (`X-Spam-Flag: YES`), and compare that",
    )


def in_header_addresses(call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `address`: addresses of headers, or parts of them."""
    how, part = how_compared(found), _part(found)
    tests: list[Test] = []
    for text in found.texts(0):
        name = text.value
        where = _where(name, scope)
        if where is None or where.operand == "header":
            tests.append(Unseen(difference=differing.header_not_visible(name)))
        elif how is None:
            tests.append(_special(call, found, scope, name))
        else:
            ask = _addresses_asked(where, part, how)
            tests.append(_marked(name, by_keys(call, found, scope, 1, ask)))
    return _with_position(any_of(tests), found)


def _addresses_asked(
    where: KeysLookedUp, part: AddressPart, how: KeysCompared
) -> Callable[[tuple[str, ...]], Test]:
    return lambda keys: in_addresses(where, part, keys, how)


def _part(found: GivenArguments) -> AddressPart:
    return next(
        (AddressPart(tag) for tag in found.tags if tag in set(AddressPart)), AddressPart.ALL
    )


def in_envelope(call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `envelope`: sender and recipient of the envelope."""
    how, part = how_compared(found), _part(found)
    tests: list[Test] = []
    for text in found.texts(0):
        name = text.value.lower()
        operand = {"from": "mail_from", "to": "recipient", "orig_to": "recipient"}.get(name)
        if operand is None or how is None:
            what = (
                f"`{name}` of the envelope" if operand is None else "how many addresses there are"
            )
            tests.append(unseen("envelope-not-visible", what))
            continue
        where = KeysLookedUp(operand=operand, header=name)
        tests.append(by_keys(call, found, scope, 1, _envelope_asked(where, part, how)))
    return any_of(tests)


def _envelope_asked(
    where: KeysLookedUp, part: AddressPart, how: KeysCompared
) -> Callable[[tuple[str, ...]], Test]:
    """As addresses; an empty key is the empty sender of bounces."""

    def ask(keys: tuple[str, ...]) -> Test:
        empty = where.operand == "mail_from" and how.match in {"is", "matches"} and "" in keys
        named = tuple(key for key in keys if key or not empty)
        tests = [in_addresses(where, part, named, how)] if named else []
        if empty:
            has_sender = Matches(operand="mail_from", operator="contains", values=("@",))
            tests.append(Negated(has_sender))
        return any_of(tests)

    return ask


def exists(_call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `exists`: whether all of some headers are there."""
    tests: list[Test] = []
    for text in found.texts(0):
        where = _where(text.value, scope)
        if where is None:
            tests.append(Unseen(difference=differing.header_not_visible(text.value)))
        elif where.operand == "recipient":
            tests.append(Near(test=ALWAYS, difference=differing.set_by_server(text.value)))
        else:
            tests.append(_marked(text.value, present(where)))
    return all_of(tests)
