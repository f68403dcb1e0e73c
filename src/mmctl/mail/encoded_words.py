"""Encoded words of headers (RFC 2047, with the language suffix of RFC 2231 §5).

Text in, text out; what cannot be decoded stays as it is and is named. Header names and line
folding are the reader's matter.
"""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# The text ends at the first `?=`. It may hold single `?` (senders forget to encode them), but not
# the start of another word: a word that was cut off must not swallow the next one. Possessive
# throughout, so that no text takes more than linear time.
ENCODED_WORD: Final = (
    r"=\?(?P<charset>[^?*=\s]++)(?:\*[^?\s]*+)?\?(?P<encoding>[bBqQ])\?"
    r"(?P<payload>[^?=]*+(?:(?:=(?!\?[^=])|\?(?!=))[^?=]*+)*+)\?="
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
# Python codecs that are not character sets of mail: escapes, host names, the machine's own.
_NOT_CHARSETS: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_LONGEST_CHARSET: Final = 40


class Decoded(NamedTuple):
    """A text with its encoded words decoded, and what was wrong with those that were not."""

    text: str
    defects: tuple[str, ...] = ()


class _Run(NamedTuple):
    """Neighbouring words of one character set.

    They are joined before decoding: some senders cut a character in two (RFC 2047 §5 forbids it).
    """

    charset: str
    content: bytes
    source: str


def decode_words(text: str) -> Decoded:
    """Decode every encoded word of an unfolded header value, wherever it stands.

    White space between two neighbouring words is not part of the text (RFC 2047 §6.2). Words are
    decoded inside quoted strings and next to other characters too, as mail programs do. Bytes
    that their character set does not know become U+FFFD.
    """
    if "=?" not in text:
        return Decoded(text)
    parts: list[str] = []
    defects: list[str] = []
    for piece in _pieces(text):
        if isinstance(piece, str):
            parts.append(piece)
            continue
        content = _characters(piece, defects)
        parts.append(piece.source if content is None else content)
    return Decoded("".join(parts), tuple(dict.fromkeys(defects)))


def _pieces(text: str) -> Iterator[str | _Run]:
    """Cut a text into plain parts and runs of neighbouring encoded words."""
    end = 0
    charset, contents, start = "", list[bytes](), 0

    def run() -> Iterator[_Run]:
        if contents:
            yield _Run(charset, b"".join(contents), text[start:end])

    for word in _WORD.finditer(text):
        content = _content(word)
        if content is None:
            continue
        between = text[end : word.start()]
        name = word["charset"].lower()
        neighbours = bool(contents) and not between.strip(" \t")
        if not (neighbours and name == charset):
            yield from run()
            if not neighbours:
                yield between
            charset, contents, start = name, [], word.start()
        contents.append(content)
        end = word.end()
    yield from run()
    yield text[end:]


def _content(word: re.Match[str]) -> bytes | None:
    """The bytes that one word stands for; None where its base64 has an impossible length."""
    payload = word["payload"].encode()
    if word["encoding"] in "qQ":
        return binascii.a2b_qp(payload, header=True)
    try:
        return binascii.a2b_base64(payload + b"===")
    except binascii.Error:
        return None


def _characters(run: _Run, defects: list[str]) -> str | None:
    """The text of a run; None, with a defect, where its character set is not one."""
    codec = _codec(run.charset) if len(run.charset) <= _LONGEST_CHARSET else None
    if codec is None:
        shown = run.charset[:_LONGEST_CHARSET]
        defects.append(f"unknown character set `{shown}` of an encoded word")
        return None
    text = _decoded(run, codec, defects)
    if "\n" in text or "\r" in text:
        defects.append("an encoded word holds a line break")
    return text


def _decoded(run: _Run, codec: str, defects: list[str]) -> str:
    """Decode bytes, with U+FFFD for what the codec refuses."""
    try:
        text = run.content.decode(codec)
        text.encode()  # UTF-7 can spell half a surrogate pair, which is no text
    except UnicodeError:
        defects.append(f"an encoded word holds bytes that are not `{run.charset}`")
        text = run.content.decode(codec, "replace").encode("utf-8", "replace").decode()
    return text


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's codec for a character set of mail; None where there is none."""
    try:
        name = codecs.lookup(_CHARSETS.get(charset, charset)).name
        if name.replace("-", "_") in _NOT_CHARSETS:
            return None
        b"a".decode(name, "replace")  # codecs that do not make text say so only here
    except (LookupError, ValueError):
        return None
    return name
