"""A copy of a message with the headers that rules added; the bytes as received follow unchanged."""

from __future__ import annotations

from email.header import Header
from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.judge.trace import AddedHeader

_CONTROLS: Final = Pattern(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_NOT_IN_ADDRESS: Final = Pattern(r'("(?:[^"\\]|\\.)*"(?=@))|[\s<>]+')
_FOLDED: Final = (b" ", b"\t")
_LAST: Final = b"X-Mmctl-Folded: yes\r\n"
"""Ends the added headers where the message begins with a folded line.

Otherwise its sender could write the end of the last added value.
"""


def with_headers(content: bytes, headers: Iterable[AddedHeader]) -> bytes:
    """The message with added headers, which stand above its own in the order of adding."""
    lines = header_lines(headers)
    if not lines:
        return content
    return b"".join((lines, _LAST if content[:1] in _FOLDED else b"", content))


def header_lines(headers: Iterable[AddedHeader]) -> bytes:
    """Headers as lines: a value has no control character, and is an encoded word beyond ASCII."""
    return b"".join(
        f"{one_line(name)}: {_value(name, value)}\r\n".encode("ascii", "replace")
        for name, value in headers
    )


def one_line(text: str) -> str:
    """A text that cannot end a line of a message or of a dialogue."""
    return _CONTROLS.sub(" ", text).strip()


def one_address(address: str) -> str:
    """An address that ends neither its brackets nor its line; a quoted local part stays."""
    return _NOT_IN_ADDRESS.sub(lambda found: found[1] or "", one_line(address))


def _value(name: str, value: str) -> str:
    plain = one_line(value)
    if plain.isascii():
        return plain
    clean = plain.encode("utf-8", "replace").decode()
    return Header(clean, "utf-8", header_name=name).encode(linesep="\r\n")
