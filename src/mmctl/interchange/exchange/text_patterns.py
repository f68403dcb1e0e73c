"""Regular expressions of Exchange (.NET) → literals, where they say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import APPLIES, NOT_APPLIES
from mmctl.interchange.exchange.words import body_unseen, for_all_recipients
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import EitherOf, Near, Unseen
from mmctl.interchange.patterns import Flavor, InvalidPattern, LookedAt, converted
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.sketch import Sketch
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.tests import Test

_ADDRESS: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def patterns(name: str, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """One of these patterns in what the condition looks at."""
    if name.startswith("SubjectOrBody"):
        found = patterns_of(("subject",), stated.values, context, exception=exception)
        return EitherOf((found, body_unseen(context, "text")))
    if name.startswith("Subject"):
        return patterns_of(("subject",), stated.values, context, exception=exception)
    if name.startswith("FromAddress"):
        return patterns_of(context.senders, stated.values, context, exception=exception)
    found = patterns_of(("recipient",), stated.values, context, exception=exception)
    if name.startswith("AnyOf"):
        return for_all_recipients(found, stated.values, context, exception=exception)
    return found


def patterns_of(
    operands: Sequence[str],
    values: Sequence[str],
    context: RuleContext,
    *,
    beside: tuple[tuple[str, str], ...] = (),
    exception: bool,
) -> Test:
    """One of these patterns in one of the operands."""
    tests = [
        _pattern(value, LookedAt(operand=operand, beside=beside), context, exception=exception)
        for operand in operands
        for value in values
    ]
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _pattern(pattern: str, looked: LookedAt, context: RuleContext, *, exception: bool) -> Test:
    try:
        found = converted(pattern, flavor=Flavor.DOTNET, looked=looked, ignores_case=True)
    except InvalidPattern as invalid:
        return Unseen(
            difference=Deviation(
                code="pattern-broken",
                says=f"`{pattern}` is no regular expression: {invalid.message}",
                instead="fix it in Exchange, and export again",
                loses=True,
            )
        )
    test = found.as_test()
    if not isinstance(test, Near) or test.difference.example is None:
        return test
    here = found.taken_here is not None
    text = found.taken_here if found.taken_here is not None else found.taken_there
    example = None
    if text is not None and (sketch := _with_text(text, looked, context)) is not None:
        there = NOT_APPLIES if here is not exception else APPLIES
        example = context.example(sketch, there)
    return replace(test, difference=replace(test.difference, example=example))


def _with_text(text: str, looked: LookedAt, context: RuleContext) -> Sketch | None:
    """The message that the rule takes, with this text where the pattern looks, if it can be."""
    sketch = context.sketch
    match looked.operand:
        case "subject":
            return replace(sketch, subject=text)
        case "header":
            return sketch.with_header(dict(looked.beside)["name"], text)
        case "recipient" if _ADDRESS.fullmatch(text):
            return replace(sketch, recipients=(text,))
        case "mail_from" if _ADDRESS.fullmatch(text):
            return replace(sketch, mail_from=text)
        case "from" if _ADDRESS.fullmatch(text):
            return replace(sketch, sender=text)
        case _:
            return None
