"""DKIM's tag lists, and the keys in the DNS (RFC 6376 §3.2, §3.6.1; RFC 8301, RFC 8463).

A key that must not be used for a signature does not count; the reason is reported.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from dkim.crypto import (  # type: ignore[import-untyped] # dkimpy has no types
    UnparsableKeyError,
    parse_public_key,
)

from mmctl.mail.ed25519 import is_key, is_signed
from mmctl.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_KEY: Final = 1024
"""Bits; smaller RSA keys do not count (RFC 8301 §3.2)."""
ALGORITHMS: Final[Mapping[str, str]] = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
"""Algorithms of signatures, and the kind of key that each needs."""
_HASH: Final = "sha256"
_SERVICES: Final = frozenset({"*", "email"})
_TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_SPACE: Final = re.compile(r"[ \t\r\n]+")


class BadTagsError(Exception):
    """A text is not a list of tags, or one of them makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA public key."""

    kind = "rsa"
    numbers: Mapping[str, int]
    """In dkimpy's form."""
    is_test: bool

    @property
    def bits(self) -> int:
        """Its length."""
        return self.numbers["modulus"].bit_length()


@dataclass(slots=True)
class Ed25519Key:
    """An Ed25519 public key; dkimpy calls it as it would call PyNaCl."""

    kind = "ed25519"
    key: bytes
    is_test: bool
    held: bool = False
    """Whether the last signature was made with it."""
    bits = 256

    def verify(self, message: bytes, signature: bytes) -> None:
        """Record whether a signature is valid."""
        self.held = is_signed(self.key, signature, message)


def tags_of(text: str) -> dict[str, str]:
    """The tags of a list, with their values.

    Raises:
        BadTagsError: it is not a list of tags, or repeats a tag.
    """
    tags: dict[str, str] = {}
    parts = text.split(";")
    if not parts[-1].strip():
        parts.pop()
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not _TAG.fullmatch(name):
            raise BadTagsError("no list of tags")
        if name in tags:
            raise BadTagsError(f"{name}= twice")
        tags[name] = value.strip()
    return tags


def listed(value: str) -> list[str]:
    """The words of a value that is a list: `email:tlsrpt`."""
    return [word.strip() for word in value.split(":")]


def key_of(record: str, *, algorithm: str, domain: str, identity: str) -> RsaKey | Ed25519Key:
    """The key in a record, if it may be used for a signature.

    `identity` is the domain of the signature's `i=`.

    Raises:
        BadTagsError: it must not be used, or is not a key.
    """
    tags = tags_of(record)
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        raise BadTagsError("key of another version")
    if "p" not in tags:
        raise BadTagsError("record without a key")
    if not tags["p"]:
        raise BadTagsError("key revoked")
    kind = tags.get("k", "rsa")
    if kind != ALGORITHMS[algorithm]:
        raise BadTagsError(f"key for {kind[:20]}")
    if "h" in tags and _HASH not in listed(tags["h"]):
        raise BadTagsError(f"key not for {_HASH}")
    if "s" in tags and not _SERVICES & set(listed(tags["s"])):
        raise BadTagsError("key not for mail")
    flags = listed(tags.get("t", ""))
    if "s" in flags and identity != domain:
        raise BadTagsError("key not for subdomains")
    return _key(kind, _decoded(tags["p"]), is_test="y" in flags)


def _key(kind: str, content: bytes, *, is_test: bool) -> RsaKey | Ed25519Key:
    if kind == "ed25519":
        if not is_key(content):
            raise BadTagsError("unreadable key")
        return Ed25519Key(content, is_test=is_test)
    try:
        numbers: Any = parse_public_key(content)
        key = RsaKey(numbers, is_test=is_test)
        bits = key.bits
    except (UnparsableKeyError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise BadTagsError("unreadable key") from None
    if bits < SMALLEST_KEY:
        raise BadTagsError(f"key of {bits} bits")
    return key


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(_SPACE.sub("", value).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadTagsError("unreadable key") from None
