"""What a rollback does about hand edits: it keeps them and reports each one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.analysis.quota_uses import fits
from mmctl.live.compare.diff import diff
from mmctl.live.compare.edits import EditKind
from mmctl.live.compare.logical import is_packed, is_packed_in
from mmctl.live.history.by_hand import done_at
from mmctl.live.history.keeping import keeping
from mmctl.live.ordinary.ingress import rules_of_set
from mmctl.live.plan.plan import make_plan
from mmctl.model.quotas import RULES
from mmctl.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.compare.edits import Edit
    from mmctl.live.history.last_applied import LastApplied
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.read import LiveState


def keeping_hand_edits(plan: Plan, state: LiveState, last: LastApplied) -> Plan:
    """The plan of a rollback that keeps what was done by hand since the last apply."""
    states = last.named_as(plan.live)
    wanted = _that_fits(keeping(plan.desired, plan.live, states), plan.desired)
    made = plan
    if wanted != plan.desired:
        made = make_plan(
            plan.target, wanted, state, goes_back_to=plan.goes_back_to, serial=plan.serial
        )
    kept = _told(made.desired, plan.desired)
    lost = _lost(_told(plan.live, states[0]), kept) if _concerns_packed(plan) else ()
    return replace(
        made,
        warnings=(*made.warnings, *lost),
        kept=tuple(replace(edit, by_hand=done_at(edit, plan.live, last)) for edit in kept),
    )


def _told(after: LiveConfiguration, before: LiveConfiguration) -> tuple[Edit, ...]:
    """The edits that people make: how rules are packed only follows from them."""
    return tuple(edit for edit in diff(after, before) if edit.kind is not EditKind.REPACKED)


def _concerns_packed(plan: Plan) -> bool:
    return is_packed_in(plan.live) or is_packed_in(plan.desired)


def _that_fits(wanted: LiveConfiguration, goal: LiveConfiguration) -> LiveConfiguration:
    """Without hand edits of packed rule sets that a live rule of the goal has no room for."""
    objects = (
        goal.find(*thing.key) or thing if is_packed(thing) and not _fits(wanted, thing) else thing
        for thing in wanted.objects
    )
    return replace(wanted, objects=tuple(objects))


def _fits(configuration: LiveConfiguration, thing: LiveObject) -> bool:
    rules = rules_of_set(configuration, thing.name)
    return len(rules) <= RULES.most and all(map(fits, rules))


def _lost(hand: Iterable[Edit], kept: Iterable[Edit]) -> Iterator[str]:
    """What was done by hand to rules and is not kept: packed otherwise, it has no place there."""
    known = {(edit.of, edit.rule) for edit in kept}
    missing = {
        (edit.object, edit.rule): None
        for edit in hand
        if edit.rule is not None and (edit.of, edit.rule) not in known
    }
    for rule_set, rule in missing:
        yield (
            f"what was changed by hand in rule {rule} of {rule_set} is not kept: its live rule is "
            "another one there; write it into the files first: mmctl drift --write"
        )
