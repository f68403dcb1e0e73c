"""What differs from recipient to recipient: the address, replaced or not, and the added headers."""

from __future__ import annotations

from mmctl.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySight:
    """What the conditions of a rule see of one copy of the message."""

    recipient: str
    """The field of the recipient whom the envelope names."""
    replaced: tuple[tuple[int, str], ...] = ()
    """Addresses that took the recipient's place where a literal holds; the last one counts."""
    added: tuple[tuple[int, str, str], ...] = ()
    """Headers that rules added where a literal holds: name in lower case, and value."""
