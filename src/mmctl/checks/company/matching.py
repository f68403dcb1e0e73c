"""Whether values fit a description, and whether all that fits one description fits another.

Only whole texts and literal parts of texts are compared: the cost is linear in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, assert_never

from mmctl.language.company_rules import AnyOf, Exists, Has, HasPart, Is, Not, Only, PartOfText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.company_rules import Test


class Describable(Protocol):
    """A rule, an action, a relay …: what has values by key."""

    def passes(self, key: str, test: Test) -> bool:
        """Whether the values under a key pass a test."""


def fits(test: Test, values: Sequence[Any]) -> bool:
    """Whether a set of values passes a test."""
    match test:
        case Is(value=value):
            return value in values
        case HasPart():
            return any(
                isinstance(each, str) and _has(each, test.part, test.text) for each in values
            )
        case Has():
            return any(_passes(test, each) for each in values)
        case AnyOf():
            return any(fits(each, values) for each in test.tests)
        case Not():
            return not fits(test.test, values)
        case Only():
            return all(fits(test.test, (each,)) for each in values)
        case Exists():
            return bool(values) is test.there
        case _:
            assert_never(test)


def _passes(test: Has, value: Any) -> bool:
    """Whether one value is a thing that passes all tests."""
    passes = getattr(value, "passes", None)
    return passes is not None and all(passes(key, inner) for key, inner in test.keys.items())


def _has(text: str, part: PartOfText, wanted: str) -> bool:
    match part:
        case PartOfText.STARTS_WITH:
            return text.startswith(wanted)
        case PartOfText.ENDS_WITH:
            return text.endswith(wanted)
        case PartOfText.CONTAINS:
            return wanted in text
        case _:
            assert_never(part)


def covers(wider: Test, test: Test) -> bool:
    """Whether every set of values that passes a test surely passes the wider one too.

    A yes is certain; a no may only mean that nobody can tell by their form.
    """
    if wider == test:
        return True
    match test, wider:
        case AnyOf(), _:
            return all(covers(wider, each) for each in test.tests)
        case Not(), Not():
            return covers(test.test, wider.test)
        case _, AnyOf():
            return any(covers(each, test) for each in wider.tests)
        case Only(), Only():
            return covers(wider.test, test.test)
        case ((Is() | HasPart() | Has()), Exists()):
            return wider.there
        case Is(value=str() as text), HasPart():
            return _has(text, wider.part, wider.text)
        case HasPart(), HasPart():
            return test.part is wider.part and _has(test.text, wider.part, wider.text)
        case Has(), Has():
            return all(
                key in test.keys and covers(inner, test.keys[key])
                for key, inner in wider.keys.items()
            )
        case _:
            return False
