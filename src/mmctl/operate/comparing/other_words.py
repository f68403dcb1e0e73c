"""The words of other gateways for what became of a mail, as outcomes of the language."""

from __future__ import annotations

from typing import Final, NamedTuple

from mmctl.language.project import Outcome
from mmctl.model.actions import ACTIONS, Does

NO_RULE: Final = "no rule"
_OUTCOME_OF: Final = {
    Does.DELIVERS: Outcome.DELIVERED,
    Does.BOUNCES: Outcome.BOUNCED,
    Does.ENDS: Outcome.DROPPED,
    Does.STORES: Outcome.STORED,
}
_WORDS: Final = {
    **{row.key.replace("_", ""): _OUTCOME_OF.get(row.does) for row in ACTIONS},
    **dict.fromkeys(
        (
            "deliver",
            "delivered",
            "sent",
            "filteredasspam",
            "accept",
            "allow",
            "pass",
            "forward",
            "permit",
        ),
        Outcome.DELIVERED,
    ),
    **dict.fromkeys(
        ("quarantine", "quarantined", "hold", "held", "stored", "store"), Outcome.STORED
    ),
    **dict.fromkeys(("discard", "dropped", "delete", "deleted", "block"), Outcome.DROPPED),
    **dict.fromkeys(("bounced", "ndr", "failed", "fail"), Outcome.BOUNCED),
    **dict.fromkeys(("refuse", "refused", "reject", "rejected", "deny"), Outcome.REFUSED),
}
_ORDER: Final = {outcome.value: place for place, outcome in enumerate(Outcome)}


class Decided(NamedTuple):
    """How a gateway treated one recipient, and the rule that decided."""

    outcome: str
    rule: str


def outcome_of(action: str) -> str:
    """The outcome that an action's word means; a word that nobody knows stays as it is."""
    folded = "".join(each for each in action.lower() if each.isalnum())
    outcome = _WORDS.get(folded)
    return action.strip().lower() if outcome is None else outcome.value


def first_of(one: Decided | None, other: Decided) -> Decided:
    """Of two things that happened to one recipient, the outcome that counts first."""
    return other if one is None or _rank(other) < _rank(one) else one


def _rank(decided: Decided) -> int:
    return _ORDER.get(decided.outcome, len(_ORDER))
