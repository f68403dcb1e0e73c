"""Values and their changes in words: before and after, and for lists only what came and went.

Everything here is one line that is safe to print; of long texts that differ, only the part that
differs is shown.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mmctl.language.text.quoting import scalar
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GLUE: Final = "\u00a0"
"""Stands for a space at which no line breaks; values have none, because it is invisible."""

_SHOWN_VALUES: Final = 10
"""The most values of a condition."""
_LONGEST: Final = 100
"""The most characters of a value to show."""
_AROUND: Final = 12
"""The common characters of two long texts to show on each side of their difference."""


def spaced(text: str) -> str:
    """Words as they are printed if lines are not broken."""
    return text.replace(GLUE, " ")


def become(before: str, after: str) -> str:
    """One value and the one that follows it."""
    return f"{before} →{GLUE}{after}"


def texts_change(before: list[str], after: list[str]) -> str:
    """What was added to a list of texts and what was removed: `+ "a" - "b"`."""
    old, new = set(before), set(after)
    come, gone = (
        [each for each in after if each not in old],
        [each for each in before if each not in new],
    )
    every = [*come, *gone]
    shown = [*_listed("+", come, every), *_listed("-", gone, every)]
    return " ".join(shown) or "in another order"


def _told_apart(text: str, others: Iterable[str]) -> str:
    """A text in quotes; a long one is whole if only its middle distinguishes it."""
    short = shortened(text)
    alike = any(each != text and shortened(each) == short for each in others)
    return visible(json.dumps(text, ensure_ascii=False)) if alike else quoted(text)


def _listed(sign: str, texts: list[str], others: Sequence[str]) -> list[str]:
    """Some of the texts, each with the sign, and how many more there are."""
    listed = [f"{sign}{GLUE}{_told_apart(each, others)}" for each in texts[:_SHOWN_VALUES]]
    more = len(texts) - _SHOWN_VALUES
    return [*listed, f"{sign}{GLUE}{more:,}{GLUE}more"] if more > 0 else listed


def value_change(before: Any, after: Any) -> str:
    """A value of a file and its change; a mapping shows only the members that differ."""
    if before is None or after is None:
        return f"+{GLUE}{flow(after)}" if before is None else f"-{GLUE}{flow(before)}"
    if isinstance(before, dict) and isinstance(after, dict):
        members = [*before, *(key for key in after if key not in before)]
        inside = ", ".join(
            f"{flow(key)}: {value_change(before.get(key), after.get(key))}"
            for key in members
            if before.get(key) != after.get(key)
        )
        return "{" + inside + "}"
    if _texts(before) and _texts(after):
        return texts_change(before, after)
    if isinstance(before, str) and isinstance(after, str):
        return become(*(_scalar(each) for each in apart(before, after)))
    return become(flow(before), flow(after))


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def apart(before: str, after: str) -> tuple[str, str]:
    """Two texts, each whole if it is short, else the part in which they differ."""
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    same = _same(before, after)
    start = max(0, same - _AROUND)
    tail = _same(before[:same:-1], after[:same:-1])
    cut = max(0, tail - _AROUND)
    return _window(before, start, cut), _window(after, start, cut)


def _same(one: str, other: str) -> int:
    """How many characters two texts have in common, from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _window(text: str, start: int, cut: int) -> str:
    inside = shortened(text[start : len(text) - cut])
    return "…" * bool(start) + inside + "…" * bool(cut)


def shortened(text: str) -> str:
    """A text; for a long one, its start and its end."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST * 2 // 3]}…{text[-(_LONGEST // 3) :]}"


def quoted(text: str) -> str:
    """A text in quotes, as values of conditions and members of lists are written."""
    return visible(json.dumps(shortened(text), ensure_ascii=False))


def flow(value: Any) -> str:
    """A value as in a file, on one line."""
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case str():
            return _scalar(shortened(value))
        case _:
            return visible(json.dumps(value, ensure_ascii=False))


def _scalar(text: str) -> str:
    return visible(scalar(text, flow=True))
