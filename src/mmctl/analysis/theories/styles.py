"""What the texts of a field look like when they are made up: people read them in witnesses."""

from __future__ import annotations

from typing import Final

from mmctl.records import dataclass

_CODES: Final = 0x30000
"""Beyond are no letters, or hardly any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Made-up texts for one kind of field."""

    plain: tuple[str, ...]
    """Whole texts, where no test asks for anything."""
    fillings: tuple[tuple[str, str, str], ...]
    """What comes before, between and after what tests ask for, at places that they leave open."""


FREE_TEXT: Final = Style(
    plain=("hello", "x"),
    fillings=(("", " ", ""), ("x ", " x ", " x"), ("x", "x", "x")),
)
LOCAL_PART: Final = Style(
    plain=("someone", "x"),
    fillings=(("", ".", ""), ("x", "x", "x"), ("x.", ".x.", ".x")),
)
DOMAIN: Final = Style(
    plain=("example.org", "example.net", "mail.example.org", "x.example.org"),
    fillings=(
        ("", ".", ".example.org"),
        ("", ".", ".example"),
        ("mail", ".", ".example"),
        ("mail", ".mail.", ".example"),
        ("", "", ""),
        ("x", "x", "x"),
    ),
)
ADDRESS: Final = Style(
    plain=("someone@example.org", "x@example.org", "x"),
    fillings=(
        ("", ".", ""),
        ("", ".", "@example.org"),
        ("", ".", "example.org"),
        ("someone", "", ""),
        ("someone@", ".", ""),
        ("someone", ".", ""),
        ("x", ".", "@example.org"),
        ("x@", ".", ".example.org"),
        ("x", "x", "x"),
    ),
)
NAME: Final = Style(
    plain=("example", "x"),
    fillings=(("", " ", ""), ("x", "x", "x")),
)


def last_resort(touched: set[str]) -> str | None:
    """A letter that no test mentions and that folding leaves alone; None: there is none."""
    for code in range(ord("0"), _CODES):
        letter = chr(code)
        if letter not in touched and letter.isalnum() and letter.lower() == letter:
            return letter
    return None
