"""Lines of a lookup table → entries: keys, networks and patterns, with their results.

As postmap(1), cidr_table(5), regexp_table(5) and pcre_table(5) describe them. What Postfix skips
with a warning is skipped here too, and listed.
"""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

from mmctl.interchange.migration.source import Unread
from mmctl.interchange.postfix.words import SPACE, first_word
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
_DOLLAR: Final = Pattern(
    r"\$(?:\$|([1-9][0-9]{0,4})(?![A-Za-z0-9_])|\{([1-9][0-9]{0,4})\}|\(([1-9][0-9]{0,4})\))"
)
"""A dollar, or what a group of the pattern met."""


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


_KNOWN_FLAGS: Final = {TableForm.REGEXP: "imx", TableForm.PCRE: "imsxAEUX"}


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
        try:
            key, value = _key(line.text)
        except ValueError as error:
            found.skip(line, str(error))
            continue
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


def pattern_entries(lines: Iterable[LogicalLine], form: TableForm) -> ReadEntries:
    """ReadEntries of a `regexp` or `pcre` table, in order."""
    flags = _KNOWN_FLAGS[form]
    return _ordered(lines, lambda text: _pattern_match(text, flags))


def _ordered(
    lines: Iterable[LogicalLine], match_of: Callable[[str], tuple[Match, str, str]]
) -> ReadEntries:
    found = ReadEntries()
    around: list[Match] = []
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
            what = "; what is between it and `endif` counts without it" if word else ""
            found.skip(line, f"{error}{what}")
            continue
        if word:
            around.append(match)
        elif not value:
            found.skip(line, "the pattern has no result")
        else:
            found.entries.append(_entry(line, key, value, (*around, match)))
    return found


def _network_match(text: str) -> tuple[Match, str, str]:
    negated, rest = _negated(text)
    key, value = first_word(rest)
    address, slash, mask = key.partition("/")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    network = None
    if "%" not in address and (mask.isdecimal() or not slash):
        with suppress(ValueError):
            network = ip_network(f"{address}{slash}{mask}")
    if network is None:
        raise ValueError(f"`{key[:60]}` is no network, or has host bits")
    return Match(network=network, negated=negated), f"{'!' if negated else ''}{key}", value


def _pattern_match(text: str, known_flags: str) -> tuple[Match, str, str]:
    negated, rest = _negated(text)
    delimiter = rest[:1]
    end = _closing_delimiter(rest, delimiter)
    if not delimiter or delimiter.isalnum() or end is None:
        raise ValueError("the pattern is not between two delimiters")
    flags = _FLAGS.match(rest, end + 1)
    after = flags.end() if flags else end + 1
    unknown = next((each for each in rest[end + 1 : after] if each not in known_flags), "")
    if unknown or (after < len(rest) and rest[after] not in SPACE):
        raise ValueError(f"unknown flag `{unknown or rest[after]}`")
    match = Match(pattern=rest[1:end], flags=rest[end + 1 : after], negated=negated)
    value = rest[after:].strip(SPACE)
    if not negated and not _has_groups(value, match.pattern.count("(")):
        raise ValueError("a `$` in the result is neither a group of the pattern nor `$$`")
    if negated and "$" in value.replace("$$", ""):
        raise ValueError("the result of a negated pattern has `$`")
    return match, f"{'!' if negated else ''}{rest[:after]}", value


def _has_groups(value: str, most: int) -> bool:
    """Whether each `$` of a result is `$$`, or a group of a number up to `most`."""
    dollars = sum(each[0].count("$") for each in _DOLLAR.finditer(value))
    return dollars == value.count("$") and all(number <= most for number in groups_in(value))


def groups_in(value: str) -> list[int]:
    """The groups of a pattern that a result repeats, as `$1` does."""
    found = (each[1] or each[2] or each[3] for each in _DOLLAR.finditer(value))
    return [int(number) for number in found if number]


def _negated(text: str) -> tuple[bool, str]:
    """Whether an odd number of `!` is before a pattern, and the text behind them."""
    rest = text.lstrip(f"!{SPACE}")
    return text[: len(text) - len(rest)].count("!") % 2 == 1, rest


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


def _key(text: str) -> tuple[str, str]:
    """The key and the result; in a key, space can be in quotes or behind a backslash.

    Raises:
        ValueError: a quote is not closed.
    """
    quoted, at = False, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in SPACE and not quoted:
            break
        elif text[at] == '"':
            quoted = not quoted
        at += 1
    if quoted:
        raise ValueError('a `"` is not closed')
    return text[:at], text[at:].strip(SPACE)


def _entry(line: LogicalLine, key: str, value: str, matches: tuple[Match, ...]) -> TableEntry:
    return TableEntry(
        key=key, value=value, position=line.position, comment=line.comment, matches=matches
    )
