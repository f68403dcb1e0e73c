"""Whole words of Exchange → substrings here, with a message that tells them apart.

Microsoft: words "can be surrounded by spaces and punctuation marks", and a word that "is
surrounded by other characters" is no match; letter case does not matter, and `*` is a literal
character. A mark at the end of a word surrounds it by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import (
    APPLIES,
    EVERY_RECIPIENT,
    NO_RECIPIENT,
    NOT_APPLIES,
    of_each,
)
from mmctl.interchange.exchange.people import sent_by
from mmctl.interchange.exchange.sketch import Sketch, address_with, beside_a_letter
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import EitherOf, Matches, Near, Unseen
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.tests import Test

_BODY: Final = "body-not-seen"
_BODY_INSTEAD: Final = (
    "keep a rule for the body in Exchange behind this gateway, or use an add-on or `invoke_lambda`"
)


def words(name: str, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """One of these words in what the condition looks at."""
    found = _contains(_operands(name, context), stated.values, context, name, exception=exception)
    if name.startswith("SubjectOrBody"):
        return EitherOf((found, body_unseen(context, stated.values[0])))
    if name.startswith("AnyOf"):
        return for_all_recipients(found, stated.values, context, exception=exception)
    return found


def _contains(
    operands: Sequence[str],
    values: Sequence[str],
    context: RuleContext,
    name: str,
    *,
    exception: bool,
) -> Test:
    test = of_each(operands, "contains", values)
    return near_words(test, values, context, exception=exception, put=putting(name, context))


def near_words(
    test: Test,
    values: Sequence[str],
    context: RuleContext,
    *,
    exception: bool,
    put: Callable[[Sketch, str], Sketch],
) -> Test:
    """A comparison by substrings, with the first word that is also found inside of another."""
    pairs = [(word, longer) for word in values if (longer := beside_a_letter(word)) is not None]
    if not pairs:
        return test
    telling = [pair for pair in pairs if not any(_has_word(pair[1], word) for word in values)]
    word, longer = (telling or pairs)[0]
    sketch = context.sketch if exception else replace(context.sketch, set_by=())
    twisted = put(sketch, longer)
    return Near(
        test=test,
        difference=Deviation(
            code="words-are-substrings",
            says=f"the source looks for whole words; here `{word}` is found inside of other "
            f"words too, as in `{longer}`",
            instead="use a longer text, or add exceptions for the words that it is in",
            example=context.example(twisted, APPLIES if exception else NOT_APPLIES)
            if telling
            else None,
        ),
    )


def _has_word(text: str, word: str) -> bool:
    """Whether a text, alone or in an address, has a whole word."""
    before = "(?<![^\\W_])" if word[:1].isalnum() else ""
    after = "(?![^\\W_])" if word[-1:].isalnum() else ""
    pattern = re.compile(before + re.escape(word) + after, re.IGNORECASE)
    return any(pattern.search(each) is not None for each in (text, address_with(text)))


def putting(name: str, context: RuleContext) -> Callable[[Sketch, str], Sketch]:
    """How a text comes into what a condition looks at."""

    def put(sketch: Sketch, text: str) -> Sketch:
        if name.startswith("Subject"):
            return sketch.saying(text)
        if name.startswith("FromAddress"):
            return sent_by(sketch, context, address_with(text))
        return sketch.having("recipients", (address_with(text),))

    return put


def body_unseen(context: RuleContext, text: str) -> Test:
    """The half of a condition that looks into the body."""
    sketch = context.sketch
    twisted = replace(sketch, subject=Sketch().subject, body=f"{text}\n")
    return Unseen(
        difference=Deviation(
            code=_BODY,
            says="the source looks into subject and body; Mail Manager sees no body, so mail that "
            "says it there alone is not taken",
            instead=_BODY_INSTEAD,
            loses=True,
            example=context.example(twisted, APPLIES),
        )
    )


def for_all_recipients(
    test: Test, values: Sequence[str], context: RuleContext, *, exception: bool
) -> Test:
    """A condition of which one recipient decides for all: here each is judged alone."""
    first = context.sketch.recipients[0]
    other = f"another.user@{first.rpartition('@')[2]}"
    sketch = context.sketch
    if exception:
        first = address_with(values[0])
        sketch = sketch.having("recipients", (first,))
    twisted = replace(sketch, recipients=(first, other))
    if exception:
        says = "one recipient with such an address exempts all recipients of a message; here it "
        says += "exempts that recipient alone"
    else:
        says = "one recipient with such an address makes the rule act for all recipients of a "
        says += "message; here it acts for that recipient alone"
    return Near(
        test=test,
        difference=Deviation(
            code="one-recipient-not-all",
            says=says,
            instead="where To and Cc name all recipients, a condition on `to` and `cc` is for the "
            "whole message",
            example=context.example(twisted, NO_RECIPIENT if exception else EVERY_RECIPIENT),
        ),
    )


def _operands(name: str, context: RuleContext) -> tuple[str, ...]:
    if name.startswith("Subject"):
        return ("subject",)
    return context.senders if name.startswith("FromAddress") else ("recipient",)


def shown_word(name: str, stated: StatedValue, context: RuleContext, sketch: Sketch) -> Sketch:
    """A message that meets a condition on words."""
    return putting(name, context)(sketch, stated.values[0])


def compared_header(name: str, values: Sequence[str]) -> Matches:
    """A comparison of a header by substrings."""
    return Matches(
        operand="header", operator="contains", values=tuple(values), beside=(("name", name),)
    )
