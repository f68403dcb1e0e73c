"""The brake `catch-all`: a new rule without a condition that ends all mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.compare.rules import effect_of, known_actions, rules_of
from mmctl.model.actions import BLOCKS
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def catch_all(plan: Plan) -> Iterator[Grip]:
    """A new rule that would end every message that reaches it."""
    for thing in plan.desired.of_kind(Kind.RULE_SET):
        before = plan.live.find(thing.kind, thing.name)
        known = [effect_of(rule) for rule in rules_of(before)]
        for rule in rules_of(thing):
            done = list(known_actions(rule))
            ends = [row.key for row in done if row.does in BLOCKS]
            kept = any(row.keeps for row in done)
            if not ends or kept or rule.get("Conditions") or rule.get("Unless"):
                continue
            if effect_of(rule) not in known:
                name = rule.get("Name", "without a name")
                yield Grip(
                    brake=Brake.CATCH_ALL,
                    what=f"rule {name} of {thing.name} is new and would "
                    f"{ends[0]} every message that reaches it",
                    why="it has no condition; a lost condition looks the same",
                )
