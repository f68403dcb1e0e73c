"""Names of live rules and of compiled lists: they follow from what is named, and lead back to it.

A name follows from the first logical rule alone, so that it stays when others change.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 32
"""Characters of a rule's name at the service."""
MADE: Final = "mm."
"""What the names of live rules and lists begin with that the compiler made."""


class RuleNames:
    """The names of the live rules of one rule set."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*taken}

    def of_several(self, first: str) -> str:
        """`mm.first.etc`: the rule holds several logical rules."""
        return self._free(first, "etc")

    def of_piece(self, rule: str, number: int) -> str:
        """`mm.rule.2`: the rule is a piece of a long logical rule."""
        return self._free(rule, str(number))

    def _free(self, rule: str, end: str) -> str:
        number = 1
        while (name := _fitted(rule, end if number == 1 else f"{end}.{number}")) in self._taken:
            number += 1
        self._taken.add(name)
        return name


def _fitted(rule: str, end: str) -> str:
    """A name that is short enough, with a hash for what is cut."""
    name = f"{MADE}{rule}.{end}"
    if len(name) <= LONGEST:
        return name
    digest = sha256(rule.encode()).hexdigest()[:4]
    left = LONGEST - len(f"{MADE}-{digest}.{end}")
    return f"{MADE}{rule[:left]}-{digest}.{end}"


def list_name(rule_set: str, members: Iterable[str]) -> str:
    """`mm.inbound.0123456789`: the name of a compiled list says what is in it."""
    digest = sha256("\n".join(sorted(members)).encode()).hexdigest()[:10]
    return f"{MADE}{rule_set}.{digest}"
