"""ISO-2022-JP as mail uses it: with the vendor characters that Windows writes into it.

`№`, `㈱` and `①` are in rows that JIS X 0208 leaves empty, and half-width katakana in a set that
RFC 1468 does not know. Python's codec refuses both; its `cp932` has the same characters in another
order of bytes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SETS: Final = re.compile(rb"\x1b(\([BJIH]|\$[@B])")
_TWO_BYTES: Final = frozenset({b"$@", b"$B"})
_KATAKANA: Final = b"(I"
_ROMAN: Final = b"(J"
_AS_ROMAN: Final = str.maketrans({"\\": "¥", "~": "‾"})
_FIRST: Final = 0x21
_LAST: Final = 0x7E
_PAIRS: Final = 94 * 94
_CODEC: Final = "iso2022_jp"


def decode_japanese(content: bytes) -> str | None:
    """The text of bytes in ISO-2022-JP with vendor characters; None: they are something else."""
    text: list[str] = []
    current = b"(B"
    parts = _SETS.split(content)
    try:
        for place, part in enumerate(parts):
            if place % 2:
                current = part
            elif current in _TWO_BYTES:
                text += [_character(part[at : at + 2]) for at in range(0, len(part), 2)]
            elif current == _KATAKANA:
                text.append(bytes(byte | 0x80 for byte in part).decode("cp932"))
            else:
                plain = part.decode("ascii")
                text.append(plain.translate(_AS_ROMAN) if current == _ROMAN else plain)
    except (UnicodeDecodeError, ValueError):
        return None
    return "".join(text)


@lru_cache(maxsize=_PAIRS)
def _character(pair: bytes) -> str:
    """The character of two bytes of JIS X 0208, including the rows that vendors filled.

    Raises:
        ValueError: there is none.
    """
    try:
        return (b"\x1b$B" + pair).decode(_CODEC)
    except UnicodeDecodeError:
        return _in_shift_jis(pair).decode("cp932")


def _in_shift_jis(pair: bytes) -> bytes:
    if len(pair) != len("12") or not all(_FIRST <= byte <= _LAST for byte in pair):
        raise ValueError(pair)
    first, second = pair
    lead = (first - _FIRST) // 2
    trail = second + (0x1F if second < 0x60 else 0x20) if first % 2 else second + 0x7E  # noqa: PLR2004 - where Shift JIS has gaps
    return bytes([lead + (0x81 if lead < 0x1F else 0xC1), trail])  # noqa: PLR2004 - the same
