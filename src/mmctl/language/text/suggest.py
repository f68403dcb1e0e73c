"""Names in a sentence: known names near an unknown one, and lists of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN: Final = 10
_LONGEST: Final = 60


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A sentence with up to three near names, or None; case, `-` and `_` are ignored."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    plain = {_plain(candidate): candidate for candidate in known}
    near = get_close_matches(_plain(name), plain, n=3, cutoff=0.7)
    if not near:
        return None
    return "did you mean " + " or ".join(f"`{plain[match]}`" for match in near) + "?"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; only the first if there are many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"`{name[:_LONGEST]}`" for name in names[:_SHOWN]) + more


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
