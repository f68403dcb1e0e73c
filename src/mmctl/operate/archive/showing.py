"""An archived message as people read it: its header, its text, what is attached."""

from __future__ import annotations

import re
from html import unescape
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import decode_words
from mmctl.mail.part_content import decoded, text_of
from mmctl.mail.parts import parts_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.judge.trace import Trace
    from mmctl.operate.archive.message import ArchivedMessage

MOST_TEXT: Final = 64 * 1024
"""Bytes of the text that are shown."""
MOST_FIELDS: Final = 100
_LONGEST_FIELD: Final = 2000
_UNSEEN: Final = frozenset({"script", "style", "title", "template"})
_NAME: Final = re.compile(r"/?[a-z][a-z0-9]*")
_LINK: Final = re.compile(r"""href\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Of ASCII alone: other letters may change their number."""
_LONGEST_TAG: Final = 4000
"""Characters of a tag that are looked at."""
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAttachment:
    """Something that is attached: `size` in bytes, without the transfer encoding."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableMessage:
    """A message as text, and its way through the rules."""

    message: ArchivedMessage
    fields: tuple[tuple[str, str], ...]
    """Names and values, decoded, top to bottom."""
    text: str
    is_cut: bool
    from_html: bool
    """The message has HTML alone; its words are shown."""
    attached: tuple[ListedAttachment, ...]
    notes: tuple[str, ...]
    way: str | None = None
    """What judged: `ingress point mx`."""
    trace: Trace | None = None
    no_way: str | None = None
    """Why nothing was judged."""


def readable(message: ArchivedMessage) -> ReadableMessage:
    """A message as text; never fails, whatever is in it."""
    parts = parts_of(message.content)
    fields = tuple(
        (name, decode_words(value[:_LONGEST_FIELD]).text) for name, value in parts.fields
    )
    shown = parts.text or parts.html
    text = "" if shown is None else text_of(message.content, shown, at_most=MOST_TEXT + 1)
    is_cut = len(text) > MOST_TEXT
    from_html = shown is not None and parts.text is None
    attached = tuple(
        ListedAttachment(
            name=decode_words(part.name).text or f"part {part.path}",
            type=part.type,
            size=len(decoded(message.content, part)),
        )
        for part in parts.attachments
    )
    more = len(fields) - MOST_FIELDS
    cut = (f"{more} more fields are not shown",) if more > 0 else ()
    return ReadableMessage(
        message=message,
        fields=fields[:MOST_FIELDS],
        text=words_of(text[:MOST_TEXT]) if from_html else text[:MOST_TEXT],
        is_cut=is_cut,
        from_html=from_html,
        attached=attached,
        notes=(*parts.notes, *cut),
    )


def words_of(html: str) -> str:
    """The words of an HTML text, and where its links lead; nothing is fetched, no script runs.

    The time grows with the length, whatever is in the text, which no parser of the standard library
    promises.
    """
    lines = (" ".join(line.split()) for line in "".join(_pieces(html)).splitlines())
    return "\n".join(line for line in lines if line)


def _pieces(html: str) -> Iterator[str]:
    """Texts between the tags, links and line ends."""
    lower = html.translate(_LOWER)
    place = 0
    while place < len(html):
        start = html.find("<", place)
        yield unescape(html[place:] if start < 0 else html[place:start])
        is_comment = start >= 0 and html.startswith("<!--", start)
        end = -1 if start < 0 else html.find("-->" if is_comment else ">", start + 1)
        if end < 0:
            return
        place = end + (3 if is_comment else 1)
        tag = lower[start + 1 : min(end, start + _LONGEST_TAG)]
        name = _NAME.match(tag)
        if is_comment or name is None:
            continue
        if name[0] in _UNSEEN:
            close = lower.find(f"</{name[0]}", place)
            if close < 0:
                return
            place = close
        if name[0].lstrip("/") in _BREAKS:
            yield "\n"
        link = _LINK.search(html, start, min(end, start + _LONGEST_TAG)) if name[0] == "a" else None
        if link is not None:
            yield f"<{unescape(link[1] or link[2] or link[3] or '')}> "
