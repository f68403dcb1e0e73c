"""Header sections that are made to cost much, of any size."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Header: TypeAlias = Callable[[int], bytes]
    """Makes a header section of about so many bytes."""

REPEATED: Final = (
    *("<", ">", "(", ")", '"', ",", ";", ":", "@", "[", "]", ".", "=", "?", "\\", " ", "\t", "a"),
    *("=?", "=?utf-8?q?", "=?utf-8?q?x", "=?u?b?YQ?=", "=?utf-8?q?=C3?= ", "=?iso-2022-jp?b?GyRC"),
    *("()", '""', "<>", "[]", "(a", "((a))", "(()", '("', '"(', '"\\"', '\\"', "(\\", ")("),
    *(
        "a,",
        "a;",
        "a ",
        "a b,",
        "a@b,",
        "a@b ",
        "<a@b>",
        "<a@b>,",
        '"a"@b,',
        '<"a"@b>',
        "a . b@",
        "a.",
    ),
    *("<@a,", "<@a:b>", "<@a:b,", "<a<b>", "<,", ":;", ".@", "from ", "by ", "from by ", "[1]"),
    *("[1:2:3]", "(helo=", "1.2.3.", "TLS1.", "spf=pass;", "dkim=pass header.d=b;", "=;", "a=b;"),
    *("\u00e9", "\u65e5", "\0", "p=reject", "(p=reject)", "v=1;", "dmarc=fail (p=x);"),
)
"""Units of values that consist of one unit."""
COUNTED: Final[Mapping[str, str]] = {
    "addresses": "User {0} <user{0}@example.com>, ",
    "bare addresses": "{0}@b,",
    "quoted addresses": '<"{0}"@b>,',
    "broken addresses": "<{0:x},",
    "names": "{0:x} b,",
    "comments": "({0:x})",
    "encoded words": "=?utf-8?q?{0}?= x",
    "character sets": "=?c{0}?q?x?= ",
    "signers": "dkim=pass header.d=a{0}.b;",
    "IP addresses": "[{0:x}:1::2:3:4]",
    "spaced addresses": "<a {0:x}@b>,",
    "routed addresses": "<@a{0:x}:b@c>,",
    "routes with commas": "<@a,b{0:x}:c@d>,",
    "pairs of addresses": "<{0:x}@b><c@d>,",
    "empty and not": "<>{0:x},",
    "groups": "g{0:x}: a{0:x}@b;",
    "ended words": "{0:x}@b>,",
    "words in groups": "{0:x}@b c@d,",
    "spaced words": "a . {0:x} @ b,",
    "quoted names": '"B, A {0:x}" <a@b{0:x}>, ',
    "literals": "a@[{0:x}.1.2.3],",
    "domains": "a@{0:x}.c,",
    "deep names": "a@{0:x}.b.c.d.e.f.example,",
    "listed domains": "{0:x}@B.Example,",
    "starred": "user1{0:x}@d2.example, ",
    "base64 words": "=?utf-8?b?{0:08d}?= ",
    "words that end early": "=?utf-8?q?{0:x}? =?",
    "values of rules": "Offer win@example.org value1x1 value2x{0} ",
    "capitals": "USER{0}@D.EXAMPLE,",
    "nested comments": "((((({0:x})))))",
}
"""Values whose parts differ."""
FIELDS: Final = (
    *("From", "Subject", "Received", "Authentication-Results", "Received-SPF", "Return-Path"),
    *("Delivered-To", "DKIM-Signature", "X-A"),
)
"""Where a value is put, one at a time."""
_PREFIXES: Final = {
    "Received": "from a (",
    "Authentication-Results": "mx; dkim=pass header.d=b; ",
    "DKIM-Signature": "v=1; a=rsa-sha256; b=YQ==; bh=YQ==; d=b; h=from; s=s; x=",
}


def values() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Each value with its name."""
    for unit in REPEATED:
        yield repr(unit), partial(_repeated, unit)
    for name, unit in COUNTED.items():
        yield name, partial(_numbered, unit)


def headers() -> Iterator[tuple[str, Header]]:
    """Each header section with its name."""
    for field in FIELDS:
        for name, value in values():
            yield f"{field}: {name}", partial(with_value, field, value)
    yield from STRUCTURES.items()


def with_value(field: str, value: Callable[[int], str], size: int) -> bytes:
    """A header section with a value in one field."""
    return _field(field, value(size))


