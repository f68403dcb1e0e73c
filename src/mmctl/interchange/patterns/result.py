"""What became of a pattern, and how a report says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.differences import Deviation, Example
from mmctl.interchange.migration.tests import Near, Unseen
from mmctl.interchange.patterns.literals import Field
from mmctl.records import dataclass
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.interchange.migration.differences import Data
    from mmctl.interchange.migration.tests import Test

_SINGLE: Final = frozenset({"mail_from", "recipient", "helo", "subject", "sender"})
"""Operands of which a message, or a recipient, has one."""
_SHOWN: Final = 60
"""Characters of a pattern or of a text in a report."""
_MATCHES: Final = "the pattern matches"
_DOES_NOT: Final = "the pattern does not match"

SOMEBODY: Final = "b@example.com"
"""To whom a message is that shows something besides its recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """What a pattern is about."""

    operand: str
    """As the language names it."""
    beside: tuple[tuple[str, str], ...] = ()
    """What the operand needs besides: `(("name", "X-Spam"),)`."""
    before: str = ""
    """What the source sees before our text: `Subject: ` where it matches whole headers."""
    single: bool | None = None
    """Whether a message has one such text at most; None: as the operand says."""

    @property
    def is_single(self) -> bool:
        """Whether a message has one such text at most."""
        return self.operand in _SINGLE if self.single is None else self.single

    @property
    def field(self) -> Field:
        """What the tests look at."""
        return Field(self.operand, self.beside)

    def mail(self, text: str) -> Data:
        """A message with such a text, as a case has it."""
        message: Data = {
            "from": "a.sender@example.org",
            "to": SOMEBODY,
            "subject": "Hello",
            "body": "Hello",
        }
        envelope: Data = {"mail_from": "a.sender@example.org", "recipients": [SOMEBODY]}
        mail: Data = {"message": message, "envelope": envelope}
        match self.operand:
            case "mail_from":
                envelope["mail_from"] = text
            case "recipient":
                envelope["recipients"] = [text]
            case "helo":
                mail["session"] = {"helo": text}
            case "header":
                message["headers"] = {dict(self.beside)["name"]: text}
            case operand:
                message[operand] = text
        return mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What literal comparisons make of a pattern.

    Texts are compared on one line, as Mail Manager has them: unfolded, and in either letter case.
    Of operands that hold addresses, only addresses are compared.
    """

    pattern: str
    looked: LookedAt
    test: Test | None
    """None: nothing literal remains that is worth a test. `NEVER`: no such text has the pattern."""
    exact: bool
    """Whether the test takes the same texts as the pattern: no text tells them apart."""
    reason: str | None = None
    """Why it is not exact, without full stop."""
    at: int = 0
    """Where in the pattern the reason is, from 0."""
    letter_case: bool = False
    """Whether only the letter case of texts tells them apart."""
    taken_here: str | None = None
    """A text that the test takes and the pattern does not."""
    taken_there: str | None = None
    """A text that the pattern takes and the test does not."""

    def as_test(self) -> Test:
        """The test, with what it does not say exactly."""
        if self.test is None:
            return Unseen(difference=self._without_literals())
        if self.exact:
            return self.test
        return Near(test=self.test, difference=self._difference())

    def _without_literals(self) -> Deviation:
        return Deviation(
            code="pattern-without-literals",
            says=f"Mail Manager compares literal texts, and {self._shown} has none that "
            f"say enough: {self.reason}",
            instead="write the texts that this pattern is meant to find, or search for it in an "
            "`invoke_lambda` action",
            loses=True,
        )

    def _difference(self) -> Deviation:
        code, instead = "pattern-by-literals", "add or remove values until they say what is meant"
        if self.letter_case:
            code = "letter-case"
            instead = "check that no mail relies on the letter case"
        text, there = self.taken_here, _DOES_NOT
        if text is None:
            text, there = self.taken_there, _MATCHES
        example = None if text is None else Example(mail=self.looked.mail(text), there=there)
        shown = "" if text is None else f": {there} `{_cut(text)}`"
        if text is not None:
            shown += ", the values do not" if there == _MATCHES else ", the values do"
        return Deviation(
            code=code,
            says=f"{self._shown} is close to literal values, but {self.reason}{shown}",
            instead=instead,
            example=example,
        )

    @property
    def _shown(self) -> str:
        return f"the pattern `{_cut(self.pattern)}`"


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
