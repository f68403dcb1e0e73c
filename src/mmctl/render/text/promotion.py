"""What a plan says first of changed values, and what of the environment before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.plan import Plan
    from mmctl.live.plan.promotion_values import Promotion


def value_lines(plan: Plan) -> Iterator[str]:
    """The lines before the edits; none if no value changed since the last apply."""
    changed = plan.changed_values
    if changed:
        yield f"{counted(len(changed), 'value')} changed since the last apply, in no evidence:"
        yield from (f"  {each.text}" for each in changed)


def promotion_lines(promotion: Promotion | None) -> Iterator[str]:
    """Whether rules were tried in the environment before; none if nothing requires it."""
    if promotion is None:
        return
    used, before = promotion.evidence, promotion.environment
    if used is not None:
        stated = f"{used.as_stated} as stated, {used.own_facts} with facts of the session"
        left = f"; {used.not_sendable} not sendable" if used.not_sendable else ""
        yield (
            f"evidence: {used.passed} cases passed in {before} at {used.at} after {used.history} "
            f"({stated}{left})"
        )
    elif promotion.applied:
        yield f"evidence: not needed, the last apply had the same rules ({promotion.rules[:12]}…)"
    for sentence in promotion.missing:
        yield f"no evidence from {before}: {sentence}"
    if promotion.missing:
        yield f"  to make it: {promotion.command}"
    if promotion.untested:
        yield f"never tested in {before}, where it is not run: {', '.join(promotion.untested)}"
