"""Whether a plan still fits what is live: if not, the difference in three columns.

No flag skips this: a plan that was made from another state would overwrite what came since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.errors import Refused
from mmctl.live.canonical import canonical
from mmctl.live.changes import changes
from mmctl.live.plan import object_digests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.compiler.configuration import LiveObject
    from mmctl.live.plan import Plan
    from mmctl.live.read import LiveState
    from mmctl.live.service import Identity


def check_place(plan: Plan, identity: Identity) -> None:
    """Refuse a plan that was made for another account, region or endpoint.

    Raises:
        Refused: it was.
    """
    made_for = plan.target.identity
    for what in ("account", "region", "endpoint"):
        planned, is_now = getattr(made_for, what), getattr(identity, what)
        if planned != is_now:
            raise Refused(
                f"the plan was made for {what} `{planned}`, this is `{is_now}`",
                why="what it was compared with is not here",
                help="use the environment it was made for, or make a new plan",
            )


def check_fresh(plan: Plan, state: LiveState) -> None:
    """Refuse a plan when a live object is no longer what the plan was made from.

    Raises:
        Refused: with what each object was, shall become, and is now.
    """
    now = object_digests(state.configuration)
    stale = sorted(
        key for key in now.keys() | plan.digests.keys() if now.get(key) != plan.digests.get(key)
    )
    if stale:
        lines = [line for key in stale for line in _three_ways(key, plan, state)]
        raise Refused(
            "the plan is stale: live objects changed since it was made\n" + "\n".join(lines),
            why="applying it would undo what somebody else did, without anyone seeing it",
            help="look at the change, then make a new plan: mmctl plan",
        )


def _three_ways(key: str, plan: Plan, state: LiveState) -> Iterator[str]:
    def find(objects: tuple[LiveObject, ...]) -> dict[str, object] | None:
        found = (thing for thing in objects if f"{thing.kind}/{thing.name}" == key)
        return next((canonical(thing) for thing in found), None)

    planned = find(plan.live.objects)
    wanted = find(plan.desired.objects)
    now = find(state.configuration.objects)
    yield f"  {key}"
    if planned is None or now is None:
        yield f"    planned from: {_presence(planned)}"
        yield f"    wanted: {_presence(wanted)}, now: {_presence(now)}"
        return
    yield from _listed("since the plan", planned, now)
    yield from _listed("wanted", planned, wanted or {})


def _presence(form: dict[str, object] | None) -> str:
    return "absent" if form is None else "present"


def _listed(title: str, before: object, after: object, most: int = 5) -> Iterator[str]:
    found = list(changes(before, after))
    for change in found[:most]:
        yield f"    {title}: {change.text}: {_short(change.before)} → {_short(change.after)}"
    if len(found) > most:
        yield f"    {title}: {len(found) - most} more"
    if not found:
        yield f"    {title}: no change"


def _short(value: object, most: int = 60) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= most else text[: most - 1] + "…"
