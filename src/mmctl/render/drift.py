"""Drift for people: what was changed by hand, and what is not applied yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.render.plan import bare_lines, framed, heading
from mmctl.visible import visible

if TYPE_CHECKING:
    from mmctl.live.drift import Drift
    from mmctl.live.plan import Target


def human(drift: Drift, target: Target, *, width: int = 80, verbose: bool = False) -> Text:
    """Both kinds of difference, each under its title, even where there is none."""
    lines = [heading(target.environment, target.identity)]
    by_hand = "changed by hand"
    if drift.cut_off:
        by_hand += f", or by {visible(drift.cut_off)}, which was cut off,"
    for title, edits in (
        (f"{by_hand} since the last apply", drift.by_hand),
        ("in the files, not applied", drift.not_applied),
    ):
        lines.append(Text(f"{title}: {len(edits) or 'nothing'}", "bold"))
        lines += bare_lines(edits, width=width, verbose=verbose)
    if not drift.known:
        lines.append(Text("nothing was applied from here before", "dim"))
    return framed(lines, target.identity)
