"""Drift for people: what was changed by hand, and what is not applied yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.render.text import trail as trail_text
from mmctl.render.text.plan import bare_lines, framed, heading
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mmctl.live.compare.edits import Edit
    from mmctl.live.history.drift import Drift
    from mmctl.live.plan.plan import Target
    from mmctl.operate.trail.authors import Author
    from mmctl.operate.trail.reading import Trail


def human(
    drift: Drift,
    target: Target,
    *,
    width: int = 80,
    verbose: bool = False,
    read: tuple[Trail, Mapping[int, Author]] | None = None,
) -> Text:
    """Both kinds of difference, each under its title, even an empty one.

    `read` says where the callers were looked for, and who made which change by hand.
    """
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
        if edits is drift.by_hand and read is not None and edits:
            lines += _callers(edits, *read)
    if not drift.known:
        lines.append(Text("nothing was applied from this store before", "dim"))
    return framed(lines, target.identity)


def _callers(edits: Sequence[Edit], trail: Trail, authors: Mapping[int, Author]) -> Iterator[Text]:
    """Who made the changes, each caller with what it changed; and of which nobody was found."""
    of_write: dict[str, list[int]] = {}
    for place, found in authors.items():
        of_write.setdefault(f"{found.change.event.id} {found.certain}", []).append(place)
    for places in of_write.values():
        names = dict.fromkeys(edits[place].name for place in places)
        yield Text(visible(f"  {', '.join(names)}"), "bold")
        yield trail_text.author(authors[places[0]])
    left = dict.fromkeys(edit.name for place, edit in enumerate(edits) if place not in authors)
    if left:
        where = trail_text.window(trail)
        yield Text(visible(f"  nobody found for {', '.join(left)} {where}"), "bold")


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
