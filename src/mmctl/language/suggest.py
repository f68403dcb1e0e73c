"""The nearest of some names to one that is not among them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A sentence with up to three near names, or None; case, `-` and `_` do not count."""
    plain = {_plain(candidate): candidate for candidate in known}
    near = get_close_matches(_plain(name), plain, n=3, cutoff=0.7)
    if not near:
        return None
    return "did you mean " + " or ".join(f"`{plain[match]}`" for match in near) + "?"


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
