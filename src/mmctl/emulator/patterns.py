r"""The patterns of the service model, which are Java's, read by Python.

What differs: `\w`, `\d` and `\s` are ASCII in Java; `\P{C}` (anything outside Unicode category C)
does not exist in `re`; and one pattern takes exponential time on a text that it does not match.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

NO_CONTROL_EXCEPT_SPACE: Final = r"[\P{C}\s]*"
"""Certificates and revocation lists: no control, format, private or unassigned characters."""

SAME_BUT_LINEAR: Final = {r"(([0-9]|.|:|/)*)": ".*"}
r"""`.` already takes what the other alternatives take; each character doubled the work."""


@cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Return the test whether a whole text matches `pattern` of the service model."""
    if pattern == NO_CONTROL_EXCEPT_SPACE:
        return _no_control_except_space
    compiled = re.compile(SAME_BUT_LINEAR.get(pattern, pattern), re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


_ASCII_TEXT = re.compile(r"[\x20-\x7e\s]*", re.ASCII)


def _no_control_except_space(text: str) -> bool:
    if text.isascii():
        return _ASCII_TEXT.fullmatch(text) is not None
    return all(
        character in " \t\n\v\f\r" or not unicodedata.category(character).startswith("C")
        for character in text
    )
