"""Messages → emails of which somebody reads only some fields: these are picked out in one match.

The way of nearly all messages, of which there may be millions. A header section that is not as it
should be goes to `mmctl.mail.reader`, which says what every message means.
"""

from __future__ import annotations

import re
import sys
from functools import cached_property, lru_cache
from itertools import groupby
from os.path import commonprefix
from typing import TYPE_CHECKING, Final

from mmctl.mail.email import Email
from mmctl.mail.encoded_words import LONGEST_KEPT, MOST_KEPT, decode_words
from mmctl.mail.headers import Headers, is_noted
from mmctl.mail.reader import Counted, read_email, written_in

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

_CR: Final = 0x0D
_FIELDS_AT_MOST: Final = 1000
"""Fields of a section that are matched: for each, the pattern keeps what it knew before."""
_NOTHING_BACK: Final = "+" if sys.version_info >= (3, 11, 5) else ""
"""Makes a repetition possessive, which is faster; before, Python failed on what can go back."""
_MARKED: Final = ("list-unsubscribe", "reply-to")
"""Headers that often have a `?`, and nothing is noted about their encoded words."""


class Picker:
    """Reads messages of which mostly the same few headers are read."""

    def __init__(self, names: Iterable[str]) -> None:
        """The names are in lower case; other headers can be read too, with more work."""
        names = sorted({*names, *_MARKED})
        self.places = {name: 2 * number for number, name in enumerate(names)}
        """Where a name's groups are among all: the last value but the first one, the first one."""
        self.noted = tuple((name, self.places[name]) for name in names if is_noted(name))
        self.others = tuple(self.places[name] for name in names if not is_noted(name))

    def read(self, message: bytes, *, unread: int = 0, at_most: int = 0) -> Email:
        """Read a message: the same as `read_email`."""
        feed = message.find(b"\n")
        if feed > 0 and message[feed - 1] == _CR:
            found = self._crlf.match(message)
            end = found.end() if found else 0
            section = message[:end]
            # Each CR of it has an LF, or else it would not match; comparing lengths is faster than
            # to count them.
            usual = message.startswith(b"\r\n", end) and (
                len(section.replace(b"\n", b"")) == len(section.replace(b"\r", b""))
            )
        else:
            found = self._lf.match(message)
            end = found.end() if found else 0
            section = message[:end]
            usual = message.startswith(b"\n", end) and b"\r" not in section
        if not (found and end and usual and b"\0" not in section and _is_text(section)):
            return read_email(message, unread=unread, at_most=at_most)
        return Email(
            headers=PickedHeaders(self, section, found.groups()),
            length=Counted(message, 0, unread, at_most),
            unread=unread,
        )

    @cached_property
    def _lf(self) -> re.Pattern[bytes]:
        return self._pattern("\n", "\n")

    @cached_property
    def _crlf(self) -> re.Pattern[bytes]:
        return self._pattern("\r\n", "\r")

    def _pattern(self, ends: str, last: str) -> re.Pattern[bytes]:
        """Matches fields whose lines end with `ends`; no value has the character `last`."""
        value = f"[^{last}]*+(?:{ends}[ \t][^{last}]*+)*+"
        picked = _either(
            [
                (name, f"[ \t]*+:(?({place + 2})({value})|({value}))")
                for name, place in self.places.items()
            ]
        )
        field = f"(?:{picked}|[!-9;-~]++[ \t]*+:{value}){ends}"
        return re.compile(f"(?:{field}){{0,{_FIELDS_AT_MOST}}}{_NOTHING_BACK}".encode())


class PickedHeaders(Headers):
    """Header fields of which some are found already; all others are found once one is asked for."""

    __slots__ = ("_groups", "_picker", "_places", "_section")

    def __init__(self, picker: Picker, section: bytes, groups: Sequence[bytes | None]) -> None:
        """What the picker found in a header section."""
        super().__init__({})
        self._picker = picker
        self._places = picker.places
        self._section = section
        self._groups = groups

    def _fields(self) -> Mapping[str, Sequence[str]]:
        if not self._written:
            text = self._section.replace(b"\r", b"").removesuffix(b"\n").decode()
            self._written = written_in(text, [])
        return self._written

    def values_of(self, name: str) -> tuple[str, ...]:
        """The values of a header; empty: there is none."""
        known = self._values.get(name)
        if known is None:
            place = self._places.get(name)
            if place is None or self._groups[place] is not None:  # it comes again
                return super().values_of(name)
            first = self._groups[place + 1]
            known = self._values[name] = () if first is None else (_unfolded(first),)
        return known

    def topmost(self, name: str) -> str | None:
        """The topmost value of a header; None: there is none."""
        place = self._places.get(name)
        if place is None:
            return super().topmost(name)
        first = self._groups[place + 1]
        return None if first is None else _unfolded(first)

    def as_written(self, name: str) -> tuple[Hashable, ...]:
        """What tells whether two messages have the same values; empty: there is none."""
        place = self._places.get(name)
        if place is None or self._groups[place] is not None:
            return super().as_written(name)
        first = self._groups[place + 1]
        return () if first is None else (first,)

    def word_defects(self) -> tuple[tuple[str, str], ...]:
        """What is wrong with the encoded words of headers for which that is noted."""
        return super().word_defects() if self._may_have_word_defects() else ()

    def _may_have_word_defects(self) -> bool:
        """Whether encoded words may be broken; in doubt yes."""
        section, groups = self._section, self._groups
        if b"?" not in section:
            return False
        known = 0
        for name, place in self._picker.noted:
            value = groups[place + 1]
            if value is not None and b"?" in value:
                if groups[place] is not None or not self._is_sound(name, value):
                    return True
                known += value.count(b"?")
        marks = section.count(b"?")
        if marks > known:
            for place in self._picker.others:
                for value in groups[place : place + 2]:
                    known += 0 if value is None else value.count(b"?")
        return marks > known and b"=?" in section

    def _is_sound(self, name: str, value: bytes) -> bool:
        """Whether all encoded words of the only value of a header can be decoded."""
        if len(value) <= LONGEST_KEPT:
            return _is_known_sound(value)
        return not any(each.defects for each in self._words_of(name))


@lru_cache(maxsize=MOST_KEPT)
def _is_known_sound(value: bytes) -> bool:
    return not decode_words(_unfolded(value)).defects


def _unfolded(value: bytes) -> str:
    text = value.decode()
    if "\n" in text:
        text = text.replace("\r", "").replace("\n", "")
    return text.strip(" \t")


def _is_text(section: bytes) -> bool:
    """Whether bytes are UTF-8."""
    if section.isascii():
        return True
    try:
        section.decode()
    except UnicodeDecodeError:
        return False
    return True


def _either(leaves: Sequence[tuple[str, str]]) -> str:
    """A pattern for any of some sorted names in any case, each with what follows it.

    The groups in it stay in their order.
    """
    ways: list[str] = []
    for first, group in groupby(leaves, key=lambda leaf: leaf[0][:1]):
        same = list(group)
        if not first:
            ways += [pattern for _, pattern in same]
            continue
        common = commonprefix([name for name, _ in same])  # noqa: RUF071 - these are no paths
        rest = _either([(name.removeprefix(common), pattern) for name, pattern in same])
        ways.append("".join(map(_any_case, common)) + rest)
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _any_case(character: str) -> str:
    if character.isalpha():
        return f"[{character.upper()}{character}]"
    return re.escape(character)
