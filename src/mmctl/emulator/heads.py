"""The head of an HTTP request: whatever two parsers could understand differently is refused.

If a head says something twice, a proxy and a server may each believe a different one; such a
request is refused. Nothing here depends on what a request is for.
"""

from __future__ import annotations

import re
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from mmctl.records import dataclass

if TYPE_CHECKING:
    from email.message import Message

LARGEST_BODY: Final = 16 * 1024 * 1024
_ONCE: Final = (
    "Content-Length",
    "Transfer-Encoding",
    "Content-Type",
    "Content-Encoding",
    "Host",
    "Authorization",
    "X-Amz-Target",
    "X-Amz-Security-Token",
    "Smithy-Protocol",
    "Expect",
    "Connection",
)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_DIGITS: Final = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class BadRequest:
    """Why a request is refused: the status, and in plain words what to send instead."""

    status: HTTPStatus
    text: str


def body_length(head: Message, *, may_lack: bool = False) -> int | BadRequest:
    """Return how many bytes the body has, or why the head is refused.

    `may_lack`: the method has no body, and needs no length.
    """
    fault = _unclear(head)
    if fault is None and may_lack and "Content-Length" not in head:
        return 0 if "Transfer-Encoding" not in head else _length(head)
    return fault or _length(head)


def _unclear(head: Message) -> BadRequest | None:
    if head.defects or head.get_unixfrom():
        return _bad("send each header as `Name: value` on a line of its own")
    for name, value in head.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            return _bad("send headers in one line each, without control characters")
    counts = Counter(name.lower() for name, _ in head.items())
    for name in _ONCE:
        if counts[name.lower()] > 1:
            return _bad(f"send one {name}, got {counts[name.lower()]}")
    return None


def _length(head: Message) -> int | BadRequest:
    length = head.get("Content-Length")
    if "Transfer-Encoding" in head:
        if length is not None:
            return _bad("send a Content-Length and no Transfer-Encoding, got both")
        return BadRequest(
            HTTPStatus.LENGTH_REQUIRED, "send a Content-Length and no Transfer-Encoding"
        )
    if length is None:
        return BadRequest(HTTPStatus.LENGTH_REQUIRED, "send a Content-Length")
    if not _DIGITS.fullmatch(length):
        return _bad("send a Content-Length of digits alone")
    if len(length) > len(str(LARGEST_BODY)) or int(length) > LARGEST_BODY:
        return BadRequest(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"send a body of at most {LARGEST_BODY} bytes"
        )
    return int(length)


def _bad(text: str) -> BadRequest:
    return BadRequest(HTTPStatus.BAD_REQUEST, text)
