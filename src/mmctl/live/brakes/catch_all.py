"""The brake `catch-all`: a new rule without a condition that ends all mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.compare.rules import effect_of, rules_of
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
            ends = [kind for action in rule["Actions"] for kind in action if kind in _ENDS]
            delivered_before = any(kind in _KEEPS for action in rule["Actions"] for kind in action)
            if not ends or delivered_before or rule.get("Conditions") or rule.get("Unless"):
                continue
            if effect_of(rule) not in known:
                name = rule.get("Name", "without a name")
                yield Grip(
                    brake=Brake.CATCH_ALL,
                    what=f"rule {name} of {thing.name} is new and would "
                    f"{_ENDS[ends[0]]} every message that reaches it",
                    why="it has no condition; a condition that got lost looks the same",
                )


_ENDS: Final = {"Drop": "drop", "Bounce": "bounce"}
_KEEPS: Final = (
    "Relay",
    "Send",
    "DeliverToMailbox",
    "Archive",
    "WriteToS3",
    "DeliverToQBusiness",
)
