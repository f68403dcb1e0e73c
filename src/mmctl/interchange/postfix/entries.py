"""Lines of a lookup table → entries: keys, networks and patterns, with their results.

As postmap(1), cidr_table(5), regexp_table(5) and pcre_table(5) describe them. What Postfix skips
with a warning is skipped here too, and listed.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.interchange.migration.source import Unread
from mmctl.patterns import Pattern
from mmctl.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmctl.interchange.postfix.lines import LogicalLine
    from mmctl.problem import Position

Network: TypeAlias = IPv4Network | IPv6Network
Group: TypeAlias = tuple[str, str]
"""The result and the comment of entries that are reported, and written, as one."""
_KEYWORD: Final = Pattern(r"(if|endif)(?![A-Za-z0-9])\s*", 2)
_FLAGS: Final = Pattern(r"[A-Za-z]*")


Ends: TypeAlias = "Callable[[str], str]"
"""How a result ends mail: the same word for what ends it alike; empty: it goes on."""


class TableForm(StrEnum):
    """How a table is looked up."""

    KEYS = "keys"
    """By equal keys: the order of lines says nothing."""
    NETWORKS = "cidr"
    REGEXP = "regexp"
    PCRE = "pcre"
    EVERYTHING = "static"
    """Whatever is looked up has one result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One pattern that what is looked up must meet, or must not."""

    network: Network | None = None
    pattern: str = ""
    flags: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """One entry: what it is for, and its result."""

    key: str
    """The key in lower case; of a pattern, the text as written."""
    value: str
    position: Position
    comment: str = ""
    matches: tuple[Match, ...] = ()
    """All of them must be met: those of `if` around the entry, then its own."""

    @property
    def group(self) -> Group:
        """What it has in common with other entries of its rule."""
        return self.value, self.comment


def is_exception(value: str, other: str, ends: Ends) -> bool:
    """Whether what has another result first must be an exception of what would have `value`.

    It need not where the other result ends the mail, and `value` does so too, or comes later.
    """
    if value == other:
        return False
    ended = ends(other)
    return not ended or ends(value) not in {"", ended}


@dataclass(slots=True, kw_only=True)
class ReadEntries:
    """The entries of a table in order, and the lines that Postfix would skip."""

    entries: list[TableEntry] = field(default_factory=list)
    skipped: list[Unread] = field(default_factory=list)

    def skip(self, line: LogicalLine, why: str) -> None:
        """List a line that Postfix does not use either."""
        self.skipped.append(
            Unread(
                place=line.position,
                text=(line.text or line.parts[0][1].strip())[:120],
                why=f"{why}: Postfix skips the line",
                instead="fix the line, or remove it",
            )
        )


def key_entries(lines: Iterable[LogicalLine]) -> ReadEntries:
    """ReadEntries of `hash`, `lmdb`, `cdb`, `texthash` and their like: of equal keys the first."""
    found = ReadEntries()
    known: set[str] = set()
    for line in lines:
        key, _, value = _first_word(line.text)
        if not value:
            found.skip(line, "the key has no result")
        elif key.lower() in known:
            found.skip(line, "the key is in the table already")
        else:
            known.add(key.lower())
            found.entries.append(_entry(line, key.lower(), value, ()))
    return found


def bare_entries(lines: Iterable[LogicalLine]) -> ReadEntries:
    """ReadEntries of an aliases file: `name: value`, or `"quoted name": value`."""
    found = ReadEntries()
    for line in lines:
        key, colon, value = line.text.partition(":")
        if not colon or not value.strip():
            found.skip(line, "expected `name: value`")
        else:
            found.entries.append(_entry(line, key.strip().strip('"').lower(), value.strip(), ()))
    return found


def network_entries(lines: Iterable[LogicalLine]) -> ReadEntries:
    """ReadEntries of a `cidr` table, in order."""
    return _ordered(lines, _network_match)


def pattern_entries(lines: Iterable[LogicalLine]) -> ReadEntries:
    """ReadEntries of a `regexp` or `pcre` table, in order."""
    return _ordered(lines, _pattern_match)


def _ordered(
    lines: Iterable[LogicalLine], match_of: Callable[[str], tuple[Match, str, str]]
) -> ReadEntries:
    found = ReadEntries()
    around: list[Match | None] = []
    for line in lines:
        keyword = _KEYWORD.match(line.text)
        word = keyword[1].lower() if keyword else ""
        if word == "endif":
            if around:
                around.pop()
            else:
                found.skip(line, "`endif` without `if`")
            continue
        text = line.text[keyword.end() :] if keyword else line.text
        try:
            match, key, value = match_of(text)
        except ValueError as error:
            found.skip(line, str(error))
            if word:
                around.append(None)
            continue
        if word:
            around.append(match)
        elif not value:
            found.skip(line, "the pattern has no result")
        elif None not in around:
            matches = (*(each for each in around if each is not None), match)
            found.entries.append(_entry(line, key, value, matches))
        else:
            found.skip(line, "the `if` around it is broken")
    return found


def _network_match(text: str) -> tuple[Match, str, str]:
    negated = text.startswith("!")
    key, _, value = _first_word(text.lstrip("!").lstrip())
    try:
        network = ip_network(key.replace("[", "").replace("]", ""))
    except ValueError:
        raise ValueError(f"`{key[:60]}` is no network, or has host bits") from None
    return Match(network=network, negated=negated), f"{'!' if negated else ''}{key}", value


def _pattern_match(text: str) -> tuple[Match, str, str]:
    negated = text.startswith("!")
    rest = text.lstrip("!").lstrip()
    delimiter = rest[:1]
    end = _closing_delimiter(rest, delimiter)
    if not delimiter or delimiter.isalnum() or end is None:
        raise ValueError("the pattern is not between two delimiters")
    flags = _FLAGS.match(rest, end + 1)
    after = flags.end() if flags else end + 1
    if after < len(rest) and not rest[after].isspace():
        raise ValueError(f"unknown flag `{rest[after]}`")
    match = Match(pattern=rest[1:end], flags=rest[end + 1 : after], negated=negated)
    if negated and "$" in rest[after:].replace("$$", ""):
        raise ValueError("the result of a negated pattern has `$`")
    return match, f"{'!' if negated else ''}{rest[:after]}", rest[after:].strip()


def _closing_delimiter(text: str, delimiter: str) -> int | None:
    at = 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == delimiter:
            return at
        at += 1
    return None


def _first_word(text: str) -> tuple[str, str, str]:
    """The key, the space after it, and the result."""
    words = text.split(None, 1)
    return (words[0] if words else ""), " ", (words[1].strip() if len(words) > 1 else "")


def _entry(line: LogicalLine, key: str, value: str, matches: tuple[Match, ...]) -> TableEntry:
    return TableEntry(
        key=key, value=value, position=line.position, comment=line.comment, matches=matches
    )
