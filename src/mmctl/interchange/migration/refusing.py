"""Which rules may refuse mail at RCPT, as a traffic policy does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.ending import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmctl.interchange.migration.parts import Part
    from mmctl.interchange.migration.source import Action

_SEEN: Final = frozenset({"source_ip", "recipient"})
_EXCEPTED: Final = frozenset({"equals", "in_address_list"})
"""Operators of `recipient` under `unless` that a policy can say the opposite of."""
_SILENT: Final = frozenset({"add_header", "replace_recipient", "drop", "stop"})
"""Actions that nobody notices who does not get the mail."""


class RefusingSoFar:
    """Whether a rule in this place may refuse: no rule above may have acted on its mail."""

    def __init__(self) -> None:
        self._acted = False

    def note(self, actions: Iterable[Action]) -> None:
        """A rule with these actions is above."""
        self._acted = self._acted or any(kind_of(each) not in _SILENT for each in actions)

    def allows(self, part: Part) -> bool:
        """Whether a traffic policy can say a part, and nothing above delivers, stores or tells."""
        if self._acted or not part:
            return False
        for literal in part:
            compared = literal.compared
            if compared.operand not in _SEEN:
                return False
            negated = not literal.wanted and compared.operand == "recipient"
            if negated and compared.operator not in _EXCEPTED:
                return False
        return True
