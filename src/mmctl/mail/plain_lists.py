"""Long address lists in which nothing hides a separator, read in one pass.

Most hostile lists are made of one usual form, thousands of times. What is found is what
`mmctl.mail.addresses.of_any` finds, which is the definition; any other list is left to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import ENCODED_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

_ATOM: Final = r'[^\s"(),:;<>@\[\]\\?]++'
_LOCAL: Final = rf'(?:"[^"\\]*+"|{_ATOM}(?: ++{_ATOM})*)'
_WORD: Final = r'=\?[^\s"(),:;<>@\[\]\\?=]++\?[bBqQ]\?[^\s"(),:;<>@\[\]\\?]*+\?='
NAME: Final = rf'(?:"[^"\\]*+"|(?:[^"(),:;<>@\[\]\\=]++|{_WORD}|=++(?!\?))*)[ \t]*+'
"""A display name, which may have encoded words."""
# The last alternative takes all that is left, without a spec: the list is of another form.
_ANGLES: Final = re.compile(
    rf"[ \t,]*+{NAME}<({_LOCAL}@{_ATOM})>(?=[ \t]*+(?:[,<]|\Z))|.+", re.DOTALL
)
_HIDES: Final = ('"', "(", ":", ";", "[", "\\", "=?")
_SEPARATES: Final = re.compile(r'[@,;<>:"(\[\\]')
_GLUED: Final = (" .", " @", ". ", "@ ")
"""Spaces that are no end of a word."""
_ENCODED: Final = re.compile(ENCODED_WORD)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def specs_of_plain(text: str) -> list[str] | None:
    """The address specs of a list in which each mailbox is written plainly; None: some is not."""
    if not text.isascii() and _SURROGATE.search(text):
        return None
    if ">" in text and "<" in text:
        return _angled(text)
    if "@" not in text and not _SEPARATES.search(text):
        return _without_address(text)
    if _has_any(_HIDES, text):
        return None
    return _bare(spaced(text).replace(">", ""))


def _has_any(parts: tuple[str, ...], text: str) -> bool:
    """Whether a text has one of some parts: faster than a pattern that finds nothing."""
    return any(part in text for part in parts)


def spaced(text: str) -> str:
    """A text with spaces for all white space that may be in a header."""
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")


def specs_by_value(values: Sequence[str]) -> tuple[tuple[str, ...], ...] | None:
    """The only spec of each of many headers of one name; None: some may have more, or none."""
    joined = ",".join(values)
    alike = joined.count(",") == len(values) - 1 and "" not in values
    if not alike or '"' in joined or ("<" in joined) != (">" in joined):
        return None
    found = specs_of_plain(joined)
    # Where nothing else is left out, each value that is not empty has one.
    return tuple(zip(found)) if found is not None and len(found) == len(values) else None


def _angled(text: str) -> list[str] | None:
    """Mailboxes that all are `name <spec>`, or several `<spec>`."""
    found = _ANGLES.findall(text.rstrip(" \t,"))
    if not found[-1]:
        return None
    specs = "\n".join(found)
    if " " not in specs:
        return found
    return None if '"' in text else specs.replace(" ", "").split("\n")


def _without_address(text: str) -> list[str] | None:
    """Nothing, for words without an `@`; a single word is left to others."""
    words = spaced(text).strip(" ")
    if _ENCODED.search(words) or (" " in words and not _has_any(_GLUED, words)):
        return []
    return None


def _bare(text: str) -> list[str] | None:
    """Words between commas: one, or several that all have an `@`."""
    if "<" in text:
        # A `<` that nothing ends makes what comes before it void.
        begun = f",{text}"
        if begun.count("<") != begun.count(",<"):
            return None
        text = begun.replace(",<", ",")
    text = text.replace(", ", ",").strip(" ")
    if text[:1] == "@" or ",@" in text:
        return None
    if " " not in text:
        return list(filter(None, text.split(",")))
    if _has_any(_GLUED, text):
        return None
    words = list(filter(None, text.replace(",", " ").split(" ")))
    return words if len(words) == len([word for word in words if "@" in word]) else None
