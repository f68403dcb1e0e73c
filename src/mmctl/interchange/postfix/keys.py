"""Keys of tables on mail addresses and host names: what each of them fits (access(5))."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.postfix.entries import TableEntry


class Fits(IntEnum):
    """What a key fits, the most exact first."""

    ADDRESS = 0
    DOMAIN = 1
    LOCAL_PART = 2
    EVERYTHING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupStyle:
    """How one parameter looks up addresses."""

    operand: str
    """`mail_from`, `recipient` or `helo`."""
    below: bool
    """Whether `example.com` stands for its subdomains too."""
    dotted: bool
    """Whether `.example.com` stands for the subdomains."""
    at_domain: bool = False
    """Whether a domain is written `@example.com`."""
    at_local: bool = True
    """Whether `user@` is a local part at any domain."""
    star: bool = False
    """Whether `*` fits everything."""
    bare_local: tuple[str, ...] = ()
    """The domains at which `user` alone is a local part."""
    delimiters: str = ""
    null_key: str = "<>"


@dataclass(frozen=True, slots=True)
class TableKey:
    """A key that fits something."""

    fits: Fits
    local: str
    domain: str
    """In lower case; with a leading dot where only subdomains are meant."""
    entry: TableEntry


@dataclass(slots=True)
class Sorted:
    """The keys of a table, and the entries that fit nothing."""

    keys: list[TableKey]
    null: list[TableEntry]
    idle: list[TableEntry]


def sorted_keys(entries: Iterable[TableEntry], style: LookupStyle) -> Sorted:
    """What each entry of a table fits."""
    found = Sorted([], [], [])
    for entry in entries:
        if entry.key == style.null_key and style.operand == "mail_from":
            found.null.append(entry)
            continue
        made = list(_keys(entry, style))
        found.keys += made
        if not made:
            found.idle.append(entry)
    return found


def _keys(entry: TableEntry, style: LookupStyle) -> Iterator[TableKey]:
    local, at, domain = entry.key.rpartition("@")
    if entry.key == "*" and style.star:
        yield TableKey(Fits.EVERYTHING, "", "", entry)
    elif style.operand == "helo":
        if not at and (style.dotted or not domain.startswith(".")):
            yield TableKey(Fits.DOMAIN, "", domain, entry)
    elif at and local and domain:
        yield TableKey(Fits.ADDRESS, local, domain, entry)
    elif at and local:
        if style.at_local:
            yield TableKey(Fits.LOCAL_PART, local, "", entry)
    elif at:
        if style.at_domain and domain:
            yield TableKey(Fits.DOMAIN, "", domain, entry)
    elif style.at_domain:
        for own in style.bare_local:
            yield TableKey(Fits.ADDRESS, domain, own, entry)
    elif style.dotted or not domain.startswith("."):
        yield TableKey(Fits.DOMAIN, "", domain, entry)
