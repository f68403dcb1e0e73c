"""Examples that are worth showing: here they end as the difference says, and not by chance.

A message is made for one condition, and another condition or exception of the rule may catch it
too. So each is compared with the whole test, by the plain words of the language.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, assert_never

from mmctl.interchange.exchange.context import (
    APPLIES,
    EVERY_RECIPIENT,
    NO_RECIPIENT,
    NOT_APPLIES,
)
from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Deviation, Example
    from mmctl.interchange.migration.source import Data
    from mmctl.interchange.migration.tests import Test

_ENDS: Final = {
    APPLIES: ((False, True),),
    NOT_APPLIES: ((True, False),),
    EVERY_RECIPIENT: ((True, True), (False, True)),
    NO_RECIPIENT: ((False, False), (True, False)),
}
"""Whether the rule takes the message here, and whether it does there: for each recipient."""


def with_telling_examples(test: Test, whole: Test) -> Test:
    """A part of a test without the examples that show nothing."""
    match test:
        case Matches():
            return test
        case Unseen(difference=difference):
            return Unseen(difference=telling(difference, whole))
        case Near(test=inner, difference=difference):
            return Near(
                test=with_telling_examples(inner, whole), difference=telling(difference, whole)
            )
        case Negated(inner):
            return Negated(with_telling_examples(inner, whole))
        case AllOf(tests):
            return AllOf(tuple(with_telling_examples(each, whole) for each in tests))
        case EitherOf(tests):
            return EitherOf(tuple(with_telling_examples(each, whole) for each in tests))
        case never:
            assert_never(never)


def telling(difference: Deviation, whole: Test) -> Deviation:
    """A difference without its example, if that shows nothing."""
    example = difference.example
    if example is None or _tells(example, difference, whole):
        return difference
    return replace(difference, example=None)


def _tells(example: Example, difference: Deviation, whole: Test) -> bool:
    """Whether the rule takes a message as the example says, because of that difference alone."""
    ends = _ENDS.get(example.there)
    recipients = example.mail["envelope"]["recipients"]
    if ends is None:
        return _met(whole, example.mail, recipients[0]) is True
    for recipient, (here, there) in zip(recipients, ends, strict=True):
        if _met(whole, example.mail, recipient) is not here:
            return False
        if here is not there:
            turned = _met(whole, example.mail, recipient, turned=difference)
            if turned is not there:
                return False
    return True


def _met(
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
                found = _met(inner, mail, recipient)
                return None if found is None else found is not wanted
            return _met(inner, mail, recipient, wanted=wanted, turned=turned)
        case Negated(inner):
            return _met(inner, mail, recipient, wanted=not wanted, turned=turned)
        case AllOf(tests) | EitherOf(tests):
            answers = [_met(each, mail, recipient, wanted=wanted, turned=turned) for each in tests]
            one_is_enough = isinstance(test, EitherOf) is wanted
            if one_is_enough in answers:
                return one_is_enough
            return None if None in answers else not one_is_enough
        case never:
            assert_never(never)


def _compared(test: Matches, mail: Data, recipient: str) -> bool | None:
    message, envelope = mail["message"], mail["envelope"]
    match test.operand:
        case "message_size":
            size = message.get("size")
            return size is not None and size >= int(test.values[0])
        case "source_ip":
            client = mail.get("session", {}).get("source_ip")
            return client is not None and any(_inside(client, value) for value in test.values)
        case "recipient":
            texts = [recipient]
        case "mail_from":
            texts = [envelope["mail_from"]]
        case "from":
            texts = [message["from"].rpartition("<")[2].rstrip(">")]
        case "header":
            name = dict(test.beside)["name"].lower()
            headers = message.get("headers", {})
            texts = [
                each for key, values in headers.items() if key.lower() == name for each in values
            ]
        case "to" | "cc" | "subject":
            texts = [message[test.operand]] if test.operand in message else []
        case _:
            return None
    return _texts(test, texts)


def _texts(test: Matches, texts: list[str]) -> bool | None:
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


def _inside(client: str, network: str) -> bool:
    return ipaddress.ip_address(client) in ipaddress.ip_network(network, strict=False)
