"""Texts of headers → the bytes of a message whose reader finds exactly these texts.

A text goes as people write it where the reader gives it back unchanged, else as an encoded word or
as bytes beyond ASCII. Nothing is promised: whoever composes reads the message back.
"""

from __future__ import annotations

from base64 import b64encode
from email.header import Header
from typing import TYPE_CHECKING, Final

from mmctl.mail.addresses import addresses
from mmctl.mail.compose import compose_email
from mmctl.mail.reader import read_email
from mmctl.model.facts import CC, SENDER, TO, WRITTEN_HEADERS, EnvelopeFact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
            line = text if name.lower() in _ADDRESSES else written(text, decoded=decoded)
            if not line.isascii() and not decoded:
                raw.append(f"{name}: {line}\r\n")
            elif len(texts) == 1 and name.lower() in _NAMED:
                named[_NAMED[name.lower()]] = line
            else:
                others.setdefault(name, []).append(line)
    return "".join(raw).encode("utf-8", "replace") + compose_email(named, headers=others)


def written(text: str, *, decoded: bool) -> str:
    """A text as a header has it."""
    if not decoded or not text.isascii():
        return text
    line = f"X-A: {text}\r\n\r\n".encode()
    if text == text.strip() and read_email(line).header_values("X-A", decoded=True) == (text,):
        return text
    return Header(text, "utf-8", maxlinelen=0).encode()


def encoded_word(text: str) -> str:
    """A text that nobody sees who does not decode it."""
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def as_decoded(text: str) -> str:
    """What a header with this text has in it for those who decode it."""
    if "=?" not in text:
        return text
    (read,) = read_email(f"X-A: {text}\r\n\r\n".encode()).header_values("X-A", decoded=True)
    return read


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


def recased(text: str, values: Iterable[str], base: Callable[[str], str]) -> str:
    """A text in another letter case, but for these values in it, which stay as they are."""
    found = base(text)
    for value in values:
        at = found.lower().find(value.lower())
        if at >= 0 and len(found.lower()) == len(found):
            found = found[:at] + value + found[at + len(value) :]
    return found


def _quoted(text: str) -> str:
    """An address with a text that it can only have within quotes."""
    local, at, domain = text.rpartition("@")
    quoted = (local if at else text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"@{domain if at else "example.org"}'
