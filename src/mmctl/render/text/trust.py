"""The first lines of a plan: that it demands less than its base, or has another target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmctl.live.plan.trust import Trust


def trust_lines(trust: Trust | None) -> Iterator[str]:
    """The lines before the edits; none if nothing differs."""
    if trust is None or trust.silent:
        return
    if trust.loosened:
        yield f"less is demanded of rules than in {trust.base}, which was judged by all the same:"
        yield from (f"  {each}" for each in trust.loosened)
    if trust.shifts and trust.base is not None:
        yield f"the target differs from {trust.base}:"
        yield from (f"  {shift.text}" for shift in trust.shifts)
        if trust.base_taken:
            yield f"  values of {trust.base} are used; to use those of the files: --force trust"
        else:
            yield "  values of the files are used"
    if trust.held is not None:
        yield f"the target is not compared: {trust.held}"
        if trust.fetch is not None:
            yield f"  to compare it: {trust.fetch}"
