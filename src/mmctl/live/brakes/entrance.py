"""The brake `entrance`: an ingress point is closed, or leads elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.model.kinds import Kind
from mmctl.model.resources import IngressPoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def entrance(plan: Plan) -> Iterator[Grip]:
    """An ingress point takes no mail anymore, or gets another policy or rule set."""
    for thing in plan.desired.of_kind(Kind.INGRESS_POINT):
        live = plan.live.find(thing.kind, thing.name)
        if live is None:
            continue
        if thing.closed and not live.closed:
            yield _grip(thing.name, "is closed", "no mail enters through it anymore")
        before, after = live.shape, thing.shape
        if not (isinstance(before, IngressPoint) and isinstance(after, IngressPoint)):
            continue
        for kind, old, new in (
            (Kind.RULE_SET, before.rule_set_id, after.rule_set_id),
            (Kind.TRAFFIC_POLICY, before.traffic_policy_id, after.traffic_policy_id),
        ):
            if old != new:
                yield _grip(
                    thing.name,
                    f"gets another {kind.noun}: {old} → {new}",
                    "the new one decides on all mail that enters through it",
                )


def _grip(name: str, what: str, why: str) -> Grip:
    return Grip(brake=Brake.ENTRANCE, subject=name, what=f"ingress point {name} {what}", why=why)
