"""A rough look at headers with addresses: which rules they exclude under every reading.

No address is taken out and no letter case is minded: a value that is nowhere in a header, neither
as it is written nor with its encoded words decoded, is in none of its addresses. Neither are spaces
minded, nor quotes and angles, which may be left out inside an address. Most headers have no value
of a rule that other fields leave, and need no closer look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.contained import Contained, contained_one_by_one
from mmctl.mail.addresses import are_parts
from mmctl.model.comparisons import NEGATED
from mmctl.model.facts import FROM

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from mmctl.judge.index.context import Context
    from mmctl.judge.index.questions import Question
    from mmctl.judge.submission import Submission
    from mmctl.model.enums import RuleStringOperator

_LONGEST: Final = 8000
"""Characters of headers that are looked at roughly."""
_FEW: Final = 24
"""So many columns are asked one by one."""
_BY_PLACE: Final = "Σ"
"""The only letter whose lower case depends on what is around it."""
_LEFT_OUT: Final = (" ", '"', "<", ">", "\t")
"""What may be written inside of an address and is not part of it."""
_HARD: Final = ("(", "\\", "<@", "\r")
"""Where one of them is, more may be left out: comments, or a source route."""


class Rough:
    """The positive conditions on a header with addresses."""

    __slots__ = (
        "_always",
        "_at_most",
        "_columns",
        "_contained",
        "_context",
        "_key",
        "_known",
        "_layout",
        "_masks",
        "_recurs",
        "_slots",
        "_wanted",
    )

    def __init__(
        self,
        context: Context,
        key: str,
        conditions: Iterable[tuple[Question, RuleStringOperator, Sequence[str]]],
    ) -> None:
        """All conditions on one header."""
        self._context = context
        self._layout = context.layout
        self._key = key
        self._slots = self._columns = 0
        self._masks: dict[str, int] = {}
        self._wanted: dict[int, tuple[str, ...]] = {}
        """By column, as a bit, the values of one of its conditions."""
        for question, operator, values in conditions:
            if operator not in NEGATED and not question.turned:
                wanted = tuple(map(bare, values))
                self._slots |= question.slots
                self._columns |= 1 << question.first
                self._wanted[1 << question.first] = wanted
                for each in wanted:
                    self._masks[each] = self._masks.get(each, 0) | question.slots
        self._always = self._masks.pop("", 0)
        self._contained: Contained | None = None
        self._known: dict[Hashable, int] = {}
        self._at_most = context.at_most
        # Senders write again; whom they write to together, and of what, hardly ever comes again.
        self._recurs = key == FROM.key

    def excluded(self, columns: int, state: Hashable, submission: Submission) -> int:
        """Those of some columns that the header excludes under every reading; in doubt none."""
        asked = columns & self._columns
        if self._recurs or asked.bit_count() > _FEW:
            return asked & ~self._possible(state, submission)
        text = self._text(submission) if asked else None
        if text is None:
            return 0
        excluded = 0
        while asked:
            column = asked & -asked
            asked ^= column
            for wanted in self._wanted[column]:
                if wanted in text:
                    break
            else:
                excluded |= column
        return excluded

    def _possible(self, state: Hashable, submission: Submission) -> int:
        """All columns that the header leaves, remembered."""
        known = self._known.get(state)
        if known is None:
            if len(self._known) >= self._at_most:
                self._known.clear()
            known = self._known[state] = self._found(submission)
        return known

    def _found(self, submission: Submission) -> int:
        text = self._text(submission)
        if text is None:
            return -1
        if self._contained is None and not self._context.plainly:
            self._contained = Contained.of(self._masks)
        met = None if self._contained is None else self._contained.within(text)
        if met is None:
            met = contained_one_by_one(self._masks, text)
        return ~self._layout.columns_of(self._slots & ~(met | self._always))

    def _text(self, submission: Submission) -> str | None:
        """All that a value may be in, as written and decoded; None: it takes more to tell."""
        headers = submission.email.headers
        values = headers.values_of(self._key)
        text = values[0] if len(values) == 1 else "\n".join(values)
        if len(text) > _LONGEST or not (is_simple(text) or all(map(are_parts, values))):
            return None
        if "=?" in text:
            text = "\n".join((text, *headers.decoded(self._key)))
        return None if _BY_PLACE in text else bare(text)


def bare(text: str) -> str:
    """A text in lower case, without what may be left out inside of an address."""
    text = text.lower()
    for mark in _LEFT_OUT:
        if mark in text:
            text = text.replace(mark, "")
    return text


def is_simple(text: str) -> bool:
    """Whether nothing else can be left out inside of an address; cheap, and in doubt no."""
    for mark in _HARD:
        if mark in text:
            return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:  # what is no text may be replaced
        return False
    return True
