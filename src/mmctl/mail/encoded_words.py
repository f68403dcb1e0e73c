"""Encoded words of headers (RFC 2047, with the language suffix of RFC 2231 §5).

Text in, text out; what cannot be decoded stays unchanged and is reported. The reader handles
header names and line folding.
"""

from __future__ import annotations

import binascii
import codecs
import re
from encodings.aliases import aliases
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.mail.japanese import decode_japanese

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_KEPT: Final = 1000
"""Characters of a value that is decoded once for many messages: subjects and senders recur."""
MOST_KEPT: Final = 8192

# The text ends at the first `?=`. It may hold single `?` (senders forget to encode them), but not
# the start of another word: a word that was cut off must not swallow the next one. No text takes
# more than linear time: what is repeated gives nothing back, or nothing that would match. (The
# outer repetition is not possessive: Python before 3.11.5 fails on that.)
_PAYLOAD: Final = r"[^?=]*+(?:(?:=(?!\?[^=])|\?(?!=))[^?=]*+)*"
_CHARSET: Final = r"[!-)+-<>@-~]++"
_LANGUAGE: Final = r"(?:\*[^?\s]*+)?"
ENCODED_WORD: Final = rf"=\?{_CHARSET}{_LANGUAGE}\?[bBqQ]\?{_PAYLOAD}\?="
_WORDS: Final = re.compile(f"({ENCODED_WORD})")

# Names that mail uses and Python does not know, or knows as less than what mail means by them.
_CHARSETS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "windows-874": "cp874",
    "cp-850": "cp850",
}
# Python codecs that are not character sets of mail: escapes, host names, the machine's code page.
_NOT_CHARSETS: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_PUNCTUATION: Final = re.compile("[^a-z0-9]+")
_LONGEST_CHARSET: Final = 40
_JAPANESE: Final = "iso2022_jp"
_LONGEST_WORD: Final = 100
"""Characters of a word that is kept: more than a word may have."""
_MOST_TOLD: Final = 20
"""Faults of one text that are given: a message can make up thousands."""
_MANY: Final = 200
"""Pieces of a text that is taken to be hostile."""


class Decoded(NamedTuple):
    """A text with its encoded words decoded, and what was wrong with those that were not."""

    text: str
    defects: tuple[str, ...] = ()


def decode_words(text: str) -> Decoded:
    """Decode every encoded word of an unfolded header value, wherever it is.

    White space between two neighboring words is not part of the text (RFC 2047 §6.2). Words are
    decoded inside quoted strings and next to other characters too, as mail programs do. Bytes
    that are invalid in their character set become U+FFFD.
    """
    if "=?" not in text:
        return Decoded(text)
    return _kept(text) if len(text) <= LONGEST_KEPT else _decode(text)


def _decode(text: str) -> Decoded:
    """Decode the words one after the other; neighbors of one character set are decoded as one.

    Some senders cut a character in two (RFC 2047 §5 forbids it).
    """
    pieces = _WORDS.split(text)  # every second one is a word; most hostile ones repeat themselves
    if len(pieces) < _MANY and (simple := _all_alone(pieces)) is not None:
        return Decoded(simple)
    words = dict.fromkeys(pieces[1::2])
    read = _read(words) if len(words) > _MANY else {word: _word(word) for word in words}
    undecoded = [found for found in read.values() if isinstance(found, str)]
    if len(undecoded) == len(read):
        return Decoded(text, _told(undecoded))
    defects: list[str] = []
    parts: list[str] = []
    run: list[bytes] = []
    codec = ""
    first = 0
    for place in range(1, len(pieces), 2):
        found = read[pieces[place]]
        if isinstance(found, str):
            defects.append(found)
            continue
        between = pieces[first] if first == place - 1 else "".join(pieces[first:place])
        apart = not run or bool(between.strip(" \t"))
        if run and (apart or found[0] != codec):
            parts.append(_decoded(codec, run, defects))
            run = []
        if apart:
            parts.append(between)
        codec = found[0]
        run.append(found[1])
        first = place + 1
    if run:
        parts.append(_decoded(codec, run, defects))
    return Decoded("".join((*parts, *pieces[first:])), _told(defects))


def _told(defects: Sequence[str]) -> tuple[str, ...]:
    """The first faults, each once, and how many more there are."""
    told = tuple(dict.fromkeys(defects))
    if len(told) <= _MOST_TOLD:
        return told
    return (*told[:_MOST_TOLD], f"{len(told) - _MOST_TOLD:,} more faults of encoded words")


