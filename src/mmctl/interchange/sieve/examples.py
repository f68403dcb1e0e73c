"""Messages that show a difference: kept where they do show it in the rule that has the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Unseen
from mmctl.interchange.patterns.result import SOMEBODY
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Deviation
    from mmctl.interchange.migration.tests import Test


def with_examples(test: Test, recipient: str | None) -> Test:
    """A test whose examples are mail for a recipient; without those that other tests hide.

    An example meets one test. Where others must be true too, it shows nothing of the rule.
    """
    return _kept(test, recipient, alone=True)


def _kept(test: Test, recipient: str | None, *, alone: bool) -> Test:
    match test:
        case Matches():
            return test
        case Unseen(difference=difference):
            return Unseen(difference=_difference(difference, recipient, alone=alone))
        case Near(test=inner, difference=difference):
            return Near(
                test=_kept(inner, recipient, alone=alone),
                difference=_difference(difference, recipient, alone=alone),
            )
        case Negated(inner):
            return Negated(_kept(inner, recipient, alone=alone))
        case AllOf(tests) | EitherOf(tests):
            only = alone and (len(tests) == 1 or isinstance(test, EitherOf))
            made = tuple(_kept(each, recipient, alone=only) for each in tests)
            return AllOf(made) if isinstance(test, AllOf) else EitherOf(made)


def _difference(difference: Deviation, recipient: str | None, *, alone: bool) -> Deviation:
    example = difference.example
    if example is None:
        return difference
    if not alone:
        return replace(difference, example=None)
    if recipient is None:
        return difference
    envelope = example.mail.get("envelope", {})
    addresses = envelope.get("recipients", [SOMEBODY])
    if addresses != [SOMEBODY]:
        theirs = all(_is_of(recipient, address) for address in addresses)
        return difference if theirs else replace(difference, example=None)
    mail = {**example.mail, "envelope": {**envelope, "recipients": [recipient]}}
    return replace(difference, example=replace(example, mail=mail))


def _is_of(recipient: str, address: str) -> bool:
    """Whether an address is that of a person, or one of its sub-addresses."""
    local, _, domain = recipient.lower().rpartition("@")
    sought, _, at = address.lower().rpartition("@")
    return at == domain and (sought == local or sought.startswith(f"{local}+"))
