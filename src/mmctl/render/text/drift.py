"""Drift for people: what was changed by hand, and what is not applied yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.render.text.plan import bare_lines, framed, heading
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.history.drift import Drift
    from mmctl.live.plan.plan import Target


def human(drift: Drift, target: Target, *, width: int = 80, verbose: bool = False) -> Text:
    """Both kinds of difference, each under its title, even an empty one."""
    lines = [heading(target.environment, target.identity)]
    by_hand = "changed by hand"
    if drift.cut_off:
        by_hand += f", or by {visible(drift.cut_off)}, which was interrupted,"
    for title, edits in (
        (f"{by_hand} since the last apply", drift.by_hand),
        ("in the files, not applied", drift.not_applied),
    ):
        lines.append(Text(f"{title}: {len(edits) or 'nothing'}", "bold"))
        lines += bare_lines(edits, width=width, verbose=verbose)
    if not drift.known:
        lines.append(Text("nothing was applied from this store before", "dim"))
    return framed(lines, target.identity)


def written(
    taken: Sequence[str], left: Sequence[tuple[str, str]], diff: str, target: Target
) -> Text:
    """What was copied into the files, as a text diff, and what was not, and why."""
    lines = [heading(target.environment, target.identity)]
    lines += [_diff_line(each) for each in diff.splitlines()]
    lines.append(Text(f"written into the files: {len(taken) or 'nothing'}", "bold"))
    lines += [Text(visible(f"  {what}"), "green") for what in taken]
    if left:
        lines.append(Text(f"not written: {len(left)}", "bold"))
        lines += [Text(visible(f"  {what}: {why}"), "red") for what, why in left]
    return framed(lines, target.identity)


def _diff_line(line: str) -> Text:
    style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
    return Text(visible(line), style)
