"""Texts of headers → the bytes of a message whose reader finds exactly these texts.

A text goes as people write it where the reader gives it back unchanged, else as an encoded word or
as bytes beyond ASCII. Nothing is promised: whoever composes reads the message back.
"""

from __future__ import annotations

from email.header import Header
from typing import TYPE_CHECKING, Final

from mmctl.mail.addresses import addresses
from mmctl.mail.compose import compose_email
from mmctl.mail.reader import read_email
from mmctl.model.facts import CC, SENDER, TO, WRITTEN_HEADERS, EnvelopeFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.analysis.encoding.views import FieldLook
    from mmctl.model.facts import HeaderName

_ADDRESSES: Final = frozenset(fact.key for fact in WRITTEN_HEADERS if fact.holds_addresses)
_SOMEONE: Final = "someone"
_PEOPLE: Final = {
    EnvelopeFact.MAIL_FROM.value: "sender",
    EnvelopeFact.RECIPIENTS.value.removesuffix("s"): "recipient",
    SENDER.key: "secretary",
    TO.key: "addressee",
    CC.key: "colleague",
}
"""Who is called what in addresses that are made up, so that no two fields have the same."""
_NAMED: Final[Mapping[str, HeaderName]] = {fact.key: fact.name for fact in WRITTEN_HEADERS}


def composed(headers: Mapping[str, Sequence[str]], *, decoded: bool) -> bytes:
    """A message with these headers, by their names as people write them.

    Raises:
        UsageError: a text cannot be written in a header.
    """
    named: dict[HeaderName, str] = {}
    others: dict[str, list[str]] = {}
    raw: list[str] = []
    for name, texts in headers.items():
        for text in texts:
            written = text if name.lower() in _ADDRESSES else _written(text, decoded=decoded)
            if not written.isascii() and not decoded:
                raw.append(f"{name}: {written}\r\n")
            elif len(texts) == 1 and name.lower() in _NAMED:
                named[_NAMED[name.lower()]] = written
            else:
                others.setdefault(name, []).append(written)
    return "".join(raw).encode("utf-8", "replace") + compose_email(named, headers=others)


def _written(text: str, *, decoded: bool) -> str:
    """A text as a header has it."""
    if not decoded or not text.isascii():
        return text
    line = f"X-A: {text}\r\n\r\n".encode()
    if text == text.strip() and read_email(line).header_values("X-A", decoded=True) == (text,):
        return text
    return Header(text, "utf-8", maxlinelen=0).encode()


def address_list(specs: Sequence[str]) -> str:
    """A header with these addresses: bare, or in angle brackets where only that reads the same."""
    plain, angled = ", ".join(specs), ", ".join(f"<{spec}>" for spec in specs)
    return angled if addresses(plain) != tuple(specs) == addresses(angled) else plain


def variants(look: FieldLook, texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Texts like these: addresses that differ from field to field, and that a reader finds."""
    name = _PEOPLE.get(look.field)
    if name is not None and any(_SOMEONE in text for text in texts):
        yield tuple(text.replace(_SOMEONE, name) for text in texts)
    if look.addresses and any(addresses(text) != (text,) for text in texts):
        yield tuple(text if addresses(text) == (text,) else _quoted(text) for text in texts)
    yield texts


def _quoted(text: str) -> str:
    """An address with a text that it can only have within quotes."""
    local, at, domain = text.rpartition("@")
    quoted = (local if at else text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"@{domain if at else "example.org"}'
