"""What changed inside two paired things: paths in the file's words, with before and after.

Items of a list are aligned first, so that one more condition in front is one change and not many.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT: Final = None

_SILENT: Final = ("Evaluate", "Expression", "ToEvaluate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One member that differs; `before` or `after` is None where it is absent."""

    path: tuple[str | int, ...]
    before: Any
    after: Any

    @property
    def text(self) -> str:
        """The path in the file's words: `unless[0].values`."""
        return path_text(self.path)


def changes(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Every difference between two JSON values, in the order of the members."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for member in [*before, *(key for key in after if key not in before)]:
            yield from changes(before.get(member), after.get(member), (*path, member))
    elif _structures(before) and _structures(after) and (before or after):
        yield from _list_changes(before, after, path)
    else:
        yield Change(path=path, before=before, after=after)


def _structures(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _list_changes(
    before: list[Any], after: list[Any], path: tuple[str | int, ...]
) -> Iterator[Change]:
    old, new = [_text(item) for item in before], [_text(item) for item in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            here = (*path, j1 + offset)
            yield from _item_changes(before[i1 + offset], after[j1 + offset], here)
        for index in range(i1 + paired, i2):
            yield Change(path=(*path, index), before=before[index], after=ABSENT)
        for index in range(j1 + paired, j2):
            yield Change(path=(*path, index), before=ABSENT, after=after[index])


def _item_changes(before: Any, after: Any, path: tuple[str | int, ...]) -> Iterator[Change]:
    """Inside two items that stand at the same place; things of another sort are one change."""
    if likeness(before, after) > 0:
        yield from changes(before, after, path)
    else:
        yield Change(path=path, before=before, after=after)


def likeness(one: Any, other: Any) -> float:
    """How much two JSON values have in common: 0 nothing, 1 everything; values in lists count."""
    here, there = set(_leaves(one)), set(_leaves(other))
    return len(here & there) / len(here | there) if here | there else 1.0


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict) and value:
        for member, inner in value.items():
            yield from _leaves(inner, (*path, member))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, _text(value)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def path_text(path: tuple[str | int, ...]) -> str:
    """A path in the file's words: lower case, without the wrappers that only the API has."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.endswith(_SILENT):
            text += ("." if text else "") + snake(part)
    return text


def snake(member: str) -> str:
    """An API member as the file spells it: `PolicyStatements` → `policy_statements`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", member).lower()
