"""The brake `size`: a change of most rules at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.rules import rules_of
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan

ENOUGH_RULES: Final = 10
"""With fewer live rules than this, a share of them means nothing."""


def size(plan: Plan) -> Iterator[Grip]:
    """More rules change at once than the environment allows."""
    rules = sum(len(rules_of(thing)) for thing in plan.live.of_kind(Kind.RULE_SET))
    touched = {(edit.object, edit.rule) for edit in plan.edits if edit.of_rule}
    changed = len(touched) + sum(
        len(rules_of(plan.live.find(edit.resource, edit.object)))
        for edit in plan.edits
        if edit.kind is EditKind.REMOVED and edit.resource is Kind.RULE_SET and not edit.of_rule
    )
    limit = plan.target.brakes.max_change_percent
    if rules >= ENOUGH_RULES and changed * 100 > rules * limit:
        yield Grip(
            brake=Brake.SIZE,
            what=f"{changed} of {rules} rules change, more than {limit} %",
            why="a change of most rules at once is usually a mistake",
            instead="set `brakes: {max_change_percent: …}` of the environment",
        )
