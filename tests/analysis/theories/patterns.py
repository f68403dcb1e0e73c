"""Tests on texts for the theories, and what the judge says about them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from mmctl.judge.compare import values_met
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

OPERATORS: Final = (
    RuleStringOperator.EQUALS,
    RuleStringOperator.STARTS_WITH,
    RuleStringOperator.ENDS_WITH,
    RuleStringOperator.CONTAINS,
)
Pattern = tuple[RuleStringOperator, str]


def all_texts(alphabet: str, longest: int) -> list[str]:
    """Every text of some characters up to a length."""
    return [
        "".join(characters)
        for length in range(longest + 1)
        for characters in product(alphabet, repeat=length)
    ]


def some_patterns(
    chance: random.Random, alphabet: str, *, most: int, longest: int
) -> list[Pattern]:
    """A few tests on texts; a value may be empty, as those of a circuit's own making are."""
    return [
        (
            chance.choice(OPERATORS),
            "".join(
                chance.choices(
                    alphabet, k=chance.randint(0 if chance.random() < 0.1 else 1, longest)
                )
            ),
        )
        for _ in range(chance.randint(2, most))
    ]


def judged_text(pattern: Pattern) -> Callable[[str | None], bool]:
    """What the judge says of one text, or of none."""
    return lambda text: _met(pattern, () if text is None else (text,))


def judged_texts(pattern: Pattern) -> Callable[[tuple[str, ...]], bool]:
    """What the judge says of several texts."""
    return lambda texts: _met(pattern, texts)


def _met(pattern: Pattern, texts: Sequence[str]) -> bool:
    operator, value = pattern
    return bool(values_met(operator, texts, (value,), "sensitive"))
