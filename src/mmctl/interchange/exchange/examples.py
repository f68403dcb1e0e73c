"""Examples that are worth showing: here they end as the difference says, and not by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import (
    APPLIES,
    EVERY_RECIPIENT,
    NO_RECIPIENT,
    NOT_APPLIES,
)
from mmctl.interchange.migration.examples import met, with_examples
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Deviation, Example
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
    return with_examples(test, lambda difference: telling(difference, whole))


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
        return met(whole, example.mail, recipients[0]) is True
    for recipient, (here, there) in zip(recipients, ends, strict=True):
        if met(whole, example.mail, recipient) is not here:
            return False
        if here is not there:
            turned = met(whole, example.mail, recipient, turned=difference)
            if turned is not there:
                return False
    return True
