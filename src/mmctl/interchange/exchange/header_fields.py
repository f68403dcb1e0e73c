"""Conditions on headers: Mail Manager sees those that start with `X-`, and a few by other names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.interchange.exchange.context import APPLIES, NOT_APPLIES
from mmctl.interchange.exchange.text_patterns import patterns_of
from mmctl.interchange.exchange.words import compared_header, near_words
from mmctl.interchange.migration.differences import Deviation
from mmctl.interchange.migration.tests import EitherOf, Matches, Near, Unseen
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.interchange.exchange.context import RuleContext
    from mmctl.interchange.exchange.sketch import Sketch
    from mmctl.interchange.exchange.stated import StatedValue
    from mmctl.interchange.migration.tests import Test

_ADDRESSES: Final = frozenset({"from", "to", "cc", "sender"})
_LATER: Final = ("x-ms-exchange-", "x-forefront-", "x-microsoft-antispam", "x-eop", "x-ms-has-")
"""Headers that Exchange itself writes, and takes from mail that comes from outside."""
_RESULTS: Final = re.compile(
    r"(spf|dkim|dmarc)=(pass|fail|softfail|neutral|none)(?:[\s;].*)?", re.IGNORECASE
)
_VERDICTS: Final = {
    "pass": "PASS",
    "fail": "FAIL",
    "softfail": "GRAY",
    "neutral": "GRAY",
    "none": "GRAY",
}
_POLICIES: Final = ("NONE", "QUARANTINE", "REJECT")


def header_name(name: str, context: RuleContext, *, exception: bool) -> str:
    """The header that a condition on words or patterns looks at."""
    beside = name.replace("ContainsWords", "ContainsMessageHeader")
    beside = beside.replace("MatchesPatterns", "MatchesMessageHeader")
    return context.value(beside, exception=exception).strip().rstrip(":")


def header(name: str, stated: StatedValue, context: RuleContext, *, exception: bool) -> Test:
    """One of these words or patterns in a header."""
    field = header_name(name, context, exception=exception)
    lower = field.lower()
    literal = name.startswith("HeaderContains")
    if not field:
        return _unseen("header-not-named", "the export does not say which header it is", "")
    if lower.startswith(_LATER):
        return _unseen(
            "header-set-later",
            f"Exchange writes the header `{field}` itself, after this gateway",
            "keep the rule in Exchange, or use the verdict of an add-on",
        )
    if lower == "authentication-results":
        return _verdicts(stated.values, field)
    if lower in _ADDRESSES:
        return _of_addresses(lower, stated.values, context, literal=literal, exception=exception)
    if lower == "subject" and not literal:
        return patterns_of(("subject",), stated.values, context, exception=exception)
    if lower == "subject":
        test: Test = Matches(operand="subject", operator="contains", values=stated.values)
    elif not lower.startswith("x-"):
        return _unseen(
            "header-not-seen",
            f"Mail Manager sees no header `{field}`, only those that start with `X-`",
            "keep the rule in Exchange, or let a server before set an `X-` header",
        )
    elif not literal:
        beside = (("name", field),)
        return patterns_of(("header",), stated.values, context, beside=beside, exception=exception)
    else:
        test = compared_header(field, stated.values)
    return near_words(
        test,
        stated.values,
        context,
        exception=exception,
        put=lambda sketch, text: put_header(_without(sketch, field), field, text),
    )


def _of_addresses(
    operand: str, values: Sequence[str], context: RuleContext, *, literal: bool, exception: bool
) -> Test:
    """Texts in a header of addresses: here the addresses are compared, and no names."""
    whole = [value for value in values if literal and "@" in value.strip("@")]
    rest = [value for value in values if value not in whole]
    tests: list[Test] = []
    if whole:
        text = whole[0]
        example = None
        if operand == "from":
            named = replace(context.sketch, display_name=text, sender="x@elsewhere.example")
            example = context.example(named, NOT_APPLIES if exception else APPLIES)
        tests.append(
            Near(
                test=Matches(operand=operand, operator="contains", values=tuple(whole)),
                difference=Deviation(
                    code="display-names",
                    says="the source looks at the whole header; here the addresses in it are "
                    "compared, and the names beside them are not seen",
                    instead="keep a rule for names in Exchange, or use an add-on",
                    example=example,
                ),
            )
        )
    if rest:
        tests.append(
            _unseen(
                "display-names",
                f"Mail Manager sees the addresses in `{operand.title()}`, not the names beside "
                "them, which these texts are about",
                "keep the rule in Exchange, or use an add-on that judges impersonation",
            )
        )
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _verdicts(values: Sequence[str], field: str) -> Test:
    """Verdicts that Exchange writes into a header → those of Mail Manager itself."""
    tests: list[Test] = []
    for value in values:
        found = _RESULTS.fullmatch(value.strip())
        if found is None or (found[1].lower() == "dmarc" and found[2].lower() != "fail"):
            tests.append(
                _unseen(
                    "header-not-seen",
                    f"Mail Manager sees no header `{field}`; what `{value}` says has no verdict",
                    "conditions on `spf`, `dkim` and `dmarc_policy`",
                )
            )
            continue
        check, result = found[1].lower(), found[2].lower()
        compared = Matches(operand=check, operator="equals", values=(_VERDICTS[result],))
        if check == "dmarc":
            compared = Matches(operand="dmarc_policy", operator="equals", values=_POLICIES)
        difference = Deviation(
            code="own-verdicts",
            says=f"the source reads `{value}` in `{field}`, which Exchange writes; here it is "
            "Mail Manager's own verdict, which may differ, as for mail that was forwarded",
            instead="look at both for a week: import with `--shadow`",
        )
        tests.append(Near(test=compared, difference=difference))
    return tests[0] if len(tests) == 1 else EitherOf(tuple(tests))


def _unseen(code: str, says: str, instead: str) -> Unseen:
    return Unseen(difference=Deviation(code=code, says=says, instead=instead or None, loses=True))


def put_header(sketch: Sketch, field: str, text: str) -> Sketch:
    """A message with a text in a header."""
    return sketch.saying(text) if field.lower() == "subject" else sketch.with_header(field, text)


def _without(sketch: Sketch, field: str) -> Sketch:
    kept = tuple(each for each in sketch.headers if each[0].lower() != field.lower())
    return replace(sketch, headers=kept)


def shown_header(
    name: str, stated: StatedValue, context: RuleContext, sketch: Sketch, *, exception: bool = False
) -> Sketch:
    """A message that meets a condition on words in a header."""
    field = header_name(name, context, exception=exception)
    if field.lower() in _ADDRESSES or not name.startswith("HeaderContains"):
        return replace(sketch, sound=False)
    return put_header(sketch, field, stated.values[0])
