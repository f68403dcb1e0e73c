"""Actions of rspamd → what a rule here does, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.source import Then
from mmctl.interchange.migration.usual import bounce, quarantined, rejected_after_acceptance
from mmctl.interchange.rspamd import differing
from mmctl.records import dataclass

if TYPE_CHECKING:
    from mmctl.interchange.migration.source import Action, Deviation, OtherGateway

QUARANTINE: Final = "quarantine"
_SPAM: Final[Action] = {"add_header": {"name": "X-Spam", "value": "Yes"}}
"""What the milter of rspamd adds by itself."""
_REJECTED: Final = "Spam message rejected"
"""What the client reads if nobody says more."""
_OF_OLD: Final = {"accept": "no action", "drop": "discard"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RspamdEnd:
    """What an action comes to."""

    actions: tuple[Action, ...] = ()
    then: Then = Then.DELIVER
    differences: tuple[Deviation, ...] = ()
    rejects: bool = False
    lost: Deviation | None = None
    """Why it cannot be done here at all."""


def action_word(text: str) -> str:
    """An action as the manual spells it: `add header`, `no action`."""
    word = text.strip().lower().replace("_", " ").replace("-", " ")
    return _OF_OLD.get(word, word)


def end_of(text: str, reply: str | None, source: OtherGateway) -> RspamdEnd:
    """What an action does; an archive that it needs is added to the source."""
    differs = (differing.SELECTORS,) if reply is not None and "${" in reply else ()
    match action_word(text):
        case "reject":
            return RspamdEnd(
                actions=(bounce(reply or _REJECTED),),
                then=Then.END,
                differences=(*differs, rejected_after_acceptance(reply)),
                rejects=True,
            )
        case "soft reject":
            return RspamdEnd(
                actions=(bounce(reply or "Try again later"),),
                then=Then.END,
                differences=(*differs, differing.DEFERRED, rejected_after_acceptance(reply)),
            )
        case "discard":
            return RspamdEnd(actions=("drop",), then=Then.END)
        case "quarantine":
            source.archives.setdefault(QUARANTINE, {"retention": "THREE_MONTHS"})
            return RspamdEnd(
                actions=({"archive": {"to": QUARANTINE}},),
                then=Then.END,
                differences=(quarantined("the quarantine of the mail server"),),
            )
        case "add header":
            return RspamdEnd(actions=(_SPAM,))
        case "rewrite subject":
            return RspamdEnd(actions=(_SPAM,), differences=(differing.SUBJECT,))
        case "no action":
            return RspamdEnd()
        case _:
            return RspamdEnd(lost=differing.unknown_action(text))
