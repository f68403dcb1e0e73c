"""Messages that nobody would write: real and nasty ones, damaged as mail gets damaged and worse.

The same seed and number always give the same message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

LONGEST: Final = 256 * 1024
"""Bytes of a source message that are mutated: the rest of a long body changes nothing."""
_MOST_CHANGES: Final = 6
_IN_HEADER: Final = 0.8
_TOKENS: Final = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b"\t", b" ", b"\xff", b"\xc3", b"\xe2\x82"),
    *(b":", b";", b",", b"<", b">", b"<>", b"@", b'"', b"\\", b"(", b")", b"[", b"]", b"."),
    *(b"=?", b"?=", b"=?utf-8?B?", b"=?utf-8?Q?=41?=", b"=?utf-7?Q?+2AA-?=", b"=?x?b?!?="),
    *(b"=?iso-2022-jp?B?GyRC?=", b"=?utf-8?B?/////w==?= ", b"=?utf-16?B?2AA=?="),
    *(b"From ", b"From: ", b"To: undisclosed-recipients:;", b"a@b@c", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(b"Received: from x ([IPv6:2001:db8::1]) by y; now", b"Return-Path: <>", b"Delivered-To: "),
    *(b"Authentication-Results: x; spf=", b"DKIM-Signature: v=1; a=rsa-sha256; d=", b"X-Spam: "),
)
_HEADERS: Final = (
    *(b"From", b"To", b"Cc", b"Sender", b"Subject", b"X-Spam", b"X-Spam-Status", b"Received"),
    *(b"Return-Path", b"Delivered-To", b"X-Original-To", b"Authentication-Results"),
    *(b"Received-SPF", b"DKIM-Signature", b"Disposition-Notification-To", b""),
)
_DEEP: Final = (b"(", b"<", b'"', b"=?utf-8?Q?a?= ", b"@a,", b"a:;", b"\r\n ", b"a ", b"[")


def mutated(sources: Sequence[bytes], dice: random.Random) -> bytes:
    """A message made of others by a few changes."""
    message = dice.choice(sources)[:LONGEST]
    for _ in range(dice.randint(1, _MOST_CHANGES)):
        message = dice.choice(_CHANGES)(message, sources, dice)
    return message[:LONGEST]


def _place(message: bytes, dice: random.Random) -> int:
    """Somewhere, mostly in the header: what rules read is there."""
    if dice.random() < _IN_HEADER:
        found = re.search(rb"\r?\n\r?\n", message)
        return dice.randint(0, found.start() if found else len(message))
    return dice.randint(0, len(message))


def _bytes(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    changed = bytearray(message)
    for _count in range(dice.randint(1, 8) if changed else 0):
        changed[min(_place(message, dice), len(changed) - 1)] = dice.randrange(256)
    return bytes(changed)


def _inserted(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    at = _place(message, dice)
    return message[:at] + b"".join(dice.choices(_TOKENS, k=dice.randint(1, 4))) + message[at:]


def _cut_out(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    at = _place(message, dice)
    return message[:at] + message[at + dice.randint(1, 200) :]


def _cut_off(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    return message[: _place(message, dice)]


def _repeated(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    at = _place(message, dice)
    part = message[at : at + dice.randint(1, 400)]
    return message[:at] + part * dice.choice((2, 3, 50)) + message[at:]


def _spliced(message: bytes, sources: Sequence[bytes], dice: random.Random) -> bytes:
    other = dice.choice(sources)[:LONGEST]
    return message[: _place(message, dice)] + other[_place(other, dice) :]


def _header(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    value = b"".join(dice.choices(_TOKENS, k=dice.randint(0, 12)))
    line = dice.choice(_HEADERS) + dice.choice((b": ", b":", b" : ", b"")) + value
    lines = message.split(b"\n", dice.randint(0, 12))
    return b"\n".join((*lines[:-1], line, lines[-1]))


def _deep(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    at = _place(message, dice)
    return message[:at] + dice.choice(_DEEP) * dice.choice((10, 100, 2000)) + message[at:]


def _lines(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    lines = message.splitlines(keepends=True)
    head = lines[:30]
    dice.shuffle(head)
    return b"".join((*head, *lines[30:]))


def _line_ends(message: bytes, _: Sequence[bytes], dice: random.Random) -> bytes:
    ends = dice.choice(((b"\r\n",), (b"\n",), (b"\r",), (b"\r\n", b"\n"), (b"\r\n", b"\n", b"\r")))
    head, rest = message[:4096], message[4096:]
    return re.sub(rb"\r\n|\r|\n", lambda _found: dice.choice(ends), head) + rest


_CHANGES: Final[tuple[Callable[[bytes, Sequence[bytes], random.Random], bytes], ...]] = (
    *(_bytes, _inserted, _inserted, _cut_out, _cut_off, _repeated, _spliced, _header, _header),
    *(_deep, _lines, _line_ends),
)
