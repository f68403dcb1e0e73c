"""The value of Content-Type or Content-Disposition, with its parameters (RFC 2045 §5.1, RFC 2231).

For any text, in linear time: a header of a stranger may be of any size.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from mmctl.mail.encoded_words import codec_of, decode_words

LONGEST_VALUE: Final = 8 * 1024
"""Characters of a value that are read: a file name has 255, a boundary 70."""
_VALUE: Final = re.compile(r"[ \t]*+([^;\s]*+)")
_PARAMETER: Final = re.compile(
    r';[ \t\r\n]*+([^\s;="]++)[ \t\r\n]*+=[ \t\r\n]*+(?:"((?:[^"\\]|\\.)*+)"?|([^;]*+))', re.DOTALL
)
_QUOTED: Final = re.compile(r"\\(.)", re.DOTALL)
_CHARSET: Final = re.compile("([^']*+)'[^']*+'")
_CONTINUED: Final = re.compile(r"([^*]+)(?:\*([0-9]{1,3}))?(\*)?")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The value in lower case, and its parameters by lower-case name, decoded.

    >>> parameters("text/plain; charset=UTF-8")
    ('text/plain', {'charset': 'UTF-8'})
    """
    value = value[:LONGEST_VALUE]
    head = _VALUE.match(value)
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        text = _QUOTED.sub(r"\1", quoted) if quoted else bare.strip()
        form = _CONTINUED.fullmatch(name.lower())
        if form is None or "*" not in name:
            found.setdefault(name.lower(), decode_words(text).text)
        else:
            place = int(form[2] or 0)
            pieces.setdefault(form[1], {}).setdefault(place, (text, form[3] is not None))
    # The extended form wins over the plain one beside it (RFC 6266 §4.3).
    found.update({name: _joined(parts) for name, parts in pieces.items()})
    return (head[1].lower() if head else ""), found


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """The pieces of a continued value; its first piece names the character set."""
    charset = "utf-8"
    content = b""
    for place in sorted(parts):
        text, extended = parts[place]
        if extended and place == min(parts) and (said := _CHARSET.match(text)):
            charset, text = said[1], text[said.end() :]
        content += unquote_to_bytes(text) if extended else text.encode("utf-8", "replace")
    return content.decode(codec_of(charset) or "utf-8", "replace")
