"""Logical ids in templates, which take letters and digits alone."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(r"[A-Za-z0-9]+")


def logical_id(prefix: str, name: str = "", suffix: str = "") -> str:
    """Return an id of a name: `Bucket` and `acme-records` make `BucketAcmeRecords`."""
    words = (word[0].upper() + word[1:] for word in _WORDS.findall(name))
    return f"{prefix}{''.join(words)}{suffix}"
