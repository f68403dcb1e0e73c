"""Bytes of an export → text: Windows writes UTF-16 where people redirect a command into a file."""

from __future__ import annotations

import codecs
from typing import Final

from mmctl.errors import ProblemsFound
from mmctl.problem import Position, Problem, Severity

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; that of UTF-32 begins like that of UTF-16, and comes first."""
_LOOKED_AT: Final = 64
"""How many bytes say whether a text without a mark is UTF-16: every export begins in ASCII."""


def decoded(file: str, content: bytes) -> str:
    """The text of a file that is UTF-8, or UTF-16 as Windows writes it; line ends as Unix has them.

    Raises:
        ProblemsFound: it is neither, or has zero bytes; at the place of the first wrong byte.
    """
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", None)
    )
    if encoding is None:
        encoding = _without_mark(content[:_LOOKED_AT])
    content = content[len(mark) :]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace")
        raise _wrong(file, before, f"the file is not {encoding.upper()}") from None
    if "\0" in text:
        raise _wrong(file, text[: text.index("\0")], "the file has a zero byte")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _without_mark(start: bytes) -> str:
    if len(start) > 1 and 0 in start:
        if not any(start[0:-1:2]):
            return "utf-16-be"
        if not any(start[1::2]):
            return "utf-16-le"
    return "utf-8"


def _wrong(file: str, before: str, message: str) -> ProblemsFound:
    lines = before.split("\n")
    position = Position(file=file, line=len(lines), column=len(lines[-1]) + 1)
    problem = Problem(
        check="unreadable-file",
        severity=Severity.ERROR,
        position=position,
        message=message,
        help="export it again, and save it as UTF-8",
    )
    return ProblemsFound(f"cannot read `{file}`", (problem,))
