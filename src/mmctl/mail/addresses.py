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
from typing import TYPE_CHECKING, Final

from mmctl.mail.marked import MARK, marked
from mmctl.mail.plain_lists import NAME, spaced, specs_by_value, specs_of_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_KEPT: Final = 1000
"""Characters of a value whose result is kept for later messages: senders recur."""
MOST_KEPT: Final = 8192
_SHORT: Final = 4000
"""Characters of a value that is tried as one of the usual forms."""

# The two forms of nearly all headers, taken in one match; they mean the same in the full parser.
# Without `?` the address cannot contain the end of an encoded word.
_SPEC: Final = r'[^\s"(),:;<>@\[\]\\?]++@[^\s"(),:;<>@\[\]\\?]++'
_ANGLED: Final = re.compile(rf'(?:"[^"\\]*+"|[^"(),:;<>@\[\]\\]*+) ?<({_SPEC})>')
# Lists of them, whose names may have encoded words.
_MAILBOX: Final = rf"[ \t]*+(?:(?:{NAME}<{_SPEC}>|{_SPEC})[ \t]*+)?"
_LIST: Final = re.compile(rf"{_MAILBOX}(?:,{_MAILBOX})*")
_SPECS: Final = re.compile(rf"[ \t]*+(?:{NAME}<)?({_SPEC})>?[ \t]*+,?")
_BARE_LIST: Final = re.compile(rf"{_SPEC}(?:,[ \t]*+{_SPEC})*+")

_ROUTE: Final = re.compile(r"<@[^<>:,;]*+[,;][^<>:]*+")
# Every `<…>` of a mailbox is an address, so that one with several is as good as several mailboxes.
_BEFORE_ANOTHER: Final = re.compile(r"(<[^<>,;]*+>)(?=[^<>:,;]*+<[^<>,;]*+>)")
# Mailboxes by the thousand, each followed by a comma; nothing is found in those of another form.
_ANGLES: Final = re.compile(
    r"(?:[^<>,]*+<(?:@[^<>:,]*+:)?+([^<>@,][^<>,]*+)>[^<>:,]*+(?=,)|[^,]*+),"
)
_UP_TO_COLON: Final = re.compile(r"(?<![^,])(?:[^,:]*+:)++")
_AFTER_ANGLE: Final = re.compile(r",(?:[^,<]*+<)*+([^,]*+)")
_AROUND_COMMA: Final = re.compile(" ?, ?")
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
_NOTHING: Final = "\ud8fc"
_SEVERAL: Final = 16
"""If mailboxes have more `<…>` than that, it pays to read one by one."""
_MANY: Final = 100
"""More headers of one name are read together: only a hostile message has them."""
_FEW: Final = 16
"""So many mailboxes are read one by one."""


def addresses(text: str) -> tuple[str, ...]:
    """The address specs of an unfolded, undecoded header value, in order.

    Quoted local parts stay as written; white space, comments and source routes are left out;
    groups yield their members. Every `<…>` of a mailbox is an address. Outside of them a word with
    `@` is one, and so is a single word (`root`), as local mail systems write it.
    """
    if len(text) <= LONGEST_KEPT:
        return _kept(text)
    if len(text) <= _SHORT:
        return _read_short(text)
    found = specs_of_plain(text)
    return of_any(text) if found is None else tuple(found)


