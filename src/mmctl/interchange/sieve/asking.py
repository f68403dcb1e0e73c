"""The tests of a script → what they ask of a message, or that nobody here sees it."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.tests import ALWAYS, NEVER, Matches, Unseen
from mmctl.interchange.sieve import differing
from mmctl.interchange.sieve.arguments import given
from mmctl.interchange.sieve.known_tests import EXTENSIONS, TESTS
from mmctl.interchange.sieve.looking import (
    by_keys,
    exists,
    how_compared,
    in_envelope,
    in_header_addresses,
    in_headers,
    unseen,
)
from mmctl.interchange.sieve.matching import KeysCompared, glob_of
from mmctl.interchange.sieve.simple import all_of, any_of, negated
from mmctl.interchange.sieve.syntax import NumberArgument

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmctl.interchange.migration.tests import Test
    from mmctl.interchange.sieve.arguments import GivenArguments
    from mmctl.interchange.sieve.looking import TestScope
    from mmctl.interchange.sieve.syntax import ScriptCall


def asked(call: ScriptCall, scope: TestScope) -> Test:
    """What a test asks."""
    match call.name:
        case "true":
            return ALWAYS
        case "false":
            return NEVER
        case "not":
            return negated(asked(call.tests[0], scope)) if call.tests else NEVER
        case "allof":
            return all_of(asked(test, scope) for test in call.tests)
        case "anyof":
            return any_of(asked(test, scope) for test in call.tests)
        case _:
            return _leaf(call, scope)


def _leaf(call: ScriptCall, scope: TestScope) -> Test:
    form = TESTS.get(call.name)
    if form is None:
        return unseen("unknown-test", f"what the test `{call.name}` asks")
    found = given(call, form)
    if found.wrong is not None:
        return unseen("unknown-test", f"what `{call.name}` asks: {found.wrong}")
    return _LEAVES.get(call.name, _other)(call, found, scope)


def _size(_call: ScriptCall, found: GivenArguments, _scope: TestScope) -> Test:
    limit = found.positional[0]
    if not isinstance(limit, NumberArgument):
        return NEVER
    operator = "greater_than" if "over" in found.tags else "less_than"
    return Matches(operand="message_size", operator=operator, values=(str(limit.value),))


def _string(call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `string`: constant texts are compared here."""
    how = how_compared(found)
    tests: list[Test] = []
    for text in found.texts(0):
        before: list[Test] = []
        for value in scope.values(text):
            if value.text is None or how is None or how.match == "regex":
                asked_here: Test = Unseen(difference=differing.no_constant(text.value))
            else:
                asked_here = by_keys(call, found, scope, 1, _constant(value.text, how))
            tests.append(all_of((*before, value.test, asked_here)))
            before.append(negated(value.test))
    return any_of(tests)


def _constant(text: str, how: KeysCompared) -> Callable[[tuple[str, ...]], Test]:
    """Whether a constant text meets one of some keys."""

    def ask(keys: tuple[str, ...]) -> Test:
        met = any(_glob_matches(glob_of(key, how.match), text, folded=how.folded) for key in keys)
        return ALWAYS if met else NEVER

    return ask


def _glob_matches(glob: str, text: str, *, folded: bool) -> bool:
    """Whether a pattern of `:matches` is a whole text, in time of both lengths multiplied."""
    if folded:
        glob, text = glob.lower(), text.lower()
    reached = {0}
    at = 0
    while at < len(glob) and reached:
        character = glob[at]
        if character == "*":
            reached = set(range(min(reached), len(text) + 1))
        else:
            is_any = character == "?"
            at += character == "\\" and at + 1 < len(glob)
            wanted = glob[at]
            reached = {
                place + 1
                for place in reached
                if place < len(text) and (is_any or text[place] == wanted)
            }
        at += 1
    return len(text) in reached


def _environment(call: ScriptCall, found: GivenArguments, scope: TestScope) -> Test:
    """The test `environment`: of its items Mail Manager has the client's address."""
    item = next((text.value.lower() for text in found.texts(0)), "")
    how = how_compared(found)
    if item == "remote-ip" and how is not None and how.match == "is":
        return by_keys(call, found, scope, 1, _client)
    return unseen("environment", f"`{differing.cut(item)}` of the mail server")


def _client(keys: tuple[str, ...]) -> Test:
    networks: list[str] = []
    for key in keys:
        try:
            network = ip_network(key)
        except ValueError:
            continue
        if network.version != 4:  # noqa: PLR2004 - rules see IPv4 alone
            return unseen("ipv6-client", f"clients with IPv6 addresses: `{key}`")
        networks.append(str(network))
    return Matches(operand="source_ip", operator="cidr_matches", values=tuple(networks))


def _ihave(_call: ScriptCall, found: GivenArguments, _scope: TestScope) -> Test:
    return ALWAYS if all(text.value in EXTENSIONS for text in found.texts(0)) else NEVER


def _other(call: ScriptCall, _found: GivenArguments, _scope: TestScope) -> Test:
    code, what, instead = _NOT_VISIBLE.get(
        call.name, (f"{call.name.replace('_', '-')}-not-visible", f"`{call.name}`", None)
    )
    return unseen(code, what, instead)


_ADD_ON: Final = "ask an add-on: `add_on: {name: …, field: isPassed, is: false}`"
_NOT_VISIBLE: Final[Mapping[str, tuple[str, str, str | None]]] = {
    "body": ("body-not-visible", "the text of a message", None),
    "spamtest": ("filter-verdict", "the verdict of the mail server's spam filter", _ADD_ON),
    "virustest": ("filter-verdict", "the verdict of the mail server's virus filter", _ADD_ON),
    "date": ("date-not-visible", "the dates in a message", None),
    "currentdate": (
        "time-not-visible",
        "what time it is",
        "write `expires`, or change the rule on that day",
    ),
    "duplicate": ("duplicate-not-visible", "which mail they have seen before", None),
    "hasflag": ("flags-not-visible", "flags of stored mail", None),
    "mailboxexists": ("mailbox-not-visible", "which folders there are", None),
    "mailboxidexists": ("mailbox-not-visible", "which folders there are", None),
    "specialuse_exists": ("mailbox-not-visible", "which folders there are", None),
}
_LEAVES: Final[Mapping[str, Callable[[ScriptCall, GivenArguments, TestScope], Test]]] = {
    "header": in_headers,
    "address": in_header_addresses,
    "envelope": in_envelope,
    "exists": exists,
    "size": _size,
    "string": _string,
    "environment": _environment,
    "ihave": _ihave,
}
