"""The brake `blocking`: a rule that ended mail does not end it anymore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.live.brakes.brake import Brake, Grip
from mmctl.live.compare.rules import blocks, paired_rules, rules_of
from mmctl.model.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan


def blocking(plan: Plan) -> Iterator[Grip]:
    """A rule that drops or bounces mail stays but no longer does: it is in shadow or rewritten."""
    for thing in plan.desired.of_kind(Kind.RULE_SET):
        before = rules_of(plan.live.find(thing.kind, thing.name))
        after = rules_of(thing)
        for new, old in sorted(paired_rules(before, after).items()):
            if blocks(before[old]) and not blocks(after[new]):
                name = before[old].get("Name") or f"rule {old + 1}"
                yield Grip(
                    brake=Brake.BLOCKING,
                    subject=name,
                    what=f"rule {name} of {thing.name} no longer blocks anything",
                    why="it lets through mail that it dropped or bounced until now",
                )
