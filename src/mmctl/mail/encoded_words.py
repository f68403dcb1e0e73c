"""Encoded words of headers (RFC 2047, with the language suffix of RFC 2231 §5).

Text in, text out; what cannot be decoded stays unchanged and is reported. The reader handles
header names and line folding.
"""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mmctl.mail.japanese import decode_japanese

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The text ends at the first `?=`. It may hold single `?` (senders forget to encode them), but not
# the start of another word: a word that was cut off must not swallow the next one. No text takes
# more than linear time: what is repeated gives nothing back, or nothing that would match. (The
# outer repetition is not possessive: Python before 3.11.5 fails on that.)
ENCODED_WORD: Final = (
    r"=\?(?P<charset>[!-)+-<>@-~]++)(?:\*[^?\s]*+)?\?(?P<encoding>[bBqQ])\?"
    r"(?P<payload>[^?=]*+(?:(?:=(?!\?[^=])|\?(?!=))[^?=]*+)*)\?="
)
_WORD: Final = re.compile(ENCODED_WORD)

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
_LONGEST_CHARSET: Final = 40
_JAPANESE: Final = "iso2022_jp"


class Decoded(NamedTuple):
    """A text with its encoded words decoded, and what was wrong with those that were not."""

    text: str
    defects: tuple[str, ...] = ()


class _Word(NamedTuple):
    """An encoded word that can be decoded, and the codec that does it."""

    codec: str
    content: bytes
    start: int
    end: int


def decode_words(text: str) -> Decoded:
    """Decode every encoded word of an unfolded header value, wherever it is.

    White space between two neighboring words is not part of the text (RFC 2047 §6.2). Words are
    decoded inside quoted strings and next to other characters too, as mail programs do. Bytes
    that are invalid in their character set become U+FFFD.
    """
    if "=?" not in text:
        return Decoded(text)
    defects: list[str] = []
    parts: list[str] = []
    end = 0
    for run in _runs(text, _words(text, defects)):
        between = text[end : run[0].start]
        if end == 0 or between.strip(" \t"):
            parts.append(between)
        parts.append(_decoded(run, defects))
        end = run[-1].end
    return Decoded("".join((*parts, text[end:])), tuple(dict.fromkeys(defects)))


def _words(text: str, defects: list[str]) -> Iterator[_Word]:
    """Find the words that can be decoded; the others stay text, and are defects."""
    for word in _WORD.finditer(text):
        charset = word["charset"][:_LONGEST_CHARSET].lower()
        codec = _codec(charset)
        content = _content(word)
        if codec is None:
            defects.append(f"unknown character set `{charset}` of an encoded word")
        elif content is None:
            defects.append("an encoded word is not base64")
        else:
            yield _Word(codec, content, *word.span())


def _runs(text: str, words: Iterator[_Word]) -> Iterator[list[_Word]]:
    """Join neighbors of one character set.

    They are decoded as one: some senders cut a character in two (RFC 2047 §5 forbids it).
    """
    run: list[_Word] = []
    for word in words:
        if run and (word.codec != run[-1].codec or text[run[-1].end : word.start].strip(" \t")):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _content(word: re.Match[str]) -> bytes | None:
    """The bytes that one word encodes; None if its base64 has an impossible length."""
    payload = word["payload"].encode()
    if word["encoding"] in "qQ":
        return binascii.a2b_qp(payload, header=True)
    try:
        return binascii.a2b_base64(payload + b"===")
    except binascii.Error:
        return None


def _decoded(run: Sequence[_Word], defects: list[str]) -> str:
    """Decode bytes, with U+FFFD for what the codec refuses."""
    content, codec = b"".join(word.content for word in run), run[0].codec
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


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's codec for a character set of mail; None if there is none."""
    try:
        name = codecs.lookup(_CHARSETS.get(charset, charset)).name
        if name.replace("-", "_") in _NOT_CHARSETS:
            return None
        b"a".decode(name, "replace")  # codecs that do not produce text say so only here
    except (LookupError, ValueError):
        return None
    return name
