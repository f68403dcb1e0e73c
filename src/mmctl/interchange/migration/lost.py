"""Differences that come from how a rule is written here, not from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.interchange.migration.ending import kind_of
from mmctl.interchange.migration.source import Deviation
from mmctl.interchange.migration.usual import (
    dropped_instead_of_refused,
    rejected_after_acceptance,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.interchange.migration.parts import Part
    from mmctl.interchange.migration.source import Action, SourceRule

TOO_MANY: Final = Deviation(
    code="too-many-parts",
    says="its conditions, in the form that rules have here, are more than 32 rules",
    instead="split it in the source, or write by hand which of its cases still happen",
    loses=True,
)
TOO_LONG: Final = Deviation(
    code="too-many-conditions",
    says="a live rule takes 10 conditions and 10 exceptions, and this one needs more",
    instead="leave out conditions that others imply, or mark mail with a header in a rule above",
    loses=True,
)


def goes_on(*, written: bool) -> Deviation:
    """Mail that the source ends is seen by the rules below."""
    which = "the mail that this rule loses" if written else "its mail"
    return Deviation(
        code="goes-on",
        says=f"the source ends {which} here; now the rules below see it",
        instead="look at the rules below that could take it",
        loses=True,
    )


def not_refused(actions: Iterable[Action]) -> Deviation:
    """Mail that the source refuses at RCPT is accepted first."""
    if any(kind_of(each) == "bounce" for each in actions):
        return rejected_after_acceptance()
    return dropped_instead_of_refused()


def asked_again(rule: SourceRule, parts: Iterable[Part]) -> Iterator[Deviation]:
    """What a part of a rule changes, and the next part of it looks at."""
    looked_at = {literal.compared.operand for part in parts for literal in part}
    for action in rule.actions:
        kind = kind_of(action)
        if kind == "replace_recipient" and "recipient" in looked_at:
            yield _again("gives mail another recipient")
        elif kind == "add_header" and "header" in looked_at:
            yield _again("adds a header")


def _again(does: str) -> Deviation:
    return Deviation(
        code="asked-again",
        says=f"the rule is several rules here, and the first {does}, which the next ones see",
        instead="look at the rules of this one: no mail should meet two of them",
    )
