"""The files of rspamd → the sections of its modules, with what they include beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.decoding import decoded
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.rspamd.ucl import ucl_entries
from mmctl.interchange.rspamd.ucl_values import UclEntry, UclValue
from mmctl.patterns import Pattern
from mmctl.problem import Position, Problem
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Opened

READ: Final = ("multimap", "force_actions", "settings")
"""The modules whose configuration has rules."""
_OTHERS: Final = {
    "actions": "the scores at which something happens to mail",
    "groups": "scores of symbols",
    "metrics": "scores of symbols and actions",
    "composites": "symbols made of other symbols",
}
_INCLUDE: Final = ".include"
_INCLUDES_AT_MOST: Final = 50
_NESTED_AT_MOST: Final = 8
_PARTS_AT_MOST: Final = 20
"""Folders of a path that are looked through."""
_FOLDER: Final = Pattern(r"\$\{?[A-Za-z_]+\}?")
"""A variable of rspamd that names a folder: `$LOCAL_CONFDIR`."""
_WILD: Final = frozenset("*?[$")
_LUA: Final = ".lua"
_MAPS: Final = (".map", ".list", ".inc", ".txt", ".lst")
"""How files of maps are called that the command line names; a rule names them too."""
_SCORES: Final = "decide with scores behind Mail Manager, or in a function that a rule calls"


@dataclass(slots=True, kw_only=True)
class RspamdFiles:
    """The sections of modules, and what else is in the files."""

    sections: dict[str, list[UclValue]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)


def base_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def file_beside(opened: Opened, path: str) -> tuple[str, bytes] | None:
    """A file that another one names, and the path that is shown; None: it is not there.

    Variables of folders are left out: `$LOCAL_CONFDIR/local.d/maps.d/x.map` is looked for below
    the folders of the named files, by all of its path and then by its last parts.
    """
    plain = _FOLDER.sub("", path).strip("/")
    if not plain or _WILD & set(plain):
        return None
    parts = plain.split("/")
    for start in range(min(len(parts), _PARTS_AT_MOST)):
        shown = "/".join(parts[start:])
        content = opened.beside(shown)
        if content is not None:
            return shown, content
    for named, content in opened.named.items():
        if base_name(named) == base_name(plain):
            return named, content
    return None


def rspamd_files(opened: Opened) -> RspamdFiles:
    """Read the named files.

    Raises:
        ProblemsFound: some are broken; the first fault of each, at its place.
    """
    reading = _FilesRead(opened)
    parsed: dict[str, UclValue] = {}
    for file, content in opened.named.items():
        start = Position(file=file, line=1, column=1)
        if base_name(file).endswith(_LUA):
            reading.found.unread.append(
                Unread(place=start, text=file, why="it is a program in Lua", instead=_SCORES)
            )
        elif not base_name(file).endswith(_MAPS):
            entries = reading.expanded(file, content)
            parsed[file] = UclValue(place=start, entries=entries)
    if reading.problems:
        raise ProblemsFound("cannot read the configuration", tuple(reading.problems))
    for file, value in parsed.items():
        if base_name(file) not in reading.included:
            reading.put(file, value)
    return reading.found


class _FilesRead:
    def __init__(self, opened: Opened) -> None:
        self.found = RspamdFiles()
        self.problems: list[Problem] = []
        self.included: set[str] = set()
        self._opened = opened
        self._includes = 0

    def expanded(self, file: str, content: bytes, nested: int = 0) -> tuple[UclEntry, ...]:
        try:
            entries = ucl_entries(file, decoded(file, content))
        except ProblemsFound as broken:
            self.problems += broken.problems
            return ()
        return self._within(entries, nested)

    def _within(self, entries: tuple[UclEntry, ...], nested: int) -> tuple[UclEntry, ...]:
        """The entries with those of included files in their places."""
        made: list[UclEntry] = []
        for entry in entries:
            if entry.key == _INCLUDE:
                made += self._included(entry, nested)
            elif entry.key.startswith("."):
                why = "it is a macro, and macros are not run"
                self._list(entry, entry.key, why, is_missing=True)
            elif entry.value.entries is not None:
                inside = self._within(entry.value.entries, nested)
                made.append(replace(entry, value=replace(entry.value, entries=inside)))
            else:
                made.append(entry)
        return tuple(made)

    def _included(self, entry: UclEntry, nested: int) -> tuple[UclEntry, ...]:
        path = entry.value.text or ""
        self._includes += 1
        file = file_beside(self._opened, path)
        if file is None or nested >= _NESTED_AT_MOST or self._includes > _INCLUDES_AT_MOST:
            why = "the file is not beside those that are named"
            if file is not None:
                why = "too many files include others"
            self._list(entry, f"{_INCLUDE} {path}", why, is_missing=True)
            return ()
        self.included.add(base_name(file[0]))
        return self.expanded(*file, nested + 1)

    def put(self, file: str, value: UclValue) -> None:
        """Sort the sections of a file by their modules."""
        module = base_name(file).partition(".")[0]
        own: list[UclEntry] = []
        for entry in value.entries or ():
            if entry.key in READ and entry.value.entries is not None and module != entry.key:
                self.found.sections.setdefault(entry.key, []).append(entry.value)
            else:
                own.append(entry)
        if module in READ:
            of_module = [*_unwrapped(own, module)]
            kept = replace(value, entries=tuple(of_module))
            self.found.sections.setdefault(module, []).append(kept)
        elif own and module in _OTHERS:
            self._list(own[0], file, f"it has {_OTHERS[module]}, and rules have no scores")
        else:
            for entry in own:
                what = _OTHERS.get(entry.key, "the configuration of another part of rspamd")
                self._list(entry, entry.key, f"it is {what}")

    def _list(self, entry: UclEntry, text: str, why: str, *, is_missing: bool = False) -> None:
        instead = _HAND_OVER if is_missing else _SCORES
        self.found.unread.append(
            Unread(place=entry.place, text=text, why=why, instead=instead, is_missing=is_missing)
        )


def _unwrapped(entries: list[UclEntry], module: str) -> list[UclEntry]:
    """Entries of a module's own file, which may repeat the section: `multimap { … }`."""
    made: list[UclEntry] = []
    for entry in entries:
        if entry.key == module and entry.value.entries is not None:
            made += entry.value.entries
        else:
            made.append(entry)
    return made


_HAND_OVER: Final = "put the file beside the others, or name what `rspamadm configdump` prints"
