"""Whether a plan still fits what is live: if not, the difference in three columns.

No flag skips this: a plan made from another state would overwrite later changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused
from mmctl.live.compare.diff import object_edits
from mmctl.live.compare.edits import Edit, EditKind
from mmctl.live.compare.wording import spaced, value_change
from mmctl.live.plan.plan import object_digests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveConfiguration, LiveObject
    from mmctl.live.plan.plan import Plan
    from mmctl.live.state.read import LiveState
    from mmctl.live.state.service import Identity


def check_place(plan: Plan, identity: Identity) -> None:
    """Refuse a plan that was made for another account, region or endpoint.

    Raises:
        Refused: it was.
    """
    made_for = plan.target.identity
    for what, planned, is_now in (
        ("account", made_for.account, identity.account),
        ("region", made_for.region, identity.region),
        ("endpoint", made_for.endpoint, identity.endpoint),
    ):
        if planned != is_now:
            raise Refused(
                f"the plan was made for {what} `{planned}`, this is `{is_now}`",
                why="the live state that it was compared with is not here",
                help="use the environment it was made for, or make a new plan",
            )


def stale_objects(plan: Plan, state: LiveState) -> list[str]:
    """The objects, by `kind/name`, that are no longer what the plan was made from."""
    now = object_digests(state.configuration)
    both = now.keys() | plan.digests.keys()
    return sorted(key for key in both if now.get(key) != plan.digests.get(key))


def check_fresh(plan: Plan, state: LiveState) -> None:
    """Refuse a plan when a live object is no longer what the plan was made from.

    Raises:
        Refused: the message shows what each object was, would become, and is now.
    """
    stale = stale_objects(plan, state)
    if stale:
        lines = [line for key in stale for line in _three_ways(key, plan, state)]
        raise Refused(
            "the plan is stale: live objects changed since it was made",
            details=tuple(lines),
            why="applying it would undo somebody else's change unseen",
            help="read the change, then make a new plan: mmctl plan",
        )


def _three_ways(key: str, plan: Plan, state: LiveState) -> Iterator[str]:
    def find(configuration: LiveConfiguration) -> LiveObject | None:
        found = (thing for thing in configuration.objects if f"{thing.kind}/{thing.name}" == key)
        return next(found, None)

    planned, wanted, now = find(plan.live), find(plan.desired), find(state.configuration)
    yield f"  {key}"
    if planned is None or now is None:
        yield f"    planned from: {_presence(planned)}"
        yield f"    wanted: {_presence(wanted)}, now: {_presence(now)}"
        return
    yield from _listed("since the plan", planned, now, plan)
    if wanted is None:
        yield "    wanted: absent"
    else:
        yield from _listed("wanted", planned, wanted, plan)


def _presence(thing: LiveObject | None) -> str:
    return "absent" if thing is None else "present"


def _listed(
    title: str, before: LiveObject, after: LiveObject, plan: Plan, most: int = 5
) -> Iterator[str]:
    edits = object_edits(after, before, plan.desired.project)
    found = [edit for edit in edits if edit.words != ""]
    for edit in found[:most]:
        yield f"    {title}: {edit.name} {edit.kind} {_values(edit)}".rstrip()
    if len(found) > most:
        yield f"    {title}: {len(found) - most} more"
    if not found:
        yield f"    {title}: no change"


def _values(edit: Edit) -> str:
    if edit.kind in {EditKind.ADDED, EditKind.REMOVED}:
        return ""
    return spaced(edit.words or value_change(edit.before, edit.after))
