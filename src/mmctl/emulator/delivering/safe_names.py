"""Names of relays, buckets, topics and mailboxes as names of files: none leaves its folder."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mmctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME: Final = 100
"""Characters of a name that stays as it is."""
_PLAIN: Final = Pattern(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")
_OTHERS: Final = Pattern(r"[^A-Za-z0-9_@+-]")
_SHOWN: Final = 40
_DIGITS: Final = 16


def safe_name(name: str) -> str:
    """The name of a file or folder for a name that anybody may have written.

    A plain name stays as it is. Others get a digest behind a `~`, which no plain name has, so that
    two names never become one.

    >>> safe_name("exchange")
    'exchange'
    >>> safe_name("../etc")
    'etc~a0bb21f4e4b8ac4f'
    """
    if len(name) <= LONGEST_NAME and _PLAIN.fullmatch(name) and not name.endswith("."):
        return name
    shown = _OTHERS.sub("", name)[:_SHOWN]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{shown}~{digest}"


def safe_path(parts: Iterable[str]) -> str:
    """A path below a folder: each part is a safe name, an empty part too."""
    return "/".join(map(safe_name, parts))
