"""Rules of one set that act on the same mail, one after the other. No check lives here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.effects import changes_mail, depends_on_rules
from mmctl.analysis.implication import applies_wherever

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.language.project import LogicalRule


def applies_after(live: Sequence[LogicalRule], above: int, below: int, *, folds: bool) -> bool:
    """Whether a rule applies to all mail that a rule above applied to and that gets to it."""
    upper, lower = live[above], live[below]
    if depends_on_rules(lower) and any(map(changes_mail, live[above:below])):
        return False
    return applies_wherever(lower, upper.conditions, upper.unless, folds=folds)


def applied_before(live: Sequence[LogicalRule], above: int, below: int, *, folds: bool) -> bool:
    """Whether all mail that a rule applies to is mail that a rule above it applied to."""
    upper, lower = live[above], live[below]
    if depends_on_rules(upper) and any(map(changes_mail, live[above:below])):
        return False
    return applies_wherever(upper, lower.conditions, lower.unless, folds=folds)
