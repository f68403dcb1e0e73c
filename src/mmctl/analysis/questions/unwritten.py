"""Texts that nobody wrote into a rule, as literals of a proof.

Such a text meets a value only if every such text does (`contains "@"` of an address). A value so
short that much of all mail has it leaves it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import folded, text_matches
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmctl.analysis.encoding.views import FieldView

UNWRITTEN: Final = "\ue000"
"""Stands for a text that is in no rule."""
SOMEWHERE: Final = f"{UNWRITTEN}.{UNWRITTEN}"
"""A domain that is in no rule."""
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_WORLDWIDE: Final = frozenset({"com", ".com", "net", ".net", "org", ".org"})
"""What the domains of much of all mail end with."""
_LONGEST: Final = max(map(len, _WORLDWIDE))
"""The most characters of what much of all mail has."""
_IN_MUCH: Final = {
    RuleStringOperator.CONTAINS: 2,
    RuleStringOperator.STARTS_WITH: 1,
    RuleStringOperator.ENDS_WITH: 1,
}
"""So many letters are in much of all mail."""


def address(domain: str | None = None) -> str:
    """An address of which only the domain is known, if that is."""
    return f"{UNWRITTEN}@{domain or SOMEWHERE}"


def answered(
    view: FieldView,
    texts: Sequence[str],
    *,
    left_open: frozenset[str] = frozenset(),
    common: bool = True,
) -> Iterator[int]:
    """How a field answers its tests where it has one of these texts.

    It answers no test on which the texts differ, and none for a value that is `left_open`; `common`
    leaves open, too, what is in much of all mail.
    """
    case = view.look.case
    compared = [folded(text, case) for text in texts]
    longest = max(map(len, (*_WORLDWIDE, *left_open, *compared)))
    for (operator, value), literal in view.tests.items():
        if len(value) > longest:  # as nearly all are
            yield -literal
            continue
        met = [text_matches(operator, text, value) for text in compared]
        if all(met):
            yield literal
        elif not any(met):
            lowered = value.lower()
            if lowered not in left_open and not (common and is_common(operator, lowered)):
                yield -literal
    for listing in view.listings.values():
        readings = listing.readings
        included = {
            listing.members.include(
                text,
                case=case,
                bare_domain=readings.bare_domain_entry,
                star_domain=readings.star_domain_entry,
            )
            for text in texts
        }
        if len(included) == 1:
            yield listing.literal if included == {True} else -listing.literal


def is_common(operator: RuleStringOperator, value: str) -> bool:
    """Whether much of all mail meets a value, in lower case, though not all of it does."""
    if len(value) > _LONGEST:
        return False
    most = _IN_MUCH.get(operator, 0)
    short = len(value) <= most and _LETTERS.issuperset(value)
    anywhere = operator is RuleStringOperator.CONTAINS and value == " "
    end = operator in {RuleStringOperator.CONTAINS, RuleStringOperator.ENDS_WITH}
    return bool(most) and (short or anywhere or (end and value in _WORLDWIDE))