def addresses_by_value(values: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The address specs of each of some headers."""
    found = specs_by_value(values) if len(values) > _MANY else None
    return tuple([addresses(value) for value in values]) if found is None else found


def _read_short(text: str) -> tuple[str, ...]:
    if "<" not in text:
        if _BARE_LIST.fullmatch(text):
            return tuple([spec.lstrip(" \t") for spec in text.split(",")])
    elif found := _ANGLED.fullmatch(text):
        return (found[1],)
    # Matching keeps a place to go back to for each mailbox: too many for a hostile list.
    if _LIST.fullmatch(text):
        return tuple(_SPECS.findall(text))
    return of_any(text)


_kept: Final = lru_cache(maxsize=MOST_KEPT)(_read_short)


def are_parts(text: str) -> bool:
    """Whether each address of a header is a part of its text as it stands; if not seen, no."""
    return _LIST.fullmatch(text) is not None


def of_any(text: str) -> tuple[str, ...]:
    """The address specs of any text."""
    cut = marked(text, comments=False)
    plain = spaced(cut.text)
    routed = "<@" in plain
    if routed:
        plain = _ROUTE.sub(_hide_separators, plain)
    plain = plain.replace(";", ",")
    commas, angles = plain.count(","), plain.count("<")
    if _FEW < commas < angles <= _SEVERAL * commas:
        plain = _BEFORE_ANOTHER.sub(r"\1,", plain)
    parts = plain.split(",")
    if routed:
        parts[-1:] = _after_open_route(parts[-1])
        plain = ",".join(parts)
    specs = _specs(parts, plain)
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


def _specs(parts: Sequence[str], text: str) -> tuple[str, ...]:
    """The specs of mailboxes: few one by one, and many together, so that each is done in C."""
    if len(parts) <= _FEW:
        return tuple(chain.from_iterable(map(_mailbox, parts)))
    several: dict[str, tuple[str, ...]] = {}
    if "<" not in text or not (">" in text or ":" in text):
        found: Iterable[str] = _words_of(parts, text, several)
    else:
        angled = {part: "" for part in parts if "<" in part}
        bare = list(dict.fromkeys([part for part in parts if part not in angled]))
        known = dict(zip(bare, _words_of(bare, ",".join(bare), several), strict=True))
        _add_angled(angled, several)
        found = map((known | angled).__getitem__, parts)
    if not several:
        return tuple(filter(None, found))
    return tuple(
        [
            spec
            for part, word in zip(parts, found, strict=True)
            for spec in ((word,) if word else several.get(part, ()))
        ]
    )


def _words_of(
    parts: Sequence[str], text: str, several: dict[str, tuple[str, ...]]
) -> Sequence[str]:
    """The only spec of each mailbox without `<…>`; empty: it has none, or is in `several`.

    `text` has all of them with commas.
    """
    joined = text
    if "<" in text:
        text = ",".join(_AFTER_ANGLE.findall("," + text))
    text = text.replace(">", "")
    if ":" in text and "<" not in joined:
        text = _UP_TO_COLON.sub("", text)
    if " " in text:
        text = _SPACES.sub(" ", text) if "  " in text else text
        text = _AROUND_GLUE.sub("", text) if "." in text or "@" in text else text
        text = _AROUND_COMMA.sub(",", text).strip(" ")
    words = parts if text == joined else text.split(",")
    if " " in text:
        for part, word in zip(parts, words, strict=True):
            if " " in word and "@" in word:
                several[part] = _with_at(word)
        words = ["" if " " in word else word for word in words]
    if _NOT_A_WORD.search(text):
        words = [word if "@" in word or not _NOT_A_WORD.search(word) else "" for word in words]
    if text[:1] == "@" or ",@" in text:
        words = ["" if word[:1] == "@" else word for word in words]
    return words


def _add_angled(known: dict[str, str], several: dict[str, tuple[str, ...]]) -> None:
    """Add the specs of mailboxes with a `<`, as `_words_of` gives them."""
    unended = [part for part in known if ">" not in part]
    if unended:
        known.update(zip(unended, _words_of(unended, ",".join(unended), several), strict=True))
    ended = [part for part in known if ">" in part] if unended else list(known)
    text = ",".join(ended).replace(" ", "").replace("<>", f"<{_NOTHING}>")
    found = _ANGLES.findall(f"{text},") if ended else []
    known.update(zip(ended, found, strict=True))
    if _NOTHING in text or "" in found:
        for part, spec in zip(ended, found, strict=True):
            if spec in {"", _NOTHING}:
                known[part] = ""
                if not spec:
                    several[part] = _mailbox(part)


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
    return _words(outside)


def _words(text: str) -> tuple[str, ...]:
    """The addresses among words: those with an `@`, or the only word."""
    if "@" not in text:
        return (text,) if text and not _NOT_A_WORD.search(text) else ()
    return _with_at(text)


def _with_at(text: str) -> tuple[str, ...]:
    """The words that are addresses in a text with an `@`."""
    return tuple([word for word in text.split(" ") if "@" in word and word[0] != "@"])
