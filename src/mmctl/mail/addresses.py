"""Address lists of headers → address specs (RFC 5322 §3.4, obsolete forms of §4.4).

Works on the header as it was sent: decoding encoded words first would let a display name
become an address (RFC 2047 §5). Display names and comments are never addresses.

A broken or hostile list may have a megabyte, so nothing here is done token by token: what could
hide a comma is replaced by marks first, and then the list is cut up as plain text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import Final

from mmctl.mail.marked import MARK, marked, without_comments

LONGEST_KEPT: Final = 1000
"""Characters of a value whose result is kept for later messages: senders recur."""
MOST_KEPT: Final = 8192

# The two forms of nearly all headers, taken in one match; they mean the same in the full parser.
# Without `?` the address cannot contain the end of an encoded word.
_SPEC: Final = r'[^\s"(),:;<>@\[\]\\?]++@[^\s"(),:;<>@\[\]\\?]++'
_ANGLED: Final = re.compile(rf'(?:"[^"\\]*+"|[^"(),:;<>@\[\]\\]*+) ?<({_SPEC})>')
# Lists of them, whose names may have encoded words.
_WORD: Final = r'=\?[^\s"(),:;<>@\[\]\\?=]++\?[bBqQ]\?[^\s"(),:;<>@\[\]\\?]*+\?='
_NAME: Final = rf'(?:"[^"\\]*+"|(?:[^"(),:;<>@\[\]\\=]++|{_WORD}|=++(?!\?))*)[ \t]*+'
_MAILBOX: Final = rf"[ \t]*+(?:(?:{_NAME}<{_SPEC}>|{_SPEC})[ \t]*+)?"
_LIST: Final = re.compile(rf"{_MAILBOX}(?:,{_MAILBOX})*")
_SPECS: Final = re.compile(rf"[ \t]*+(?:{_NAME}<)?({_SPEC})>?[ \t]*+,?")
_BARE_LIST: Final = re.compile(rf"{_SPEC}(?:,[ \t]*+{_SPEC})*+")

_ROUTE: Final = re.compile(r"<@[^<>:]*+")
_UNENDED: Final = re.compile(r"<[^<>]*+(?=<)")
_ONE_ANGLE: Final = re.compile(r"[^<>:]*+<([^<> @][^<> ]*+)>[^<>:]*+")
_ANGLE: Final = re.compile(r"<([^<>]++)>")
_SPACES: Final = re.compile(r" {2,}+")
_AROUND_GLUE: Final = re.compile(r" (?=[.@])|(?<=[.@]) ")
_NOT_A_WORD: Final = re.compile(f"[ :{MARK}\ud8fe\ud8ff]")
# Marks of separators in a source route: they are part of it.
_COMMA: Final = "\ud8fe"
_BETWEEN: Final = "\ud8fd"
_SEMICOLON: Final = "\ud8ff"


def addresses(text: str) -> tuple[str, ...]:
    """The address specs of an unfolded, undecoded header value, in order.

    Quoted local parts stay as written; white space, comments and source routes are left out;
    groups yield their members. Every `<…>` of a mailbox is an address. Outside of them a word with
    `@` is one, and so is a single word (`root`), as local mail systems write it.
    """
    return _kept(text) if len(text) <= LONGEST_KEPT else _read(text)


def _read(text: str) -> tuple[str, ...]:
    if "<" not in text:
        if _BARE_LIST.fullmatch(text):
            return tuple([spec.lstrip(" \t") for spec in text.split(",")])
    elif found := _ANGLED.fullmatch(text):
        return (found[1],)
    if _LIST.fullmatch(text):
        return tuple(_SPECS.findall(text))
    return of_any(text)


_kept: Final = lru_cache(maxsize=MOST_KEPT)(_read)


def are_parts(text: str) -> bool:
    """Whether each address of a header is a part of its text as it stands; if not seen, no."""
    return _LIST.fullmatch(text) is not None


def of_any(text: str) -> tuple[str, ...]:
    """The address specs of any text."""
    cut = marked(text)
    plain = without_comments(cut.text)
    plain = plain.replace("\t", " ").replace("\r", " ").replace("\n", " ")
    routed = "<@" in plain
    if routed:
        plain = _ROUTE.sub(_hide_separators, plain)
    parts = plain.replace(";", ",").split(",")
    if routed:
        parts[-1:] = _after_open_route(parts[-1])
    # A hostile list repeats itself, or is full of what is no address.
    known = {part: found for part in dict.fromkeys(parts) if (found := _mailbox(part))}
    if len(known) < len(parts):
        parts = list(filter(known.__contains__, parts)) if known else []
    specs = tuple(chain.from_iterable(map(known.__getitem__, parts)))
    if not routed and not cut.parts:
        return specs
    if not specs:
        return ()
    restored = cut.restored(_BETWEEN.join(specs)).replace(_COMMA, ",").replace(_SEMICOLON, ";")
    return tuple(restored.split(_BETWEEN))


def _hide_separators(route: re.Match[str]) -> str:
    return route[0].replace(",", _COMMA).replace(";", _SEMICOLON)


def _after_open_route(part: str) -> list[str]:
    """The last mailbox, cut at the commas of a source route that nothing ends."""
    before, angle, inside = part.rpartition("<")
    if not inside.startswith("@") or ":" in inside or ">" in inside:
        return [part]
    first, *others = inside.split(_COMMA)
    return [before + angle + first, *others]


def _mailbox(part: str) -> tuple[str, ...]:
    """The specs between two commas."""
    if "<" not in part:
        return _bare_specs(part.rpartition(":")[2].replace(">", ""))
    if ">" not in part:
        return _bare_specs(part.rpartition("<")[2])
    if alone := _ONE_ANGLE.fullmatch(part):
        return (alone[1],)
    part = _UNENDED.sub("", part)  # what the next `<` makes void
    specs = tuple(
        [
            spec
            for inside in _ANGLE.findall(part)
            if (spec := _angle_spec(inside) if inside[0] in " @" or " " in inside else inside)
        ]
    )
    outside = _ANGLE.sub("<>", part)
    inside = outside.rpartition("<")[2]
    if not inside.startswith(">"):
        return (*specs, *_bare_specs(inside))
    outside = outside.rpartition(":")[2]  # what comes before is the name of a group
    return specs if "<>" in outside else (*specs, *_bare_specs(outside.replace(">", "")))


def _angle_spec(inside: str) -> str:
    """The address between `<` and `>`, without a source route `@a,@b:` (RFC 5322 §4.4)."""
    spec = inside.replace(" ", "")
    if spec.startswith("@") and ":" in spec:
        spec = spec.partition(":")[2]
    return "" if spec.startswith("@") else spec


def _bare_specs(outside: str) -> tuple[str, ...]:
    """The addresses of a mailbox that has no `<…>`; space around `.` and `@` is ignored (§4.4)."""
    if " " in outside:
        outside = _SPACES.sub(" ", outside) if "  " in outside else outside
        outside = _AROUND_GLUE.sub("", outside) if "." in outside or "@" in outside else outside
        outside = outside.strip(" ")
    if "@" not in outside:
        return (outside,) if outside and not _NOT_A_WORD.search(outside) else ()
    return tuple([word for word in outside.split(" ") if "@" in word and word[0] != "@"])
