"""Rules of the service, which are in no file, in the form that is judged and proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.judge.actions import stops
from mmctl.language.project import LogicalRule
from mmctl.problem import Position, Positions

if TYPE_CHECKING:
    from mmctl.model.rules import Rule

NOWHERE: Final = Position(file="live", line=0)
"""What is live is not in a file, so it has no line."""


def unwritten_rule(rule: Rule, name: str, position: Position = NOWHERE) -> LogicalRule:
    """A rule of the service under a name."""
    return LogicalRule(
        name=name,
        rule=rule,
        stop=stops(rule),
        position=position,
        positions=Positions({(): position}),
    )
