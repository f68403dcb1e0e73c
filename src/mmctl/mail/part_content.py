"""The content of one part: its bytes without the transfer encoding, and its text.

For any bytes; how much is decoded is bounded by the caller.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import codec_of

if TYPE_CHECKING:
    from mmctl.mail.parts import MimePart

LONGEST_NAME: Final = 120
"""Characters of a file name for a download."""
LONGEST_SUFFIX: Final = 15
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_UNSAFE: Final = re.compile(r"[^\w.,()@+=~ -]+")
_WORST: Final = 4
"""Encoded bytes for one byte of content, at most: quoted-printable takes three, and line ends."""


def decoded(content: bytes, part: MimePart, *, at_most: int | None = None) -> bytes:
    """The bytes of a part of a message; with `at_most`, the first ones."""
    end = part.end if at_most is None else min(part.end, part.start + at_most * _WORST)
    body = content[part.start : end]
    match part.encoding:
        case "base64":
            body = _from_base64(body)
        case "quoted-printable":
            body = binascii.a2b_qp(body)
        case _:
            pass
    return body if at_most is None else body[:at_most]


def text_of(content: bytes, part: MimePart, *, at_most: int | None = None) -> str:
    """The text of a part, lines ended by LF; bytes that its character set does not have are U+FFFD.

    Without a character set, or with one that nobody knows, it is UTF-8, else Latin-1.
    """
    body = decoded(content, part, at_most=at_most)
    codec = codec_of(part.charset.lower()) if part.charset else None
    if codec is None or codec == "ascii":
        # A character that `at_most` cut in two is no reason to take it for Latin-1.
        whole = body if at_most is None or len(body) < at_most else body[:-3]
        codec = "utf-8" if _is_utf_8(whole) else "latin-1"
    text = body.decode(codec, "replace")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def file_name(part: MimePart) -> str:
    """A name under which a part can be saved anywhere: no path, no hidden file, no odd character.

    >>> from mmctl.mail.parts import MimePart
    >>> file_name(MimePart(path="2", type="text/csv", start=0, end=0, name="../a/b: c.csv"))
    'b_ c.csv'
    """
    name = re.split(r"[/\\]", part.name)[-1]
    name = _UNSAFE.sub("_", name).strip(" .")
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        keep = suffix if dot and len(suffix) <= LONGEST_SUFFIX else ""
        name = f"{(stem or name)[: LONGEST_NAME - len(keep) - 1]}.{keep}".rstrip(".")
    if name:
        return name
    return f"part-{part.path}{'.eml' if part.type == 'message/rfc822' else '.bin'}"


def _from_base64(body: bytes) -> bytes:
    """Decode base64 with anything between its characters, up to its first padding."""
    pure = _NOT_BASE64.sub(b"", body.partition(b"=")[0])
    return binascii.a2b_base64(pure[: len(pure) - (len(pure) % 4 == 1)] + b"===")


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
