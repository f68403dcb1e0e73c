"""What a person reads of a message: its text, its HTML without teeth, its attachments."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from mmctl.counted import counted
from mmctl.mail.encoded_words import decode_words
from mmctl.mail.part_content import decoded, file_name, text_of
from mmctl.mail.parts import parts_of
from mmctl.render.html.foreign import LONGEST, PICTURES, Foreign, inert
from mmctl.render.html.mail_view import Attached, MailBody

if TYPE_CHECKING:
    from mmctl.mail.parts import MimePart, MimeParts

TEXT_AT_MOST: Final = 256 * 1024
"""Bytes of text, and of source, that the page shows."""
PICTURE_AT_MOST: Final = 5 * 1024 * 1024
PICTURES_AT_MOST: Final = 10 * 1024 * 1024
"""Bytes of the pictures of one message that are put into its HTML."""


def body_of(content: bytes) -> MailBody:
    """What the page shows of a message."""
    parts = parts_of(content)
    foreign = None if parts.html is None else _foreign(content, parts, parts.html)
    text = None if parts.text is None else text_of(content, parts.text, at_most=TEXT_AT_MOST)
    notes = list(parts.notes)
    if parts.text is not None and parts.text.end - parts.text.start > TEXT_AT_MOST:
        notes.append(f"the first {TEXT_AT_MOST // 1024} KiB of the text are shown")
    return MailBody(
        text=text,
        html=foreign is not None,
        left_out=() if foreign is None else tuple(_left_out(foreign)),
        links=() if foreign is None else tuple(foreign.links),
        attached=tuple(_attached(content, part) for part in parts.attachments),
        fields=tuple((name, _decoded(value)) for name, value in parts.fields),
        source=_source(content),
        notes=tuple(notes),
    )


def html_of(content: bytes) -> str | None:
    """The HTML of a message for a frame; None: it has none."""
    parts = parts_of(content)
    return None if parts.html is None else _foreign(content, parts, parts.html).html


def attachment(content: bytes, path: str) -> tuple[str, bytes] | None:
    """The name and the bytes of a part; None: there is no such part."""
    part = parts_of(content).of(path)
    return None if part is None else (file_name(part), decoded(content, part))


def _foreign(content: bytes, parts: MimeParts, html: MimePart) -> Foreign:
    pictures = {part.cid: part for part in parts.parts if part.cid}
    made: dict[str, str] = {}
    left = PICTURES_AT_MOST

    def picture(cid: str) -> str | None:
        nonlocal left
        part = pictures.get(cid)
        if part is None or part.type not in {f"image/{kind}" for kind in PICTURES}:
            return None
        if cid not in made:
            size = part.end - part.start
            if size > PICTURE_AT_MOST or size > left:
                return None
            left -= size
            packed = base64.b64encode(decoded(content, part)).decode()
            made[cid] = f"data:{part.type};base64,{packed}"
        return made[cid]

    text = text_of(content, html, at_most=4 * LONGEST)
    return inert(text, picture)


def _left_out(foreign: Foreign) -> list[str]:
    found = (
        (foreign.remote, "picture or style from elsewhere", "pictures or styles from elsewhere"),
        (foreign.scripts, "script", "scripts"),
        (foreign.forms, "form", "forms"),
    )
    said = [f"{counted(count, one, many)} not loaded" for count, one, many in found if count]
    return [*said, f"only the first {LONGEST:,} characters of the HTML"] if foreign.cut else said


def _attached(content: bytes, part: MimePart) -> Attached:
    size = part.end - part.start
    if part.encoding == "base64":
        # Lines have 76 characters and a line end; the exact size is that of the saved file.
        size = len(decoded(content, part)) if size <= TEXT_AT_MOST else size * 57 // 78
    return Attached(path=part.path, name=file_name(part), type=part.type[:100], size=size)


def _decoded(value: str) -> str:
    return decode_words(value).text


def _source(content: bytes) -> str:
    start = content[:TEXT_AT_MOST]
    text = start.decode("utf-8", "replace").replace("\r\n", "\n")
    left = len(content) - len(start)
    return f"{text}\n[{left:,} more bytes: save the message as a file]" if left else text
