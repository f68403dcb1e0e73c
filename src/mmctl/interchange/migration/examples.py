"""Messages that show a difference: shown with a rule where it does take them in another way.

A message is made for one condition, and another condition or exception of the rule may catch it
too. So each is compared with the whole test, by the plain words of the language.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, Final, assert_never

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mmctl.interchange.migration.differences import Data, Deviation, Example
    from mmctl.interchange.migration.tests import Test

ORDINARY_CLIENT: Final = "203.0.113.7"
"""The client of a message that says none."""
RECIPIENT: Final = "someone@example.com"
"""The recipient of a message that says none."""
_OTHER_CLIENTS: Final = ("198.51.100.7", "192.0.2.7")
_NETWORKS: Final = 3
_COMPARED_AT_MOST: Final = 20_000
"""So many comparisons are made for the messages of a rule; those that are left are not shown."""


def telling(test: Test) -> Test:
    """A test without the messages that surely do not show how it differs from the source's.

    Where the client decides whether one does, the message says its client.
    """
    work = _Telling(test)
    return with_examples(test, work.shown)


def with_examples(test: Test, shown: Callable[[Deviation], Deviation]) -> Test:
    """A test with other examples; `shown` says which one a difference has."""
    match test:
        case Matches():
            return test
        case Unseen(difference=difference):
            return Unseen(difference=shown(difference))
        case Near(test=inner, difference=difference):
            return Near(test=with_examples(inner, shown), difference=shown(difference))
        case Negated(inner):
            return Negated(with_examples(inner, shown))
        case AllOf(tests):
            return AllOf(tuple(with_examples(each, shown) for each in tests))
        case EitherOf(tests):
            return EitherOf(tuple(with_examples(each, shown) for each in tests))
        case never:
            assert_never(never)


def met(
    test: Test,
    mail: Data,
    recipient: str,
    *,
    wanted: bool = True,
    turned: Deviation | None = None,
) -> bool | None:
    """Whether a test surely has this answer here; None: nobody can say.

    What Mail Manager cannot see has no answer, whatever is wanted. The part with the difference
    `turned` is answered as it is not here: seen and true, or the other way round.
    """
    match test:
        case Matches():
            found = _compared(test, mail, recipient)
            return None if found is None else found is wanted
        case Unseen(difference=difference):
            return wanted if difference is turned else False
        case Near(test=inner, difference=difference):
            if difference is turned:
                found = met(inner, mail, recipient)
                return None if found is None else found is not wanted
            return met(inner, mail, recipient, wanted=wanted, turned=turned)
        case Negated(inner):
            return met(inner, mail, recipient, wanted=not wanted, turned=turned)
        case AllOf(tests) | EitherOf(tests):
            one_is_enough = isinstance(test, EitherOf) is wanted
            answer: bool | None = not one_is_enough
            for each in tests:
                found = met(each, mail, recipient, wanted=wanted, turned=turned)
                if found is one_is_enough:
                    return found
                answer = None if found is None else answer
            return answer
        case never:
            assert_never(never)


class _Telling:
    """The messages of one test."""

    def __init__(self, test: Test) -> None:
        self._test = test
        self._left = _COMPARED_AT_MOST
        self._size = sum(1 for _ in _comparisons(test))
        self._clients = tuple(_clients(test))

    def shown(self, difference: Deviation) -> Deviation:
        """A difference with the example that shows it, or with none."""
        example = difference.example
        if example is None:
            return difference
        for client in (None,) if _client(example.mail) else self._clients:
            self._left -= self._size
            if self._left < 0:
                break
            if self._tells(example.mail, client or ORDINARY_CLIENT, difference):
                return replace(difference, example=_from(example, client))
        return replace(difference, example=None)

    def _tells(self, mail: Data, client: str, difference: Deviation) -> bool:
        """Whether the test takes a message from a client differently from how the source does."""
        session = {"source_ip": client, **mail.get("session", {})}
        whole = {**mail, "session": session}
        for recipient in mail.get("envelope", {}).get("recipients") or (RECIPIENT,):
            here = met(self._test, whole, recipient)
            if here is None or here is not met(self._test, whole, recipient, turned=difference):
                return True
        return False


def _from(example: Example, client: str | None) -> Example:
    if client in {None, ORDINARY_CLIENT}:
        return example
    session = {**example.mail.get("session", {}), "source_ip": client}
    return replace(example, mail={**example.mail, "session": session})


def _client(mail: Data) -> Any:
    return mail.get("session", {}).get("source_ip")


def _clients(test: Test) -> Iterator[str]:
    """Clients that a test may tell apart, the ordinary one first."""
    yield ORDINARY_CLIENT
    networks = [
        network
        for each in _comparisons(test)
        if each.operand == "source_ip"
        for value in each.values
        if (network := _network(value)) is not None
    ]
    if not networks:
        return
    beside = [
        str(IPv4Address(at))
        for network in networks[:_NETWORKS]
        for at in (int(network[-1]) + 1, int(network[0]) - 1)
        if 0 < at < int(IPv4Address("223.255.255.255"))
    ]
    others = (
        each
        for each in (*_OTHER_CLIENTS, *beside)
        if not any(IPv4Address(each) in network for network in networks)
    )
    yield from dict.fromkeys([*list(others)[:1], *(str(each[0]) for each in networks[:_NETWORKS])])


def _comparisons(test: Test) -> Iterator[Matches]:
    match test:
        case Matches():
            yield test
        case Unseen():
            return
        case Near(test=inner) | Negated(inner):
            yield from _comparisons(inner)
        case AllOf(tests) | EitherOf(tests):
            for each in tests:
                yield from _comparisons(each)
        case never:
            assert_never(never)


def _compared(test: Matches, mail: Data, recipient: str) -> bool | None:
    """Whether a comparison is true of a message; None: its parts do not say it."""
    message = mail.get("message", {})
    match test.operand:
        case "message_size":
            return _size(test, message.get("size", 0))
        case "source_ip":
            client = _client(mail)
            return client is not None and any(_inside(client, value) for value in test.values)
        case "recipient":
            return _texts(test, [recipient])
        case "mail_from":
            return _texts(test, _said(mail.get("envelope", {}), "mail_from"))
        case "header":
            return _texts(test, _header(message, dict(test.beside)["name"]) or [])
        case "subject":
            return _texts(test, _said(message, "subject"))
        case "from" | "to" | "cc" | "sender":
            return _texts(test, _addresses(message, test.operand))
        case _:
            return None


def _size(test: Matches, size: int) -> bool | None:
    """Whether a size is met; a message that says none is a small one."""
    if not test.values[0].isdecimal():
        return None
    limit = int(test.values[0])
    match test.operator:
        case "greater_than":
            return size > limit
        case "greater_than_or_equal":
            return size >= limit
        case "less_than":
            return size < limit
        case _:
            return None


def _said(part: Data, name: str) -> list[str] | None:
    return [part[name]] if name in part else None


def _addresses(message: Data, name: str) -> list[str] | None:
    """The address that a header has; None: nobody can say."""
    texts = _said(message, name) or _header(message, name)
    if texts is None:
        return [] if name in {"cc", "sender"} else None
    if any("," in text or ":" in text for text in texts):
        return None
    return [text.rpartition("<")[2].rstrip(">") for text in texts]


def _header(message: Data, name: str) -> list[str] | None:
    """The values of a header that a message names; None: it names none."""
    found = [
        value
        for key, values in message.get("headers", {}).items()
        if key.lower() == name.lower()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return found or None


def _texts(test: Matches, texts: list[str] | None) -> bool | None:
    if texts is None:
        return None
    lower = [text.lower() for text in texts]
    values = [value.lower() for value in test.values]
    match test.operator:
        case "equals":
            return any(text == value for text in lower for value in values)
        case "contains":
            return any(value in text for text in lower for value in values)
        case "starts_with":
            return any(text.startswith(value) for text in lower for value in values)
        case "ends_with":
            return any(text.endswith(value) for text in lower for value in values)
        case _:
            return None


def _inside(client: str, text: str) -> bool:
    network = _network(text)
    return network is not None and IPv4Address(client) in network


def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None