_kept: Final = lru_cache(maxsize=MOST_KEPT)(_decode)


def _all_alone(pieces: Sequence[str]) -> str | None:
    """The text, if no word joins another and nothing is wrong; None: it takes more to tell."""
    for between in pieces[2:-1:2]:
        if not between.strip(" \t"):
            return None
    parts = list(pieces)
    for place in range(1, len(pieces), 2):
        word = pieces[place]
        alone = _alone(word) if len(word) <= _LONGEST_WORD else None
        if alone is None:
            return None
        parts[place] = alone
    return "".join(parts)


@lru_cache(maxsize=MOST_KEPT)
def _alone(word: str) -> str | None:
    """The text of a word that joins no other, for many messages: names recur; None: it has none."""
    read = _word(word)
    if isinstance(read, str):
        return None
    defects: list[str] = []
    text = _decoded(read[0], [read[1]], defects)
    return None if defects else text


def _read(words: Iterable[str]) -> dict[str, tuple[str, bytes] | str]:
    """What `_word` says of each word; a message may make up thousands of character sets."""
    known = _known()
    read: dict[str, tuple[str, bytes] | str] = {}
    for word in words:
        charset = word[2 : word.index("?", 2)].lower()
        if charset in known or len(charset) > _LONGEST_CHARSET or not charset.isalnum():
            read[word] = _word(word)
        else:
            read[word] = _unknown(charset)
    return read


def _unknown(charset: str) -> str:
    return f"unknown character set `{charset}` of an encoded word"


def _word(word: str) -> tuple[str, bytes] | str:
    """The codec and the bytes of a word; a text: why it cannot be decoded."""
    charset, encoding, payload = word[2:-2].split("?", 2)
    charset = charset.partition("*")[0][:_LONGEST_CHARSET].lower()
    codec = _codec(charset)
    if codec is None:
        return _unknown(charset)
    content = payload.encode()
    if encoding in "qQ":
        return codec, binascii.a2b_qp(content, header=True)
    try:
        return codec, binascii.a2b_base64(content + b"===")
    except binascii.Error:
        return "an encoded word is not base64"  # its length is impossible


def _decoded(codec: str, run: Sequence[bytes], defects: list[str]) -> str:
    """Decode bytes, with U+FFFD for what the codec refuses."""
    content = b"".join(run)
    try:
        text = content.decode(codec)
        text.encode()  # UTF-7 can encode half a surrogate pair, which is not text
    except UnicodeError:
        if codec.startswith(_JAPANESE) and (japanese := decode_japanese(content)) is not None:
            return japanese
        defects.append(f"an encoded word has bytes that are not `{codec}`")
        text = content.decode(codec, "replace")
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\n" in text or "\r" in text:
        defects.append("an encoded word has a line break")
    return text


def codec_of(charset: str) -> str | None:
    """Python's codec for a character set of mail, in lower case; None if there is none."""
    return _codec(charset[:_LONGEST_CHARSET])


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's codec for a character set of mail; None if there is none."""
    if not _may_be_known(_plain(_CHARSETS.get(charset, charset))):
        return None
    try:
        name = codecs.lookup(_CHARSETS.get(charset, charset)).name
        if name.replace("-", "_") in _NOT_CHARSETS:
            return None
        b"a".decode(name, "replace")  # codecs that do not produce text say so only here
    except (LookupError, ValueError):
        return None
    return name


def _plain(name: str) -> str:
    return name if name.isalnum() else _PUNCTUATION.sub("_", name).strip("_")


def _may_be_known(name: str) -> bool:
    """Whether Python can know a character set.

    For each name that a message makes up Python would look for a module in its folders.
    """
    return name in _named() or name in _modules()


@cache
def _known() -> frozenset[str]:
    return _named() | _modules() | frozenset(_CHARSETS)


@cache
def _named() -> frozenset[str]:
    return frozenset(map(_plain, (*aliases, *aliases.values())))


@cache
def _modules() -> frozenset[str]:
    import encodings  # noqa: PLC0415 - only for names that are hardly ever used
    from pkgutil import iter_modules  # noqa: PLC0415 - the same

    return frozenset(_plain(module.name) for module in iter_modules(encodings.__path__))
