"""A written-out message of a case → message bytes.

The same members always make the same bytes: no date, no message id, nothing from the machine. What
is written is what is sent, so that every condition sees the text of the case.
"""

from __future__ import annotations

import re
from email.header import Header
from typing import TYPE_CHECKING, Final

from mmctl.errors import UsageError
from mmctl.mail.email import Size
from mmctl.mail.lexical import Token, TokenKind, tokens
from mmctl.mail.reader import read_email
from mmctl.model.facts import WRITTEN_HEADERS
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.mail.email import Email
    from mmctl.model.facts import HeaderName

_NAME: Final = re.compile(r"[!-9;-~]+")
_LINE_LIMIT: Final = 998  # bytes without the line end (RFC 5322 §2.1.1)
_FILL: Final = 78  # bytes of a line that fills a body
_FOLD_AT: Final = 240  # characters; each takes up to 4 bytes
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MIME: Final = (
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
)


def compose_email(
    named: Mapping[HeaderName, str] | None = None,
    *,
    headers: Mapping[str, Sequence[str]] | None = None,
    body: str = "",
) -> bytes:
    """Write a message: the headers that rules read by name, then others, which may repeat.

    ASCII stays as written; other text becomes encoded words (RFC 2047), in address headers only
    in display names.

    Raises:
        UsageError: a header cannot be written in one line.
    """
    texts = named or {}
    lines = [
        (_address_header if fact.holds_addresses else _header)(fact.header, texts[fact.name])
        for fact in WRITTEN_HEADERS
        if fact.name in texts
    ]
    given = headers or {}
    lines += [_header(name, value) for name, values in given.items() for value in values]
    if not body.isascii() and "content-type" not in map(str.lower, given):
        lines.append(_MIME)
    text = "".join(lines) + "\r\n" + _LINE_END.sub("\r\n", body)
    if body and not text.endswith("\r\n"):
        text += "\r\n"
    return text.encode("utf-8", "replace")


def read_composed(message: bytes, size: int | None) -> Email:
    """Read a composed message as if its body filled it up to `size` bytes.

    Nobody reads the body, so it is not created.

    Raises:
        UsageError: the message is larger than `size`.
    """
    email = read_email(message)
    if size is None:
        return email
    if size < email.size:
        raise UsageError(
            f"the message has {email.size} bytes, more than its `size` of {size}",
            help="make `size` larger, or leave it out",
        )
    return replace(email, length=Size(size))


def filled_up(message: bytes, size: int) -> bytes:
    """The bytes of a composed message, with lines at the end of its body up to its size."""
    missing = size - len(message)
    if missing <= 0:
        return message
    line = b"x" * (_FILL - len(b"\r\n")) + b"\r\n"
    whole, rest = divmod(missing, len(line))
    if rest == 1:  # a line end alone has two bytes
        whole, rest = whole - 1, rest + len(line)
    last = b"x" * (rest - len(b"\r\n")) + b"\r\n" if rest else b""
    return message + line * max(whole, 0) + last if missing > 1 else message


def _header(name: str, value: str) -> str:
    """Write a header whose value is text."""
    _refuse_line_breaks(name, value)
    if not value.isascii():
        encoded = Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
        return f"{name}: {encoded}\r\n"
    return _folded(f"{name}: {value}")


def _address_header(name: str, value: str) -> str:
    """Write a header whose value is a list of addresses."""
    _refuse_line_breaks(name, value)
    if value.isascii():
        return _folded(f"{name}: {value}")
    return _folded(f"{name}: {''.join(_encoded_names(list(tokens(value))))}")


def _encoded_names(read: Sequence[Token]) -> Iterator[str]:
    """Encode the words of display names that are not ASCII; addresses stay unchanged.

    Neighboring words become one text: the space between two encoded words would be lost.
    """
    run: list[str] = []
    space = ""
    inside = False
    following = (*(token.text for token in read[1:]), "")
    before = ""
    for token, after in zip(read, following, strict=True):
        inside = token.text == "<" or (inside and token.text != ">")
        if run and token.kind is TokenKind.SPACE:
            space += token.text
        elif not inside and "@" not in {before, after} and _is_name(token):
            run += [space, _unquoted(token)]
            space = ""
        else:
            yield _encoded(run) + space + token.text
            run, space = [], ""
        before = token.text
    yield _encoded(run) + space


def _is_name(token: Token) -> bool:
    """Whether a token can only be sent as an encoded word."""
    return token.kind in {TokenKind.WORD, TokenKind.QUOTED} and not token.text.isascii()


def _unquoted(token: Token) -> str:
    """The text of a word, without quotes (RFC 5322 §3.2.4)."""
    if token.kind is not TokenKind.QUOTED:
        return token.text
    return re.sub(r"\\(.)", r"\1", token.text[1:-1])


def _encoded(run: Sequence[str]) -> str:
    """One text as encoded words, on one line."""
    text = "".join(run)
    return Header(text, "utf-8", maxlinelen=75).encode(linesep="").strip() if text else ""


def _refuse_line_breaks(name: str, value: str) -> None:
    """A line break would turn what follows it into another header."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` is not the name of a header",
            help="letters, digits and signs without space or colon",
        )
    if _LINE_END.search(value):
        raise UsageError(f"the value of header `{name}` has a line break")


def _folded(line: str) -> str:
    """Fold a line at its spaces if it is longer than SMTP allows; unfolding restores it."""
    if len(line.encode("utf-8", "replace")) <= _LINE_LIMIT:
        return line + "\r\n"
    parts: list[str] = []
    start, end = 0, line.rfind(" ", 1, _FOLD_AT)
    while end > start:
        parts.append(line[start:end])
        start, end = end, line.rfind(" ", end + 1, end + _FOLD_AT)
    return "\r\n".join((*parts, line[start:])) + "\r\n"
