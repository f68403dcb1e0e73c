"""A saved plan is made again from what is live now, before it is shown and applied.

What the file says about the live state is not used. Only the desired state comes from it, the rest
is read; the result must be the plan that was reviewed, or what is left of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused
from mmctl.live.apply.settling import read_as_planned, read_settled, settle
from mmctl.live.compare.edits import EditKind
from mmctl.live.history.by_hand import with_marks
from mmctl.live.history.earlier_runs import past_of, refuse_done, refuse_others, since
from mmctl.live.history.logical_rules import with_logical_rules
from mmctl.live.plan.plan import make_plan
from mmctl.live.plan.stale import check_fresh, check_place
from mmctl.live.state.replacing import is_left_over
from mmctl.records import replace

if TYPE_CHECKING:
    from mmctl.live.apply.effects import Means
    from mmctl.live.compare.edits import Edit
    from mmctl.live.plan.plan import Plan, Target

_NAMED = 5
_MADE_ANEW = (EditKind.ADDED, EditKind.REPLACED, EditKind.ADOPTED)


def renewed(plan: Plan, target: Target, project: str, means: Means) -> Plan:
    """The plan from fresh reads, or what is left of it if an earlier attempt was cut off.

    Raises:
        Refused: it is for another place or other settings, was already carried out, or is stale.
        CouldNot: the service cannot be asked.
    """
    check_place(plan, means.service.identity)
    _check_settings(plan, target, project)
    own, others = since(plan, means.history)
    refuse_done(own)
    if own:
        settle(means, plan.desired.project)
        state = read_settled(means, plan.desired, means.history.known())
    else:
        state = read_as_planned(means, plan, means.history.known())
        check_fresh(plan, state)
    refuse_others(others)
    made = make_plan(
        target,
        plan.desired,
        with_logical_rules(state, means.history, plan.desired),
        serial=len(means.history.entries()) if own else plan.serial,
        new_passwords=plan.new_passwords,
    )
    _check_same(made, plan, cut_off=bool(own))
    made = with_marks(made, means.history)
    return replace(
        made,
        past=past_of(means.history),
        seal=plan.seal,
        failed_cases=plan.failed_cases,
        lint_errors=plan.lint_errors,
        rules=plan.rules,
        values=plan.values,
        changed_values=plan.changed_values,
        promotion=plan.promotion,
        behaviour=plan.behaviour,
        trust=plan.trust,
        warnings=(*made.warnings, *(each for each in plan.warnings if each not in made.warnings)),
    )


def _check_settings(plan: Plan, target: Target, project: str) -> None:
    """Refuse a plan of another project, or one made with other settings of the environment."""
    if plan.desired.project != project:
        raise Refused(
            f"the plan is for project `{plan.desired.project}`, this is `{project}`",
            why="mmctl does not change objects of another project",
            help="apply it from the project it was made in",
        )
    for what, planned, is_now in (
        ("protected", plan.target.protected, target.protected),
        ("brakes", plan.target.brakes, target.brakes),
        ("known_members", plan.target.known_members, target.known_members),
    ):
        if planned != is_now:
            raise Refused(
                f"the plan was made with other settings of environment "
                f"{plan.target.environment}: `{what}`",
                why="the brakes follow the current settings of the environment",
                help="make a new plan: mmctl plan --save FILE",
            )


def _check_same(made: Plan, plan: Plan, *, cut_off: bool) -> None:
    """Refuse the renewed plan if it is another one; of a cut-off plan, only a part may be left.

    Raises:
        Refused: the message shows what was not in the plan.
    """
    outside = [edit for edit in made.edits if not _is_part_of(edit, made, plan, cut_off=cut_off)]
    if outside or not (cut_off or made.steps == plan.steps):
        lines = [
            f"  {edit.resource}/{edit.object}: {edit.name} {edit.kind} {edit.path}".rstrip()
            for edit in outside[:_NAMED]
        ]
        lines += [f"  and {len(outside) - _NAMED} more"] if len(outside) > _NAMED else []
        raise Refused(
            "the plan is stale: it would now do something else than it says",
            details=tuple(lines),
            why="applying it would do what nobody reviewed",
            help="read the change, then make a new plan: mmctl plan",
        )


def _is_part_of(edit: Edit, made: Plan, plan: Plan, *, cut_off: bool) -> bool:
    """Whether an edit is in a plan, or is the rest of one in a plan that was cut off."""
    if cut_off and _is_left_over(edit, made):
        return True
    name = _name_in(plan, edit, made) if cut_off else edit.object
    return any(
        (edit.kind, edit.path, edit.before, edit.after)
        == (each.kind, each.path, each.before, each.after)
        or (cut_off and (edit.path == each.path or each.kind in _MADE_ANEW))
        for each in plan.edits
        if (each.resource, each.object) == (edit.resource, name)
        and (each.rule == edit.rule or each.kind in _MADE_ANEW)
    )


def _is_left_over(edit: Edit, made: Plan) -> bool:
    """Whether an edit deletes what a replacement left behind, which was part of the plan."""
    thing = made.live.find(edit.resource, edit.object)
    gone = edit.kind is EditKind.REMOVED and not edit.of_rule
    return gone and thing is not None and is_left_over(thing, made.desired)


def _name_in(plan: Plan, edit: Edit, made: Plan) -> str:
    """What a plan calls the object of an edit: a half-deleted one may have lost its name here."""
    thing = made.live.find(edit.resource, edit.object)
    same = (
        each.name
        for each in plan.live.of_kind(edit.resource)
        if thing is not None and each.call_id == thing.call_id
    )
    return next(same, edit.object)
