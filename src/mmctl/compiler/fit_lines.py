"""One line for each packed rule set: what it takes of what bounds it, for lint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted
from mmctl.model.quotas import RELAY_OR_SEND_ACTIONS, RULES
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmctl.compiler.packing.packed import Packing
    from mmctl.compiler.refusing import Refusing


def fit_of(logical: int, refused: int, live: int) -> str:
    """`300 rules: 10 in the traffic policy, 290 in 38 of 40 live rules`."""
    fitted = f"in {live:,} of {RULES.most} live rules"
    if not refused:
        return f"{counted(logical, 'rule')} {fitted}"
    written = counted(logical + refused, "rule")
    return f"{written}: {refused:,} in the traffic policy, {logical:,} {fitted}"


def fit_lines(packings: Iterable[Packing], refusing: Refusing) -> Iterator[str]:
    """`inbound: 300 rules in 38 of 40 live rules, 9 of 10 relay or send actions`."""
    for packing in packings:
        if packing.is_packed and packing.is_used:
            logical = {rule.name for each in packing.rules for rule in each.sources}
            logical |= {each.rule.name for each in packing.left_out}
            point = packing.ingress_point
            at = f" at {visible(point)}" if point is not None else ""
            refused = len(refusing.in_policies(packing.rule_set))
            live, handed_on = len(packing.rules), packing.handed_on
            yield (
                f"{visible(packing.rule_set)}{at}: {fit_of(len(logical), refused, live)},"
                f" {handed_on} of {RELAY_OR_SEND_ACTIONS.most} relay or send actions"
            )
