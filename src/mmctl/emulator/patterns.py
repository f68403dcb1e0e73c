r"""Translates the patterns of the service models from Java to Python.

The differences: `\w`, `\d` and `\s` are ASCII in Java; `\P{C}` (anything outside Unicode category
C) and `\p{L}` do not exist in `re`; and one pattern takes exponential time on a text that it does
not match.
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
r"""`.` already matches what the other alternatives match; each character doubled the work."""

TAG_TEXTS: Final = tuple(rf"^([\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]{count})$" for count in "+*")
"""Keys and values of tags in CloudWatch Logs; the limit on length keeps a key from being empty."""


@cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tests whether a whole text matches `pattern` of the service model."""
    if pattern == NO_CONTROL_EXCEPT_SPACE:
        return _no_control_except_space
    if pattern in TAG_TEXTS:
        return _tag_text
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


def _tag_text(text: str) -> bool:
    return all(
        character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN" for character in text
    )
