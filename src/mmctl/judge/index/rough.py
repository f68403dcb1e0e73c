"""A rough look at headers with addresses: which rules they exclude under every reading.

No address is taken out and no letter case is minded: a value that is nowhere in a header, neither
as it is written nor with its encoded words decoded, is in none of its addresses. Most headers have
no value of a rule that other fields leave, and need no closer look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.contained import Contained, contained_one_by_one
from mmctl.mail.addresses import are_parts
from mmctl.model.comparisons import NEGATED

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.questions import Question
    from mmctl.judge.submission import Submission
    from mmctl.model.enums import RuleStringOperator

_LONGEST: Final = 1000
"""Characters of headers that are looked at roughly."""
_BY_PLACE: Final = "Σ"
"""The only letter whose lower case depends on what is around it."""


class Rough:
    """The positive conditions on a header with addresses."""

    __slots__ = (
        "_at_most",
        "_contained",
        "_key",
        "_known",
        "_layout",
        "_masks",
        "_slots",
    )

    def __init__(
        self,
        context: Context,
        key: str,
        conditions: Iterable[tuple[Question, RuleStringOperator, Sequence[str]]],
    ) -> None:
        """All conditions on one header."""
        self._layout = context.layout
        self._key = key
        self._slots = 0
        masks: dict[str, int] = {}
        for question, operator, values in conditions:
            if operator not in NEGATED and not question.turned:
                self._slots |= question.slots
                for value in values:
                    wanted = value.lower()
                    masks[wanted] = masks.get(wanted, 0) | question.slots
        self._masks = masks
        self._contained = None if context.plainly else Contained.of(masks)
        self._known: dict[Hashable, int] = {}
        self._at_most = context.at_most

    def possible(self, state: Hashable, submission: Submission) -> int:
        """The columns that the header leaves under some reading; in doubt all."""
        known = self._known.get(state)
        if known is None:
            if len(self._known) >= self._at_most:
                self._known.clear()
            known = self._known[state] = self._found(submission)
        return known

    def _found(self, submission: Submission) -> int:
        headers = submission.email.headers
        values = headers.values_of(self._key)
        text = "\n".join(values)
        if len(text) > _LONGEST or not all(map(are_parts, values)):
            return -1
        if "=?" in text:
            text = "\n".join((text, *headers.decoded(self._key)))
        if _BY_PLACE in text:
            return -1
        text = text.lower()
        met = None if self._contained is None else self._contained.within(text)
        if met is None:
            met = contained_one_by_one(self._masks, text)
        return ~self._layout.columns_of(self._slots & ~met)
