"""Lookup tables by the names that main.cf gives them: `hash:/etc/postfix/access`, `inline:{…}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.errors import ProblemsFound
from mmctl.interchange.migration.source import Unread
from mmctl.interchange.postfix.entries import (
    ReadEntries,
    TableEntry,
    TableForm,
    bare_entries,
    key_entries,
    network_entries,
    pattern_entries,
)
from mmctl.interchange.postfix.lines import LogicalLine, logical_lines, text_of
from mmctl.interchange.postfix.words import without_braces, words_of
from mmctl.records import dataclass, field, replace

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Opened
    from mmctl.problem import Position, Problem

_BY_KEYS: Final = frozenset({"hash", "btree", "lmdb", "cdb", "dbm", "sdbm", "texthash", "inline"})
_REMOTE: Final = frozenset(
    {"ldap", "mysql", "pgsql", "sqlite", "mongodb", "memcache", "nis", "nisplus", "tcp"}
    | {"socketmap", "netinfo", "unix", "environ", "internal"}
)
_ABSENT: Final = "the file is missing"
"""Why a table is not read that the person can still give."""
_DEEPEST: Final = 8


@dataclass(slots=True, kw_only=True)
class LookupTable:
    """One table, or several that are looked up one after the other for each key."""

    name: str
    """As main.cf has it: `hash:/etc/postfix/access`."""
    form: TableForm
    entries: list[TableEntry]

    @property
    def short(self) -> str:
        """The last part of its path, for names of rules."""
        return self.name.rpartition("/")[2].partition(":{")[0].rpartition(":")[2][:40] or "table"


@dataclass(slots=True, kw_only=True)
class Tables:
    """Finds the tables of a main.cf, and lists those that nobody can read here."""

    opened: Opened
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """The named files that a table was read from."""
    _known: dict[str, LookupTable | None] = field(default_factory=dict)
    _words: dict[str, list[str]] = field(default_factory=dict)

    def table(self, name: str, place: Position, *, aliases: bool = False) -> LookupTable | None:
        """The table of a name; None: it is listed as unread, once."""
        if name not in self._known:
            self._known[name] = self._read(name, place, aliases=aliases, depth=0)
        return self._known[name]

    def _read(self, name: str, place: Position, *, aliases: bool, depth: int) -> LookupTable | None:
        kind, colon, rest = name.partition(":")
        kind = kind.strip().lower()
        if not colon or depth > _DEEPEST:
            return self._missing(name, place, "it is not `type:name`", "write the type")
        if kind == "proxy":
            return self._read(rest, place, aliases=aliases, depth=depth + 1)
        if kind in {"unionmap", "pipemap", "randmap"}:
            return self._joined(kind, name, rest, place, depth)
        if kind == "static":
            entry = TableEntry(key="*", value=without_braces(rest), position=place)
            return LookupTable(name=name, form=TableForm.EVERYTHING, entries=[entry])
        if kind == "fail":
            return LookupTable(name=name, form=TableForm.KEYS, entries=[])
        if kind == "unix" and rest.startswith(("passwd.", "group.")):
            return self._missing(
                name,
                place,
                "the accounts of the machine are not in its files",
                "the mail server behind refuses unknown recipients, or list them as addresses",
            )
        if kind in _REMOTE:
            return self._missing(
                name,
                place,
                f"`{kind}` is asked while mail comes in, and its entries are not in a file",
                f"write its entries into a file (`postmap -s {kind}:FILE`), "
                "and name that as `hash:` instead",
            )
        return self._of_file(kind, name, rest, place, aliases=aliases)

    def _of_file(
        self, kind: str, name: str, rest: str, place: Position, *, aliases: bool
    ) -> LookupTable | None:
        form = {"cidr": TableForm.NETWORKS, "regexp": TableForm.REGEXP, "pcre": TableForm.PCRE}.get(
            kind
        )
        if form is None and kind not in _BY_KEYS:
            return self._missing(name, place, f"unknown type `{kind}`", "export it as `hash:`")
        if rest.startswith("{"):
            lines = _inline(rest, place, by_keys=form is None)
        else:
            found = self._content(rest)
            if found is None:
                return self._missing(
                    name, place, _ABSENT, "put it beside main.cf, as on the server"
                )
            lines = list(logical_lines(*found))
        read = _entries(form, lines, aliases=aliases)
        self.unread += read.skipped
        return LookupTable(name=name, form=form or TableForm.KEYS, entries=read.entries)

    def _content(self, path: str) -> tuple[str, str] | None:
        """A file by its path on the server: with all of its folders, or with fewer."""
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if not parts or ".." in parts:
            return None
        for first in range(len(parts)):
            tail = "/".join(parts[first:])
            for shown, content in self.opened.named.items():
                if shown == tail or shown.endswith("/" + tail):
                    self.used.add(shown)
                    return self._text(shown, content)
            beside = self.opened.beside(tail)
            if beside is not None:
                return self._text(tail, beside)
        return None

    def _text(self, shown: str, content: bytes) -> tuple[str, str]:
        try:
            return shown, text_of(shown, content)
        except ProblemsFound as error:
            self.problems += error.problems
            return shown, ""

    def file_words(self, path: str, place: Position) -> list[str]:
        """The words of a file that a list names by its path, as `/etc/postfix/domains`."""
        if path not in self._words:
            found = self._content(path)
            if found is None:
                self._missing(path, place, _ABSENT, "put it beside main.cf")
            lines = [] if found is None else logical_lines(*found)
            self._words[path] = [word for line in lines for word in words_of(line.text)]
        return self._words[path]

    def _joined(
        self, kind: str, name: str, rest: str, place: Position, depth: int
    ) -> LookupTable | None:
        members = [
            self._read(word, place, aliases=False, depth=depth + 1)
            for word in words_of(without_braces(rest))
        ]
        whole = [each for each in members if each is not None and each.form is TableForm.KEYS]
        if kind == "randmap" or not members or len(whole) < len(members):
            return self._missing(
                name, place, f"`{kind}` of such tables has no fixed result", "write one table"
            )
        entries = _united(whole) if kind == "unionmap" else _piped(whole)
        return LookupTable(name=name, form=TableForm.KEYS, entries=entries)

    def _missing(self, name: str, place: Position, why: str, instead: str) -> LookupTable | None:
        """List a table that is not read."""
        absent = why == _ABSENT
        self.unread.append(
            Unread(place=place, text=name[:120], why=why, instead=instead, is_missing=absent)
        )
        return None


def _entries(form: TableForm | None, lines: list[LogicalLine], *, aliases: bool) -> ReadEntries:
    match form:
        case TableForm.NETWORKS:
            return network_entries(lines)
        case TableForm.REGEXP | TableForm.PCRE:
            return pattern_entries(lines, form)
        case _:
            return bare_entries(lines) if aliases else key_entries(lines)


def _inline(text: str, place: Position, *, by_keys: bool) -> list[LogicalLine]:
    """The lines of `inline:{ key=value, { key = a value } }` or of `cidr:{ {rule} {rule} }`."""
    lines = []
    for word in words_of(without_braces(text)):
        rule = without_braces(word)
        if by_keys:
            key, _, value = rule.partition("=")
            rule = f"{key.strip()} {value.strip()}"
        lines.append(LogicalLine(text=rule, parts=(), position=place, comment=""))
    return lines


def _united(tables: list[LookupTable]) -> list[TableEntry]:
    """Each key with the results of all tables."""
    found: dict[str, TableEntry] = {}
    for entry in (entry for table in tables for entry in table.entries):
        known = found.get(entry.key)
        value = entry.value if known is None else f"{known.value},{entry.value}"
        found[entry.key] = replace(entry if known is None else known, value=value)
    return list(found.values())


def _piped(tables: list[LookupTable]) -> list[TableEntry]:
    """Each key of the first table with what the others, one after the other, make of it."""
    first, *others = tables
    entries = first.entries
    for table in others:
        results = {entry.key: entry.value for entry in table.entries}
        entries = [
            replace(entry, value=results[entry.value.lower()])
            for entry in entries
            if entry.value.lower() in results
        ]
    return entries
