"""The client that a Received header names: its address, its HELO name, its TLS (RFC 5321 §4.4)."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from mmctl.mail.email import Session, Tls
from mmctl.mail.marked import COMMENT, DIGITS, MARK, marked

_SPACE: Final = r" \t\r\n"
_SPECIAL: Final = r"\[<>,;:@()"
_BEFORE: Final = rf"(?<=[{_SPACE}{_SPECIAL}{DIGITS}])"
_AFTER: Final = rf"(?=[{_SPACE}{_SPECIAL}{MARK}{COMMENT}]|=\?|\Z)"
# The form of nearly all: a name, comments, `by`.
_FLAT_COMMENT: Final = re.compile(r"\([^()\\]*+\)")
_USUAL: Final = re.compile(
    r"from[ \t]++([\w.-]++)((?:[ \t]++\([^()\\]*+\))+)[ \t]++by(?=[ \t])", re.IGNORECASE
)
_BYTE: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_DOTTED: Final = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
# Of these most: one comment, with a name and an IPv4 address. `HELO` may say what the name is.
_PLAIN: Final = re.compile(
    r"from[ \t]++(?!by[ \t])([\w.-]++)[ \t]++\((?:(?![\w.-]*+(?<=HELO|EHLO)[ ])[\w.-]++[ ])?"
    rf"\[({_DOTTED})\]\)[ \t]++by(?=[ \t])",
    re.IGNORECASE,
)
_FROM: Final = re.compile(rf"[{_SPACE}]*+from{_AFTER}", re.IGNORECASE)
_MAY_BE_FROM: Final = re.compile(rf"[{_SPACE}]*+(?:from|[\"(])", re.IGNORECASE)
_HAS_FROM: Final = re.compile("from", re.IGNORECASE)
_BY: Final = re.compile(rf"{_BEFORE}by{_AFTER}", re.IGNORECASE)
_FIRST: Final = re.compile(
    rf"[{_SPACE}]*+({MARK}[{DIGITS}]{{3}}|(?:[^{_SPACE}{_SPECIAL}={MARK}{COMMENT}]++|=(?!\?))++"
    rf"|[^{COMMENT}])",
)
_HELO_IN_COMMENT: Final = re.compile(r"\b(?:helo=|HELO |EHLO )\[?([^\s\])]+)", re.ASCII)
_BRACKETED: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]")
_POSSIBLE_IP: Final = re.compile(r"(?<![\w.:-])[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*(?![\w-])", re.ASCII)
_IPV4: Final = re.compile(_DOTTED)
_MAY_BE_IPV6: Final = re.compile(r"(?!.*::.*::)(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f.]*")
_LONGEST_IP: Final = 45
_TLS_VERSION: Final = re.compile(r"TLS ?v?1[._]([23])\b", re.ASCII | re.IGNORECASE)
_TLS: Final = {"2": Tls.TLS1_2, "3": Tls.TLS1_3}


def client_of(value: str) -> Session | None:
    """The client of a Received value; None: it does not begin with `from`."""
    if plainly := _PLAIN.match(value):
        return Session(source_ip=plainly[2], helo=plainly[1], tls=_tls(value))
    if usual := _USUAL.match(value):
        plain, comments = usual[1], " ".join(_FLAT_COMMENT.findall(usual[2]))
        if plain.lower() != "by":
            return _client(plain, comments, value)
    may_be = _MAY_BE_FROM.match(value) is not None and _HAS_FROM.search(value) is not None
    return _client_of_any(value) if may_be else None


def _client_of_any(value: str) -> Session | None:
    cut = marked(value)
    begin = _FROM.match(cut.text)
    if begin is None:
        return None
    by = _BY.search(cut.text, begin.end())
    clause = cut.text[begin.end() : by.start() if by else len(cut.text)]
    first = _FIRST.match(clause)
    plain = cut.restored(first[1]) if first else ""
    # A hostile value repeats its comments, and what one of them has is found in its first copy.
    return _client(plain, " ".join(dict.fromkeys(cut.comments(clause))), value)


def _client(plain: str, comments: str, value: str) -> Session:
    """The client by the first word after `from`, and the comments before `by`."""
    # Searching takes longer than looking whether there is anything to find.
    says_helo = "helo=" in comments or "HELO " in comments or "EHLO " in comments
    helo = _HELO_IN_COMMENT.search(comments) if says_helo else None
    without_helo = _HELO_IN_COMMENT.sub("", comments) if helo else comments
    return Session(
        source_ip=_address_in(without_helo) or _address_in(plain),
        helo=(helo[1] if helo else plain) or None,
        tls=_tls(value),
    )


def _tls(value: str) -> Tls | None:
    """The version of TLS that is named anywhere in the value."""
    version = _TLS_VERSION.search(value) if "tls" in value.lower() else None
    return _TLS[version[1]] if version else None


def _address_in(text: str) -> str | None:
    """The first IP address in brackets, else the first outside of them."""
    for pattern in (_BRACKETED, _POSSIBLE_IP):
        for written in dict.fromkeys(pattern.findall(text)):
            if address := _ip(written[:_LONGEST_IP]):
                return address
    return None


@lru_cache(maxsize=4096)
def _ip(written: str) -> str | None:
    """An IP address in its usual form; None: the text is not one."""
    if _IPV4.fullmatch(written):
        return written
    if not _MAY_BE_IPV6.fullmatch(written):
        return None
    try:
        return str(ip_address(written))
    except ValueError:
        return None
