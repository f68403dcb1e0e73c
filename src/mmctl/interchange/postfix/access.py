"""Results of access tables: what an action says, and what stands for it here (access(5))."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.usual import bounce
from mmctl.interchange.postfix.entries import groups_in
from mmctl.interchange.postfix.words import first_word
from mmctl.patterns import Pattern
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Action


class AccessDeed(StrEnum):
    """What an action of a table does."""

    OK = "ok"
    """The restriction list ends, and admits."""
    DUNNO = "dunno"
    """The table says nothing; the next restriction is tried."""
    REJECT = "reject"
    DISCARD = "discard"
    EFFECT = "effect"
    """Something happens to the message, and the next restriction is tried."""
    WATCH = "watch"
    """Something is logged."""
    RESTRICTIONS = "restrictions"
    """Other restrictions are tried."""


_CODE: Final = Pattern(r"([45][0-9]{2})(?:\s+|$)")
_STATUS: Final = Pattern(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)")
_EFFECTS: Final = frozenset({"HOLD", "REDIRECT", "FILTER", "PREPEND", "BCC", "DELAY"})
_WATCHED: Final = frozenset({"WARN", "INFO"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """An action of a table, parsed."""

    does: AccessDeed
    word: str
    """In capitals: `REJECT`; `550` is `REJECT` too."""
    text: str = ""
    smtp_code: str = "554"
    status: str = "5.7.1"

    @property
    def ends(self) -> bool:
        """Whether nothing that comes later sees the mail."""
        return self.does in {AccessDeed.REJECT, AccessDeed.DISCARD}

    @property
    def temporary(self) -> bool:
        """Whether the client is asked to try again later."""
        return self.smtp_code.startswith("4")

    def bounced(self) -> tuple[Action, ...]:
        """What stands for a rejection, where it cannot be a refusal."""
        code, status = self.smtp_code, self.status
        if self.temporary:
            code, status = "550", f"5{status[1:]}"
        action = bounce(self.text or "Access denied", status_code=status, smtp_reply_code=code)
        return (action,)

    def differences(self) -> tuple[Deviation, ...]:
        """What differs of the action itself, wherever it is."""
        if self.does is not AccessDeed.REJECT:
            return ()
        deferred = (DEFERRED,) if self.temporary else ()
        return (*deferred, _REPEATED) if groups_in(self.text) else deferred


DEFERRED: Final = Deviation(
    code="deferred-becomes-rejected",
    says="the source asks the client to try again later; here the mail is rejected for good",
    instead="remove the rule when the reason is gone",
)
_REPEATED: Final = Deviation(
    code="parts-not-repeated",
    says="the source repeats what a part of its pattern met in what it answers; here the answer "
    "has the `$1` of that part",
    instead="write a text that fits all of this mail",
)


def verb_of(value: str, *, code: str = "554") -> Verb:
    """Parse the result of an access table; `code` is `access_map_reject_code`."""
    word, rest = first_word(value)
    upper = word.upper()
    if value.strip().isdecimal():
        return Verb(does=AccessDeed.OK, word="OK")
    found = _CODE.match(value.strip())
    if found:
        return _rejecting(value.strip()[found.end() :], found[1])
    match upper:
        case "OK" | "RELAY" | "PERMIT":
            return Verb(does=AccessDeed.OK, word="OK")
        case "DUNNO":
            return Verb(does=AccessDeed.DUNNO, word="DUNNO")
        case "DEFER_IF_REJECT":
            return Verb(does=AccessDeed.DUNNO, word=upper)
        case "REJECT" | "HANGUP":
            return _rejecting(rest, code if code[:1] in {"4", "5"} else "554")
        case "DEFER" | "DEFER_IF_PERMIT":
            return _rejecting(rest, "450")
        case "DISCARD":
            return Verb(does=AccessDeed.DISCARD, word=upper, text=rest)
    if upper in _EFFECTS:
        return Verb(does=AccessDeed.EFFECT, word=upper, text=rest)
    if upper in _WATCHED:
        return Verb(does=AccessDeed.WATCH, word=upper, text=rest)
    return Verb(does=AccessDeed.RESTRICTIONS, word="RESTRICTIONS", text=value.strip())


def _rejecting(text: str, code: str) -> Verb:
    status = f"{code[0]}.7.1"
    found = _STATUS.match(text)
    if found:
        status, text = found[1], text[found.end() :]
    if status[0] != code[0]:
        status = code[0] + status[1:]
    return Verb(does=AccessDeed.REJECT, word="REJECT", text=text, smtp_code=code, status=status)