def _repeated(unit: str, size: int) -> str:
    return unit * (size // len(unit.encode()) + 1)


def _field(name: str, value: str) -> bytes:
    author = "" if name == "From" else "From: a@b\r\n"
    prefix = _PREFIXES.get(name, "")
    return f"{author}{name}: {prefix}{value}\r\n\r\n".encode("utf-8", "replace")


def _numbered(unit: str, size: int) -> str:
    parts: list[str] = []
    length = 0
    for number in count():
        parts.append(unit.format(number))
        length += len(parts[-1])
        if length >= size:
            return "".join(parts)
    return ""


def _lines(line: str) -> Header:
    return lambda size: _numbered(line, size).encode() + b"\r\n"


STRUCTURES: Final[Mapping[str, Header]] = {
    "recipients in To and Cc": lambda size: (
        ("To: " + _numbered("u{0}@b,", size // 2)).encode()
        + ("\r\nCc: " + _numbered("User <u{0}@c.example>, ", size // 2)).encode()
        + b"\r\n\r\n"
    ),
    "many To": _lines("To: u{0}@b\r\n"),
    "folded addresses": lambda size: (
        ("From: " + _numbered("u{0}@b,\r\n ", size)).encode() + b"\r\n\r\n"
    ),
    "nested comments without end": lambda size: b"From: " + b"(()" * (size // 3) + b"\r\n\r\n",
    "deep comment": lambda size: (
        b"From: " + b"(" * (size // 2) + b")" * (size // 2) + b"a@b\r\n\r\n"
    ),
    "one name of addresses and NUL": lambda size: b"From: " + b"a@\0b," * (size // 5) + b"\r\n\r\n",
    "8-bit addresses": lambda size: (
        b"From: " + _numbered("\u00e9{0}@b,", size).encode("latin-1") + b"\r\n\r\n"
    ),
    "short headers": _lines("a:\n"),
    "many names": _lines("x{0:x}:\n"),
    "one name": _lines("X-A: b\r\n"),
    "one name in words": _lines("X-{0:x}: =?utf-8?q?a?=\n"),
    "no headers": _lines("a\n"),
    "invalid names": _lines("({0:x}:\n"),
    "deep domain": lambda size: b"From: x@" + b"a." * (size // 2) + b"a\r\n\r\n",
    "deep domains": _lines(f"From: {{0}}@{'a.' * 120}b\r\n"),
    "only colons": _lines(":\n"),
    "long name": lambda size: b"a" * size + b": b\r\n\r\n",
    "long line without colon": lambda size: b"a" * size + b"\r\n\r\n",
    "folds": lambda size: b"Subject: a" + b"\r\n " * (size // 3) + b"\r\n\r\n",
    "folds with words": lambda size: b"Subject: a" + b"\n =?u?q?x?=" * (size // 11) + b"\n\n",
    "folds in a signature": lambda size: (
        b"From: a@b\r\nDKIM-Signature: v=1;" + b"\r\n a" * (size // 4) + b"\r\n\r\n"
    ),
    "bare carriage returns": lambda size: b"X-A: b\r" * (size // 7),
    "only carriage returns": lambda size: b"a\r" * (size // 2),
    "8-bit": lambda size: b"Subject: " + b"\xff" * size + b"\r\n\r\n",
    "8-bit pairs": lambda size: b"Subject: " + b"\xc3(" * (size // 2) + b"\r\n\r\n",
    "UTF-16": lambda size: ("Subject: " + "<" * (size // 2)).encode("utf-16"),
    "white space in a signature": lambda size: (
        b"From: a@b\r\nDKIM-Signature: v=1; a=rsa-sha256; d=b; s=s; h=from; bh=YQ==; b="
        + b" " * size
        + b"!\r\n\r\n"
    ),
    "signatures": _lines("DKIM-Signature: v=1; d=a{0}.b\r\n"),
    "empty signatures": _lines("DKIM-Signature:\r\n"),
    "results": _lines("Authentication-Results: mx; dkim=pass header.d=a{0}.b\r\n"),
    "results of others": lambda size: (
        b"Authentication-Results: mx; spf=pass\r\n"
        + b"Authentication-Results: x; spf=fail\r\n" * (size // 37)
    ),
    "Received without clients": _lines("Received: by a\r\n"),
    "quoted Received": _lines('Received: "x\r\n'),
    "Received chain": _lines("Received: from a{0} (b [192.0.2.1]) by c\r\n"),
    "authors": _lines("From: a@b{0}.example\r\n"),
    "receipts": _lines("Return-Receipt-To:\r\n"),
    "signers and authors": lambda size: (
        _numbered("From: a@b{0}.c\r\n", size // 2)
        + _numbered("Authentication-Results: mx; dkim=pass header.d=d{0}.e\r\n", size // 2)
    ).encode(),
}
"""Whole header sections."""
