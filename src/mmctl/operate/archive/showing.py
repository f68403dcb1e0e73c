"""An archived message as people read it: its header, its text, what is attached."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from mmctl.mail.encoded_words import decode_words
from mmctl.mail.part_content import decoded, text_of
from mmctl.mail.parts import parts_of
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.judge.trace import Trace
    from mmctl.operate.archive.message import ArchivedMessage

MOST_TEXT: Final = 64 * 1024
"""Bytes of the text that are shown."""
MOST_FIELDS: Final = 100
_LONGEST_FIELD: Final = 2000
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template"})
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
    """The words of an HTML text, and where its links lead."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.found).splitlines())
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    """Collects words; nothing is fetched, and no script runs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a line break, a link, or that what follows is not seen."""
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _BREAKS:
            self.found.append("\n")
        link = dict(attrs).get("href") if tag == "a" else None
        if link:
            self.found.append(f"<{link}> ")

    def handle_endtag(self, tag: str) -> None:
        """Note a line break, or that what follows is seen again."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Collect words that are seen."""
        if not self._unseen:
            self.found.append(data)
