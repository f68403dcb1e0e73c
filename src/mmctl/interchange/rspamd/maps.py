"""Maps of rspamd: lists in the configuration, and files beside it, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.rspamd.configuration import file_beside
from mmctl.patterns import Pattern
from mmctl.problem import Position
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Opened
    from mmctl.interchange.rspamd.ucl_values import UclValue

_TYPES: Final = {
    "regexp": "regexp",
    "re": "regexp",
    "regexp_multi": "regexp",
    "re_multi": "regexp",
    "glob": "glob",
    "glob_multi": "glob",
    "radix": "radix",
    "ipnet": "radix",
    "set": "hash",
    "hash": "hash",
    "plain": "hash",
}
_PREFIX: Final = Pattern(r"([a-z_]+);")
_FILE: Final = ("file://", "fallback+file://")
_PATHS: Final = ("http", "file:", "/", "$", "fallback+")
"""How the first item of a list begins whose items are places of maps."""
_ELSEWHERE: Final = Pattern(r"(?:sign\+|fallback\+|key=\S+\+)*([a-z+]+)://|(cdb):")
_QUOTED: Final = Pattern(r'"((?:[^"\\]|\\.)*)"')
_SLASHED: Final = Pattern(r"/(?:[^/\\]|\\.)*/[^\s#]*")
_PLAIN: Final = Pattern(r"(?:[^\s#]|(?<=\\)#)+")
_SYMBOL: Final = Pattern(r"(?![+-]?[0-9.]+(?:\s|$))([A-Za-z0-9_]+)")
_LINES_AT_MOST: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine:
    """One key of a map."""

    key: str
    value: str
    place: Position

    @property
    def symbol(self) -> str | None:
        """The symbol that its value names instead of the rule's: `SPAMMER:10`."""
        found = _SYMBOL.match(self.value)
        return None if found is None else found[1]


@dataclass(slots=True, kw_only=True)
class RspamdMap:
    """What a map holds."""

    kind: str
    """`hash`, `regexp`, `glob` or `radix`."""
    lines: list[MapLine] = field(default_factory=list)
    missing: list[Unread] = field(default_factory=list)
    """Its parts that are somewhere else."""
    inline: bool = False
    """Whether it is a list in the configuration: rspamd compares its texts with letter case."""


def map_of(value: UclValue, kind: str, opened: Opened) -> RspamdMap:
    """Read a map, as far as it is here; `kind` is what the rule says of it.

    Raises:
        ProblemsFound: a file of it is no text.
    """
    found = RspamdMap(kind=kind)
    items = list(value.items) if value.items is not None else [value]
    if value.entries is not None:
        items = [*value.all_of("url"), *value.all_of("urls")]
    first = items[0].text or "" if items else ""
    if value.items is not None and not _is_place(first):
        found.inline = kind == "hash"
        for item in items:
            found.lines += _lines(item.text or "", item.place, inline=True)
        return found
    for item in items:
        _put_place(item, found, opened)
    if not items:
        found.missing.append(_elsewhere(value, "an external map"))
    return found


def _is_place(text: str) -> bool:
    prefix = _PREFIX.match(text)
    return text.startswith(_PATHS) or (prefix is not None and prefix[1] in _TYPES)


def _put_place(item: UclValue, found: RspamdMap, opened: Opened) -> None:
    path = item.text or ""
    prefix = _PREFIX.match(path)
    if prefix is not None and prefix[1] in _TYPES:
        found.kind = _TYPES[prefix[1]]
        path = path[prefix.end() :]
    shown = path
    for start in _FILE:
        path = path.removeprefix(start)
    elsewhere = _ELSEWHERE.match(path)
    if elsewhere is not None:
        found.missing.append(_elsewhere(item, shown))
        return
    file = file_beside(opened, path)
    if file is None:
        found.missing.append(_elsewhere(item, shown))
        return
    text = decoded(*file)
    for number, line in enumerate(text.split("\n"), start=1):
        if number > _LINES_AT_MOST:
            found.missing.append(_elsewhere(item, f"lines of {shown} after {_LINES_AT_MOST}"))
            return
        found.lines += _lines(line, Position(file=file[0], line=number, column=1))


def _lines(line: str, place: Position, *, inline: bool = False) -> list[MapLine]:
    """The key and the value of a line, as rspamd takes them apart; none: it is empty."""
    text = line.strip()
    if not text or text.startswith("#"):
        return []
    quoted = _QUOTED.match(text)
    found = quoted or _SLASHED.match(text) or (_PLAIN.match(text) if not inline else None)
    if found is None:
        key, _, value = text.partition(" ")
        return [MapLine(key=key, value=value.strip(), place=place)]
    rest = text[found.end() :].strip()
    value = "" if rest.startswith("#") else rest.partition(" #")[0].strip()
    key = quoted[1] if quoted is not None else found[0]
    return [MapLine(key=key, value=value, place=place)] if key else []


def _elsewhere(value: UclValue, shown: str) -> Unread:
    return Unread(
        place=value.place,
        text=shown,
        why="this map is not beside the named files",
        instead="put a copy of it beside them, and import again",
        is_missing=True,
    )
