"""Which texts an operand has at all: where it holds addresses, only those are compared.

An address is `local@domain` in ASCII, without quotes and spaces, as SMTP has it nearly always; the
envelope sender of a bounce is empty.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mmctl.interchange.patterns.parsing import tree_of
from mmctl.interchange.patterns.syntax import EMPTY, Alternatives, Anchor, At, Chain, Flavor

if TYPE_CHECKING:
    from mmctl.interchange.patterns.syntax import Node

_ADDRESSES: Final = frozenset({"mail_from", "recipient", "sender", "from", "to", "cc"})
_LOCAL: Final = r"""[!#-'*+\x2d-9=?A-Z^-~]+"""
_LABEL: Final = r"[a-z0-9][a-z0-9-]*"
_ADDRESS: Final = rf"^{_LOCAL}@(?:{_LABEL}(?:\.{_LABEL})*|\[(?:ipv6:)?[0-9a-f:.]+\])$"


@lru_cache
def texts_of(operand: str) -> Node | None:
    """All texts that an operand of the language can have; None: any text of one line."""
    if operand not in _ADDRESSES:
        return None
    address = tree_of(_ADDRESS, Flavor.PCRE, ignores_case=True)
    if operand != "mail_from":
        return address
    return Alternatives((address, Chain((At(Anchor.START), EMPTY, At(Anchor.END)))))
