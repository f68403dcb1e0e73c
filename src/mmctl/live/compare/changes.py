"""What changed between two paired things: paths in the API's members, with before and after.

Items of a list are aligned first, so that one more condition in front is one change, not many.
`mmctl.live.compare.file_words` says the same in the words of the files.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT: Final = None

_SILENT: Final = ("Evaluate", "Expression", "ToEvaluate")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The list item that is changed or that a change is in: where it was, and where it is."""

    old: Path | None
    new: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One member that differs; `before` or `after` is None where it is absent."""

    path: Path
    before: Any
    after: Any
    item: Item | None = None
    """The innermost one; None: it is in no list of structures."""

    @property
    def text(self) -> str:
        """The path in the API, close to the file's spelling: `unless[0].values`."""
        return path_text(self.path)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where two compared values are."""

    old: Path = ()
    new: Path = ()
    item: Item | None = None

    def member(self, name: str) -> _Where:
        return _Where((*self.old, name), (*self.new, name), self.item)

    def change(self, before: Any, after: Any) -> Change:
        return Change(path=self.new, before=before, after=after, item=self.item)


def changes(before: Any, after: Any) -> Iterator[Change]:
    """Every difference between two JSON values, in the order of the members."""
    return _changes(before, after, _Where())


def _changes(before: Any, after: Any, where: _Where) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for member in [*before, *(key for key in after if key not in before)]:
            yield from _changes(before.get(member), after.get(member), where.member(member))
    elif _structures(before or []) and _structures(after or []) and (before or after):
        yield from _list_changes(before or [], after or [], where)
    else:
        yield where.change(before, after)


def _structures(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _list_changes(before: list[Any], after: list[Any], where: _Where) -> Iterator[Change]:
    old, new = [_text(item) for item in before], [_text(item) for item in after]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            at, to = (*where.old, i1 + offset), (*where.new, j1 + offset)
            here = _Where(at, to, Item(old=at, new=to))
            yield from _item_changes(before[i1 + offset], after[j1 + offset], here)
        for index in range(i1 + paired, i2):
            at = (*where.old, index)
            gone = Item(old=at, new=None)
            yield Change(path=(*where.new, index), before=before[index], after=ABSENT, item=gone)
        for index in range(j1 + paired, j2):
            to = (*where.new, index)
            come = Item(old=None, new=to)
            yield Change(path=to, before=ABSENT, after=after[index], item=come)


def _item_changes(before: Any, after: Any, where: _Where) -> Iterator[Change]:
    """The changes inside two items at the same place; items of different types are one change."""
    if likeness(before, after) > 0:
        yield from _changes(before, after, where)
    else:
        yield where.change(before, after)


def likeness(one: Any, other: Any) -> float:
    """How much two JSON values have in common: 0 nothing, 1 everything; values in lists count."""
    here, there = set(leaves(one)), set(leaves(other))
    return len(here & there) / len(here | there) if here | there else 1.0


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values inside a value with their paths, in which places in lists do not count."""
    if isinstance(value, dict) and value:
        for member, inner in value.items():
            yield from leaves(inner, (*path, member))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, _text(value)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def path_text(path: tuple[str | int, ...]) -> str:
    """A path as in plans: lower case, without the wrappers that only the API has."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part.endswith(_SILENT):
            text += ("." if text else "") + snake(part)
    return text


def snake(member: str) -> str:
    """An API member in the file's spelling: `PolicyStatements` → `policy_statements`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", member).lower()
