"""Attachments of the library: harmless stand-ins, made when they are needed.

No file of the repository holds what a scanner reports; the EICAR test string is put together here.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

_LINE: Final = 76
_EICAR: Final = (
    "X5O!P%@AP[4",
    "\\PZX54(P^)7CC)7}$",
    "EICAR-STANDARD-",
    "ANTIVIRUS-TEST-FILE!$H+H*",
)
_PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)
_STAND_INS: Final = {
    "macro document": b"PK\x05\x06" + bytes(18) + b"A stand-in for a document with macros.\r\n",
    "disk image": bytes(64) + b"\x01CD001\x01 A stand-in for a disk image.\r\n",
    "encrypted archive": b"PK\x03\x04\x14\x00\x01\x00\x08\x00 A stand-in for a locked archive.\r\n",
    "program": b"MZ A stand-in for a program; nothing runs it.\r\n",
    "document": b"%PDF-1.4\r\n% A stand-in for a document.\r\n%%EOF\r\n",
    "sign-in page": b"<!doctype html><title>Voice mail</title><p>A stand-in.\r\n",
    "smuggling page": (
        b"<!doctype html><title>Fax</title><p>A stand-in for a page that makes a file.\r\n"
        b"<a download='fax.txt' href='data:text/plain,harmless'>Fax</a>\r\n"
    ),
}
NAMES: Final = ("eicar", "picture", *_STAND_INS)
"""What `{{attachment NAME}}` may name."""


def attachment(name: str) -> str:
    """A stand-in in base64, in lines.

    Raises:
        KeyError: there is no such stand-in.
    """
    if name == "eicar":
        return in_lines("".join(_EICAR).encode())
    if name == "picture":
        return _PICTURE
    return in_lines(_STAND_INS[name])


def in_lines(content: bytes) -> str:
    """Bytes in base64, in lines as long as mail has them (RFC 2045 §6.8)."""
    text = b64encode(content).decode()
    return "\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))


def filling(size: int) -> str:
    """Base64 of so many characters, line ends of two characters included, at least one line."""
    line = "TGV0IHRoaXMgYmUgYSBwaWN0dXJlLCBhIGZpbG0gb3IgYSBkcmF3aW5nIG9mIGEgYnJpZGdlLiAg"[:_LINE]
    return "\n".join([line] * max(1, size // (_LINE + 2)))
