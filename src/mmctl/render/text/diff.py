"""How two versions differ, for people. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mmctl.live.compare.edits import EditKind, Summary
from mmctl.records import replace
from mmctl.render.text.plan import bare_lines
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmctl.live.compare.edits import Edit


def human(
    before: str, after: str, edits: Sequence[Edit], *, width: int, verbose: bool = False
) -> Text:
    """The edits that lead from one version to the other, object by object."""
    lines = [Text(visible(f"from {before} to {after}"), "bold")]
    lines += bare_lines([without_advice(edit) for edit in edits], width=width, verbose=verbose)
    lines.append(Text(f"diff: {_counts(edits)}", "bold"))
    return Text("\n").join(lines)


def without_advice(edit: Edit) -> Edit:
    """A removal without the flag that a plan would need."""
    return replace(edit, note=edit.note or " ") if edit.kind is EditKind.REMOVED else edit


def _counts(edits: Sequence[Edit]) -> str:
    counts = counts_of(Summary.of(edits))
    return ", ".join(f"{count} {what}" for count, what in counts) or "no difference"


def counts_of(summary: Summary) -> list[tuple[int, str]]:
    """How many edits there are of each kind, but for the kinds that have none."""
    counts = (
        (summary.add, "added"),
        (summary.change, "changed"),
        (summary.move, "moved"),
        (summary.rename, "renamed"),
        (summary.delete, "removed"),
        (summary.repack, "repacked"),
    )
    return [(count, what) for count, what in counts if count]
